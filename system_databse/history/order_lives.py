"""Rows of `orders` and `fills`, to look back: what became of each order, and where a chart marks a fill."""

import sqlite3
from dataclasses import dataclass

from database.bar import MINUTE
from system_databse.order import Order
from system_databse.rows import orders

FOR_EVER = 2**62


@dataclass(frozen=True, slots=True)
class ToldOrder:
    """An order with the moments of its life, ISO-Z texts; number: its row, which rises with time."""

    number: int
    order: Order
    created_at: str
    first_sent_at: str | None
    cancel_wanted_at: str | None
    terminal_at: str | None


@dataclass(frozen=True, slots=True)
class MarkedFill:
    """A fill on a chart. minute: the decision it came from, epoch seconds. reason: of that decision."""

    at: str
    side: str
    qty: str
    price: str
    minute: int
    purpose: str
    reason: str | None


def newest_first(
    connection: sqlite3.Connection, algorithm_id: int, limit: int, *, before: int = FOR_EVER
) -> list[ToldOrder]:
    """Return the last orders of an algorithm, or the last with a number below one."""
    return _told(connection, "algo_id = ? AND id < ? ORDER BY id DESC LIMIT ?", (algorithm_id, before, limit))


def of_minute(connection: sqlite3.Connection, algorithm_id: int, minute: int) -> list[ToldOrder]:
    """Return the orders that came of what was decided at a minute, oldest first."""
    return _told(connection, "algo_id = ? AND bar_ts = ? ORDER BY id", (algorithm_id, minute - MINUTE))


def marked_fills(connection: sqlite3.Connection, algorithm_id: int, *, since: str, limit: int) -> list[MarkedFill]:
    """Return the newest fills of an algorithm from a moment on, ascending."""
    rows = connection.execute(
        "SELECT f.ts, o.side, f.qty, f.price, o.bar_ts + 60, o.purpose, d.reason FROM fills f"
        " JOIN orders o ON o.id = f.order_id"
        " LEFT JOIN decisions d ON d.algo_id = o.algo_id AND d.minute = o.bar_ts + 60"
        " WHERE o.algo_id = ? AND f.ts >= ? ORDER BY f.id DESC LIMIT ?",
        (algorithm_id, since, limit),
    )
    return [MarkedFill(*row) for row in rows][::-1]


def _told(connection: sqlite3.Connection, where: str, values: tuple[int, ...]) -> list[ToldOrder]:
    rows = connection.execute(
        "SELECT id, created_at, first_sent_at, cancel_wanted_at, terminal_at, client_order_id FROM orders"
        f" WHERE {where}",
        values,
    ).fetchall()
    found = [(row, orders.find(connection, row[5])) for row in rows]
    return [ToldOrder(row[0], order, *row[1:5]) for row, order in found if order]
