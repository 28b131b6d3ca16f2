"""Write fills, adjustments and the positions they lead to, in the caller's transaction; memory is the caller's."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from database.calendar_manager import date_in_new_york
from system_databse.algorithm_record import AlgorithmRecord
from system_databse.fill import Fill
from system_databse.ledger import Ledger
from system_databse.order import ZERO
from system_databse.position import Position
from system_databse.rows import fills, positions
from system_databse.truth import adjustment_rows
from system_databse.truth.adjustment import Adjustment, AdjustmentKind, adjusted


def session_day(moment: datetime) -> str:
    """Return the day in New York, ISO: of the session, and of what is traded before its open and after its close."""
    return date_in_new_york(int(moment.timestamp())).isoformat()


def write_fills(
    connection: sqlite3.Connection,
    added: Sequence[Fill],
    ledger: Ledger,
    *,
    records: Mapping[int, AlgorithmRecord],
    mode: str,
) -> None:
    """Add fills of one order, so of one position, and what it comes to; ledger: as it is before."""
    for number, fill in enumerate(added):
        fills.insert(connection, fill, session_date=session_day(fill.at))
        position = ledger.position(fill.algorithm_id, fill.symbol).after_all(added[: number + 1])
        positions.write(connection, position, fill, strategy=records[fill.algorithm_id].name, mode=mode)


def write_adjustments(
    connection: sqlite3.Connection,
    adjustments: Iterable[Adjustment],
    ledger: Ledger,
    *,
    records: Mapping[int, AlgorithmRecord],
    mode: str,
) -> list[Adjustment]:
    """Add what is not there yet and return it; ledger: as it is before."""
    fresh = [adjustment for adjustment in adjustments if adjustment_rows.insert(connection, adjustment)]
    after: dict[tuple[int, str], Position] = {}
    for each in fresh:
        if each.algorithm_id is None:
            continue
        key = each.algorithm_id, each.symbol
        if each.kind is AdjustmentKind.RENAME:
            if each.qty > ZERO and each.other_symbol:
                old = ledger.position(each.algorithm_id, each.other_symbol)
                positions.rename(connection, old, each.symbol, mode=mode)
            continue
        after[key] = adjusted(after.get(key) or ledger.position(*key), each)
        if each.moves_money:
            name = records[each.algorithm_id].name
            positions.write(connection, after[key], each.as_fill(), strategy=name, mode=mode)
        elif each.ratio is not None:
            positions.restate(connection, after[key], mode=mode, price_factor=1 / float(each.ratio))
    return fresh
