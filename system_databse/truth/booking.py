"""Write adjustments and the positions they lead to, in the caller's transaction. Memory is the caller's to change."""

import sqlite3
from collections.abc import Iterable, Mapping

from system_databse.algorithm_record import AlgorithmRecord
from system_databse.ledger import Ledger
from system_databse.order import ZERO
from system_databse.position import Position
from system_databse.rows import positions
from system_databse.truth import adjustment_rows
from system_databse.truth.adjustment import Adjustment, AdjustmentKind, adjusted


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
