"""The count of day trades in one instrument and session, by change of direction.

FINRA Regulatory Notice 21-13, interpretation /02: what was opened in a session and is reduced in it counts once,
however many orders or executions it took; only opening again makes the next one.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from system_databse.order import ZERO


class Trade(NamedTuple):
    """One execution. order: whose it is; change: of the account's shares, signed."""

    order: str
    change: Decimal


class DayTradeCount:
    """Count while trades are taken in the order of their time.

    position: of the account, before the session or where the count goes on; negative when short. has_opened: whether
    something was opened that the next reduction makes a day trade of. closing_orders: one for each day trade.
    """

    def __init__(self, position: Decimal = ZERO, trades: Iterable[Trade] = (), *, has_opened: bool = False) -> None:
        self.position = position
        self.has_opened = has_opened
        self.closing_orders: list[str] = []
        for trade in trades:
            self.take(trade)

    def take(self, trade: Trade) -> None:
        """Count one more execution; one that crosses zero closes first and then opens."""
        closing = min(abs(trade.change), abs(self.position)) if trade.change * self.position < ZERO else ZERO
        if closing and self.has_opened:
            self.closing_orders.append(trade.order)
            self.has_opened = False
        if abs(trade.change) > closing:
            self.has_opened = True
        self.position += trade.change
