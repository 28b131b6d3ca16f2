"""What an algorithm holds and since when, read from its transactions: a restart changes nothing.

No strategy: what strategies share.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Bars = Sequence[Mapping[str, Any]]
STALE_AFTER_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Holding:
    """shares 0: nothing is held, and the entry is the last one's.

    entered_at, left_at: epoch seconds of the first buy of the holding and of the last sell, 0 without one.
    entry_price: average of what was paid a share.
    """

    shares: int
    cash: float
    entered_at: int = 0
    entry_price: float = 0.0
    left_at: int = 0


def holding_of(transactions: Sequence[Mapping[str, Any]], initial_capital: float) -> Holding:
    """Return where one algorithm's own book stands."""
    shares, bought, paid, cash = 0.0, 0.0, 0.0, float(initial_capital)
    entered_at = left_at = ""
    for each in transactions:
        count, price, at = each["shares"], each["price"], each["timestamp"]
        cash -= each.get("fee", 0.0)
        if each["type"] == "buy":
            if shares <= 0:
                entered_at, bought, paid = at, 0.0, 0.0
            shares, bought, paid, cash = shares + count, bought + count, paid + count * price, cash - count * price
        else:
            shares, cash, left_at = shares - count, cash + count * price, at
    entry_price = paid / bought if bought else 0.0
    return Holding(int(shares), cash, _epoch_of(entered_at), entry_price, _epoch_of(left_at))


class HoldingReader:
    """Read one algorithm's holding, adding up only when its transactions are others: a year's are many each minute."""

    def __init__(self, initial_capital: float) -> None:
        self._initial_capital = initial_capital
        self._transactions: Sequence[Mapping[str, Any]] = ()
        self._holding = Holding(0, float(initial_capital))

    def __call__(self, transactions: Sequence[Mapping[str, Any]]) -> Holding:
        """Return where the book stands."""
        if transactions != self._transactions:
            self._holding = holding_of(transactions, self._initial_capital)
            self._transactions = transactions
        return self._holding


def staleness(bars: Bars, now: int, *, minutes: int = 1) -> str:
    """Say whether these bars of so many minutes are too old to act on at the minute `now`; empty when they are not.

    A bar is the newest until the next one is over; from then on it has five minutes.
    """
    last = bars[-1]["timestamp"]
    if now - epoch_of(last) - 60 * (2 * minutes - 1) > STALE_AFTER_SECONDS:
        return f"the last bar ({last}) is older than five minutes"
    return ""


def _epoch_of(text: str) -> int:
    return epoch_of(text) if text else 0


def epoch_of(text: str) -> int:
    """Return the epoch seconds of an ISO text."""
    return int(datetime.fromisoformat(text).timestamp())
