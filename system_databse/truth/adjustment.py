"""The adjustment: a change of what somebody holds that no fill of ours explains, kept as evidence."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from system_databse.fill import Fill
from system_databse.order import ZERO, Side
from system_databse.position import Position, no_position


class AdjustmentKind(StrEnum):
    """Why shares came or went. SPLIT and RENAME leave their cost as it was; ASSIGNED and CASH_IN_LIEU move money."""

    SPLIT = "split"
    RENAME = "rename"
    CASH_IN_LIEU = "cash_in_lieu"  # what a split left of a share, paid out
    ASSIGNED = "assigned"  # the owner: this algorithm's
    ADOPTED = "adopted"  # the owner: mine, no algorithm's
    IGNORED = "ignored"  # the owner: leave it as it is


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A signed change of shares. algorithm_id None: of what the account holds beside our algorithms.

    ref: unique for ever, so that nothing is adjusted twice. price: dollars a share, where money moved. ratio: of a
    split, new shares for one old one. other_symbol: of a rename, the name on the other side.
    """

    symbol: str
    algorithm_id: int | None
    qty: Decimal
    kind: AdjustmentKind
    ref: str
    at: datetime
    price: Decimal | None = None
    ratio: Fraction | None = None
    other_symbol: str | None = None

    @property
    def moves_money(self) -> bool:
        """Say whether it is like a purchase or a sale."""
        return self.kind in (AdjustmentKind.ASSIGNED, AdjustmentKind.CASH_IN_LIEU)

    def as_fill(self) -> Fill:
        """Return the purchase or sale that it is like."""
        if self.algorithm_id is None:
            raise ValueError(f"adjustment {self.ref} is no algorithm's")
        return Fill(
            client_order_id=self.ref,
            algorithm_id=self.algorithm_id,
            symbol=self.symbol,
            side=Side.BUY if self.qty > ZERO else Side.SELL,
            execution_id=self.ref,
            qty=abs(self.qty),
            price=self.price or ZERO,
            cumulative_qty=abs(self.qty),
            source="adjustment",
            at=self.at,
        )


def scaled(qty: Decimal, ratio: Fraction) -> Decimal:
    """Return a number of shares after a split."""
    return qty * ratio.numerator / ratio.denominator


def adjusted(position: Position, adjustment: Adjustment) -> Position:
    """Return the position after an adjustment of its own symbol. A rename is `renamed`'s."""
    if adjustment.moves_money:
        return position.after(adjustment.as_fill())
    qty = position.qty + adjustment.qty
    if not qty:
        return no_position(position.algorithm_id, position.symbol)
    # What was paid stays what it was, for another number of shares.
    return replace(position, qty=qty, entry_price=position.qty * position.entry_price / qty)


def renamed(position: Position, symbol: str) -> Position:
    """Return the position under the company's new symbol."""
    return replace(position, symbol=symbol)


def in_order(booked: Iterable[Fill], adjustments: Iterable[tuple[int, Adjustment]]) -> Iterator[Fill | Adjustment]:
    """Yield fills and adjustments as they came; each adjustment with the number of fills that were booked before it."""
    waiting = list(reversed(list(adjustments)))
    for number, fill in enumerate(booked):
        while waiting and waiting[-1][0] <= number:
            yield waiting.pop()[1]
        yield fill
    while waiting:
        yield waiting.pop()[1]
