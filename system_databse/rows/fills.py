"""Rows of `fills`: evidence, append only."""

import sqlite3
from collections.abc import Sequence
from decimal import Decimal

from database.timestamps import iso_milliseconds, parse_iso
from system_databse.fill import Fill
from system_databse.order import Side

_SELECT = (
    "SELECT o.client_order_id, o.algo_id, o.symbol, o.side, f.exec_id, f.qty, f.price, f.cum_qty, f.source, f.ts,"
    " f.fee FROM fills f JOIN orders o ON o.id = f.order_id WHERE o.algo_id IS NOT NULL"
)


def insert(connection: sqlite3.Connection, fill: Fill, *, session_date: str) -> None:
    """Add one fill; a second row with the same execution id is refused by the table."""
    connection.execute(
        "INSERT INTO fills(order_id, exec_id, qty, price, fee, cum_qty, source, session_date, ts)"
        " SELECT id, ?, ?, ?, ?, ?, ?, ?, ? FROM orders WHERE client_order_id = ?",
        (
            fill.execution_id,
            str(fill.qty),
            str(fill.price),
            str(fill.fee),
            str(fill.cumulative_qty),
            fill.source,
            session_date,
            iso_milliseconds(fill.at),
            fill.client_order_id,
        ),
    )


def has(connection: sqlite3.Connection, execution_id: str) -> bool:
    """Say whether the execution is booked already."""
    return connection.execute("SELECT 1 FROM fills WHERE exec_id = ?", (execution_id,)).fetchone() is not None


def load(connection: sqlite3.Connection) -> list[Fill]:
    """Return every fill of our algorithms, in the order they were booked."""
    return [_fill(row) for row in connection.execute(f"{_SELECT} ORDER BY f.id")]


def between(connection: sqlite3.Connection, after: int, until: int) -> list[Fill]:
    """Return the fills of our algorithms whose ids are in (after, until], in the order they were booked."""
    rows = connection.execute(f"{_SELECT} AND f.id > ? AND f.id <= ? ORDER BY f.id", (after, until))
    return [_fill(row) for row in rows]


def of_algorithm(connection: sqlite3.Connection, algorithm_id: int) -> list[Fill]:
    """Return every fill of one algorithm, in the order they were booked."""
    return [_fill(row) for row in connection.execute(f"{_SELECT} AND o.algo_id = ? ORDER BY f.id", (algorithm_id,))]


def of_orders(connection: sqlite3.Connection, client_order_ids: Sequence[str]) -> list[Fill]:
    """Return every fill of these orders, in the order they were booked."""
    marks = ", ".join("?" * len(client_order_ids))
    rows = connection.execute(f"{_SELECT} AND o.client_order_id IN({marks}) ORDER BY f.id", tuple(client_order_ids))
    return [_fill(row) for row in rows]


def _fill(row: tuple[str, ...]) -> Fill:
    client_order_id, algorithm_id, symbol, side, execution_id, qty, price, cumulative, source, at, fee = row
    return Fill(
        client_order_id=client_order_id,
        algorithm_id=int(algorithm_id),
        symbol=symbol,
        side=Side(side),
        execution_id=execution_id,
        qty=Decimal(qty),
        price=Decimal(price),
        cumulative_qty=Decimal(cumulative),
        source=source,
        at=parse_iso(at),
        fee=Decimal(fee),
    )
