"""Rows of `adjustments`: evidence, one a ref. fills_before: how many fills of algorithms were booked before it."""

import sqlite3
from decimal import Decimal
from fractions import Fraction

from database.timestamps import iso_milliseconds, parse_iso
from system_databse.order import ZERO
from system_databse.truth.adjustment import Adjustment, AdjustmentKind

_COLUMNS = "symbol, algo_id, qty, kind, ref, at, price, ratio, other_symbol"
LARGEST = (1 << 63) - 1
_FILLS = "SELECT COUNT(*) FROM fills f JOIN orders o ON o.id = f.order_id WHERE o.algo_id IS NOT NULL"


def insert(connection: sqlite3.Connection, adjustment: Adjustment) -> bool:
    """Add one; say whether it is new. A ref that is there already is the same adjustment, found again."""
    cursor = connection.execute(
        f"INSERT INTO adjustments({_COLUMNS}, fills_before) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ({_FILLS}))"
        " ON CONFLICT(ref) DO NOTHING",
        (
            adjustment.symbol,
            adjustment.algorithm_id,
            str(adjustment.qty),
            adjustment.kind,
            adjustment.ref,
            iso_milliseconds(adjustment.at),
            None if adjustment.price is None else str(adjustment.price),
            None if adjustment.ratio is None else str(adjustment.ratio),
            adjustment.other_symbol,
        ),
    )
    return cursor.rowcount == 1


def load(connection: sqlite3.Connection) -> list[tuple[int, Adjustment]]:
    """Return what changed the algorithms' shares, oldest first, each with the number of fills before it."""
    return between(connection, 0, LARGEST)


def between(connection: sqlite3.Connection, after: int, until: int) -> list[tuple[int, Adjustment]]:
    """Return the same of those whose ids are in (after, until]."""
    query = (
        f"SELECT {_COLUMNS}, fills_before FROM adjustments WHERE algo_id IS NOT NULL AND id > ? AND id <= ?"
        " ORDER BY fills_before, id"
    )
    return [(int(row[-1]), _adjustment(row[:-1])) for row in connection.execute(query, (after, until))]


def has(connection: sqlite3.Connection, ref: str) -> bool:
    """Say whether there is an adjustment whose ref is or begins with it, up to a slash."""
    query = "SELECT 1 FROM adjustments WHERE ref = ? OR substr(ref, 1, ?) = ? LIMIT 1"
    start = f"{ref}/"
    return connection.execute(query, (ref, len(start), start)).fetchone() is not None


def splits_since(connection: sqlite3.Connection, symbol: str, at: str) -> list[str]:
    """Return when splits of the symbol were booked since that ISO-Z time."""
    rows = connection.execute(
        "SELECT DISTINCT at FROM adjustments WHERE symbol = ? AND kind = 'split' AND at >= ? ORDER BY at", (symbol, at)
    )
    return [row[0] for row in rows]


def qty_not_ours(connection: sqlite3.Connection) -> dict[str, Decimal]:
    """Return by symbol what the account holds beside our algorithms: baseline, strangers' fills, their adjustments."""
    rows = connection.execute(
        "SELECT symbol, qty FROM baseline UNION ALL SELECT symbol, signed_qty FROM external_fills"
        " UNION ALL SELECT symbol, qty FROM adjustments WHERE algo_id IS NULL"
    )
    totals: dict[str, Decimal] = {}
    for symbol, qty in rows:
        totals[symbol] = totals.get(symbol, ZERO) + Decimal(qty)
    return totals


def _adjustment(row: tuple[str, ...]) -> Adjustment:
    symbol, algorithm_id, qty, kind, ref, at, price, ratio, other_symbol = row
    return Adjustment(
        symbol=symbol,
        algorithm_id=None if algorithm_id is None else int(algorithm_id),
        qty=Decimal(qty),
        kind=AdjustmentKind(kind),
        ref=ref,
        at=parse_iso(at),
        price=None if price is None else Decimal(price),
        ratio=None if ratio is None else Fraction(ratio),
        other_symbol=other_symbol,
    )
