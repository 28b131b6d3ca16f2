"""Round trips: from flat to flat in one symbol of one algorithm, made of fills.

In: fills in order, and what else changed the shares held. Out: round trips, the last one perhaps still open. Thread:
any. Money is Decimal: the profits of all round trips are the money that came, to the last digit. Long holdings only:
nobody here sells what he does not hold.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from database.timestamps import iso_milliseconds
from system_databse.fill import Fill
from system_databse.order import ZERO, Side
from system_databse.truth.adjustment import Adjustment, AdjustmentKind, scaled


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """One holding, from the first share bought to the last one sold.

    shares: all that were bought. entry_price, exit_price: averages in dollars; of one still open the rest counts as
    sold at the last price, and exited_at is None. pnl: dollars, fees taken off. entry_order, exit_order: our ids of
    the first and the last order. held: shares not sold yet.
    """

    algorithm_id: int
    symbol: str
    entered_at: datetime
    exited_at: datetime | None
    shares: Decimal
    entry_price: Decimal
    exit_price: Decimal
    pnl: Decimal
    fees: Decimal
    entry_order: str
    exit_order: str | None
    held: Decimal = ZERO

    @property
    def cost(self) -> Decimal:
        """Return what the shares were bought for, dollars."""
        return self.shares * self.entry_price

    @property
    def return_(self) -> float:
        """Return the profit as a fraction of the cost."""
        return float(self.pnl / self.cost)

    def minutes(self, now: datetime) -> float:
        """Return how long shares were held, until now when they still are: minutes of the clock, nights included."""
        return ((self.exited_at or now) - self.entered_at).total_seconds() / 60


class _Holding:
    """A round trip under way."""

    def __init__(self, first: Fill) -> None:
        self.first = first
        self.symbol = first.symbol
        self.last: Fill = first
        self.held = self.bought = self.paid = self.received = self.fees = ZERO

    def add(self, fill: Fill) -> None:
        if self.held + fill.signed_qty < ZERO:
            raise ValueError(
                f"Algorithm {fill.algorithm_id} sold {fill.qty} {fill.symbol} at {iso_milliseconds(fill.at)} and held "
                f"{self.held}: round trips are told of shares bought before they are sold, not of short sales."
            )
        self.last = fill
        self.held += fill.signed_qty
        self.fees += fill.fee
        if fill.side is Side.BUY:
            self.bought += fill.qty
            self.paid += fill.qty * fill.price
        else:
            self.received += fill.qty * fill.price

    def split(self, adjustment: Adjustment) -> None:
        """Count the shares anew; what was paid stays what it was."""
        self.held += adjustment.qty
        if adjustment.ratio is not None:
            self.bought = scaled(self.bought, adjustment.ratio)

    def ended(self, price: Decimal | None) -> RoundTrip:
        """Return the round trip. price: what the shares still held are worth, None when there are none."""
        received = self.received + (self.held * price if price is not None else ZERO)
        return RoundTrip(
            algorithm_id=self.first.algorithm_id,
            symbol=self.symbol,
            entered_at=self.first.at,
            exited_at=self.last.at if price is None else None,
            shares=self.bought,
            entry_price=self.paid / self.bought,
            exit_price=received / self.bought,
            pnl=received - self.paid - self.fees,
            fees=self.fees,
            entry_order=self.first.client_order_id,
            exit_order=self.last.client_order_id if price is None else None,
            held=self.held,
        )


class TripWalk:
    """The way through the history, entry by entry: what is under way, and what has ended, in that order."""

    def __init__(self) -> None:
        self.under_way: dict[tuple[int, str], _Holding] = {}
        self.ended: list[RoundTrip] = []

    def take(self, entry: Fill | Adjustment) -> None:
        """Go on by a fill or an adjustment; raises ValueError like `round_trips`."""
        if isinstance(entry, Fill):
            self._fill(entry)
        elif entry.algorithm_id is not None:
            self._adjust(entry, entry.algorithm_id)

    def _fill(self, fill: Fill) -> None:
        key = (fill.algorithm_id, fill.symbol)
        holding = self.under_way.get(key)
        if holding is None:
            holding = self.under_way[key] = _Holding(fill)
        holding.add(fill)
        if not holding.held:
            self.ended.append(self.under_way.pop(key).ended(None))

    def _adjust(self, adjustment: Adjustment, algorithm_id: int) -> None:
        key = (algorithm_id, adjustment.symbol)
        if adjustment.moves_money:
            self._fill(adjustment.as_fill())
        elif adjustment.kind is AdjustmentKind.RENAME:
            # The row of the old name carries no more than the evidence.
            if adjustment.qty > ZERO:
                self._rename((algorithm_id, adjustment.other_symbol or ""), key)
        elif key in self.under_way:
            self.under_way[key].split(adjustment)

    def _rename(self, old: tuple[int, str], new: tuple[int, str]) -> None:
        holding = self.under_way.pop(old, None)
        if holding is not None:
            holding.symbol = new[1]
            self.under_way[new] = holding


def round_trips(fills: Iterable[Fill], prices: Mapping[str, float]) -> list[RoundTrip]:
    """Return the round trips in the order they ended, those still open last. prices: the last of each symbol held.

    Raises ValueError for a fill that sells more than its algorithm holds.
    """
    walk = TripWalk()
    for fill in fills:
        walk.take(fill)
    still_open = [holding.ended(Decimal(repr(prices[symbol]))) for (_, symbol), holding in walk.under_way.items()]
    return walk.ended + still_open
