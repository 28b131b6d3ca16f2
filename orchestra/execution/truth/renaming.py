"""The plan of a new symbol: shares, algorithms and what is not ours move from the old name to the new one. No I/O."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from orchestra.execution.books import Books
from orchestra.execution.truth.corporate_action import NameChange
from system_databse.algorithm_record import AlgorithmRecord
from system_databse.truth.adjustment import Adjustment, AdjustmentKind


def plan_of(
    change: NameChange, books: Books, not_ours: Decimal, *, at: datetime
) -> tuple[list[Adjustment], list[AlgorithmRecord]]:
    """Return what moves, as pairs that add up to nothing, and the algorithms under their new ticker."""
    held: dict[int | None, Decimal] = {
        each.algorithm_id: each.qty for each in books.ledger.positions() if each.symbol == change.old and each.is_open
    }
    if not_ours:
        held[None] = not_ours
    pairs = [pair for holder, qty in held.items() for pair in _pair(change, holder, qty, at=at)]
    return pairs, [replace(each, ticker=change.new) for each in books.records.values() if each.ticker == change.old]


def _pair(change: NameChange, holder: int | None, qty: Decimal, *, at: datetime) -> list[Adjustment]:
    name = "account" if holder is None else str(holder)
    return [
        Adjustment(
            symbol=symbol,
            algorithm_id=holder,
            qty=moved,
            kind=AdjustmentKind.RENAME,
            ref=f"{change.ref}/{name}/{symbol}",
            at=at,
            other_symbol=other,
        )
        for symbol, moved, other in ((change.old, -qty, change.new), (change.new, qty, change.old))
    ]
