"""Rows of `orders`: the intent, and what became of it."""

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from database.timestamps import iso_milliseconds, parse_iso
from system_databse.order import Order, OrderStatus, Purpose, Side
from system_databse.rows import positions

COLUMNS = (
    "client_order_id, algo_id, bar_ts, leg, symbol, side, qty, purpose, created_at, valid_until, status, order_type,"
    " time_in_force, filled_qty, filled_notional, broker_order_id, raw_status, attempts, reject_reason,"
    " cancel_wanted_at"
)


def insert(connection: sqlite3.Connection, order: Order, *, mode: str, signal_id: int | None) -> None:
    """Add an intent; it is on disk before anything is sent. The position that it sells is CLOSING from here on."""
    connection.execute(
        "INSERT INTO orders(client_order_id, signal_id, algo_id, bar_ts, leg, purpose, asset_class, symbol, side,"
        " order_type, time_in_force, qty, mode, status, valid_until, created_at)"
        " VALUES(?, ?, ?, ?, ?, ?, 'us_equity', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            order.client_order_id,
            signal_id,
            order.algorithm_id,
            order.minute,
            order.leg,
            order.purpose,
            order.symbol,
            order.side,
            order.order_type,
            order.time_in_force,
            str(order.qty),
            mode,
            order.status,
            iso_milliseconds(order.valid_until),
            iso_milliseconds(order.created_at),
        ),
    )
    positions.follow(connection, order.client_order_id)


def insert_intents(
    connection: sqlite3.Connection, intents: Iterable[Order], signal_ids: Mapping[str, int], *, mode: str
) -> None:
    """Add intents, each beside the signal it came of. signal_ids: rows of signals by client order id."""
    for order in intents:
        insert(connection, order, mode=mode, signal_id=signal_ids.get(order.client_order_id))


def update(connection: sqlite3.Connection, order: Order, at: datetime) -> None:
    """Store everything about the order that may change; at: time of the change. Its position follows."""
    moment = iso_milliseconds(at)
    average = order.filled_notional / order.filled_qty if order.filled_qty else None
    connection.execute(
        "UPDATE orders SET qty = ?, status = ?, raw_status = ?, broker_order_id = ?, attempts = ?, filled_qty = ?,"
        " filled_notional = ?, avg_fill_price = ?, reject_reason = ?, cancel_wanted_at = ?, updated_at = ?,"
        " terminal_at = CASE WHEN ? THEN COALESCE(terminal_at, ?) END WHERE client_order_id = ?",
        (
            str(order.qty),
            order.status,
            order.raw_status,
            order.broker_order_id,
            order.attempts,
            str(order.filled_qty),
            str(order.filled_notional),
            None if average is None else str(average),
            order.reject_reason,
            iso_milliseconds(order.cancel_wanted_at) if order.cancel_wanted_at else None,
            moment,
            order.status.is_terminal,
            moment,
            order.client_order_id,
        ),
    )
    positions.follow(connection, order.client_order_id)


def mark_sent(connection: sqlite3.Connection, order: Order, at: datetime) -> None:
    """Store one more attempt to send, before the socket is touched."""
    moment = iso_milliseconds(at)
    connection.execute(
        "UPDATE orders SET status = ?, attempts = ?, first_sent_at = COALESCE(first_sent_at, ?), last_sent_at = ?,"
        " updated_at = ? WHERE client_order_id = ?",
        (order.status, order.attempts, moment, moment, moment, order.client_order_id),
    )


def load_unfinished(connection: sqlite3.Connection) -> list[Order]:
    """Return every order whose status is not terminal, oldest first."""
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM orders WHERE algo_id IS NOT NULL"
        " AND status NOT IN('FILLED', 'CANCELED', 'EXPIRED', 'REJECTED', 'DENIED') ORDER BY id"
    )
    return [_order(row) for row in rows]


def find(connection: sqlite3.Connection, client_order_id: str) -> Order | None:
    """Return one order, or None when the id is not ours."""
    row = connection.execute(f"SELECT {COLUMNS} FROM orders WHERE client_order_id = ?", (client_order_id,)).fetchone()
    return _order(row) if row else None


def created_between(
    connection: sqlite3.Connection, start: datetime, end: datetime
) -> list[tuple[Order, datetime | None]]:
    """Return the orders of algorithms created at start <= time < end, oldest first, and when each was over."""
    rows = connection.execute(
        f"SELECT {COLUMNS}, terminal_at FROM orders WHERE algo_id IS NOT NULL AND created_at >= ? AND created_at < ?"
        " ORDER BY id",
        (iso_milliseconds(start), iso_milliseconds(end)),
    )
    return [(_order(row[:-1]), parse_iso(row[-1]) if row[-1] else None) for row in rows]


def counts_between(connection: sqlite3.Connection, start: int, end: int) -> dict[int, int]:
    """Return how many orders each algorithm sent on the bars of [start, end); what our own rule denied was not sent."""
    rows = connection.execute(
        "SELECT algo_id, COUNT(*) FROM orders WHERE bar_ts >= ? AND bar_ts < ? AND algo_id IS NOT NULL"
        " AND status <> 'DENIED' GROUP BY algo_id",
        (start, end),
    )
    return dict(rows.fetchall())


def next_leg(connection: sqlite3.Connection, algorithm_id: int, minute: int) -> int:
    """Return the next free leg of an algorithm's minute; ids are unique for ever."""
    row = connection.execute(
        "SELECT COALESCE(MAX(leg) + 1, 0) FROM orders WHERE algo_id = ? AND bar_ts = ?", (algorithm_id, minute)
    ).fetchone()
    return int(row[0])


def _order(row: tuple[str, ...]) -> Order:
    values = dict(zip(COLUMNS.replace(" ", "").split(","), row, strict=True))
    return Order(
        client_order_id=values["client_order_id"],
        algorithm_id=int(values["algo_id"]),
        minute=int(values["bar_ts"]),
        leg=int(values["leg"]),
        symbol=values["symbol"],
        side=Side(values["side"]),
        qty=Decimal(values["qty"]),
        purpose=Purpose(values["purpose"]),
        created_at=parse_iso(values["created_at"]),
        valid_until=parse_iso(values["valid_until"]),
        status=OrderStatus(values["status"]),
        order_type=values["order_type"],
        time_in_force=values["time_in_force"],
        filled_qty=Decimal(values["filled_qty"]),
        filled_notional=Decimal(values["filled_notional"]),
        broker_order_id=values["broker_order_id"],
        raw_status=values["raw_status"],
        attempts=int(values["attempts"]),
        reject_reason=values["reject_reason"],
        cancel_wanted_at=parse_iso(values["cancel_wanted_at"]) if values["cancel_wanted_at"] else None,
    )
