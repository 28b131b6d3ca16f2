"""Rows of `fills`: evidence, append only."""

import sqlite3
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
