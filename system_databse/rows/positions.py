"""Rows of `positions`: a projection of the fills, rewritten in the fill's own transaction."""

import json
import sqlite3

from database.timestamps import iso_milliseconds
from system_databse.fill import Fill
from system_databse.position import Position


def restate(connection: sqlite3.Connection, position: Position, *, mode: str, price_factor: float = 1.0) -> None:
    """Put the open row on the terms of new shares: quantity, and every price beside it.

    price_factor: what prices are multiplied by.
    """
    connection.execute(
        "UPDATE positions SET quantity = ?, entry_price = ?, highest_price = highest_price * ?,"
        " stop_price = stop_price * ?, current_price = current_price * ?"
        " WHERE mode = ? AND algo_id = ? AND symbol = ? AND status IN('OPEN', 'CLOSING')",
        (
            str(position.qty),
            str(position.entry_price),
            *(price_factor,) * 3,
            mode,
            position.algorithm_id,
            position.symbol,
        ),
    )


def rename(connection: sqlite3.Connection, position: Position, symbol: str, *, mode: str) -> None:
    """Let the open row of a position bear the company's new symbol."""
    connection.execute(
        "UPDATE positions SET symbol = ?"
        " WHERE mode = ? AND algo_id = ? AND symbol = ? AND status IN('OPEN', 'CLOSING')",
        (symbol, mode, position.algorithm_id, position.symbol),
    )


def write(connection: sqlite3.Connection, position: Position, fill: Fill, *, strategy: str, mode: str) -> None:
    """Make the algorithm's open row of that symbol say what the position says after the fill."""
    row = connection.execute(
        "SELECT id FROM positions WHERE mode = ? AND algo_id = ? AND symbol = ? AND status IN('OPEN', 'CLOSING')",
        (mode, position.algorithm_id, position.symbol),
    ).fetchone()
    if row is None:
        _insert(connection, position, fill, strategy=strategy, mode=mode)
        return
    if position.qty:
        connection.execute(
            "UPDATE positions SET quantity = ?, entry_price = ?, realized_pl = ? WHERE id = ?",
            (str(position.qty), str(position.entry_price), str(position.realized), row[0]),
        )
        return
    connection.execute(
        "UPDATE positions SET quantity = '0', realized_pl = ?, status = 'CLOSED', close_reason = ?, closed_at = ?"
        " WHERE id = ?",
        (str(position.realized), _close_reason(connection, fill), iso_milliseconds(fill.at), row[0]),
    )


def follow(connection: sqlite3.Connection, client_order_id: str) -> None:
    """Let the open row of an order's position say CLOSING as long as an order that sells it is live, OPEN otherwise."""
    # The plus keeps SQLite from reading all orders of the algorithm: of live ones there are few.
    connection.execute(
        "UPDATE positions SET status = CASE WHEN EXISTS(SELECT 1 FROM orders o WHERE o.mode = positions.mode"
        " AND o.status IN('PENDING', 'SUBMITTED', 'UNKNOWN', 'ACCEPTED', 'PARTIALLY_FILLED')"
        " AND +o.algo_id = positions.algo_id AND o.symbol = positions.symbol"
        " AND o.side = CASE positions.side WHEN 'long' THEN 'sell' ELSE 'buy' END) THEN 'CLOSING' ELSE 'OPEN' END"
        " WHERE status IN('OPEN', 'CLOSING') AND (mode, algo_id, symbol) ="
        " (SELECT mode, algo_id, symbol FROM orders WHERE client_order_id = ?)",
        (client_order_id,),
    )


def _insert(connection: sqlite3.Connection, position: Position, fill: Fill, *, strategy: str, mode: str) -> None:
    """Add a row; what no order of ours bought, as an adjustment does, names none."""
    connection.execute(
        "INSERT INTO positions(asset_class, symbol, algo_id, strategy, mode, side, quantity, entry_price,"
        " realized_pl, status, opened_at, order_id, signal_id)"
        " SELECT 'us_equity', ?, ?, ?, ?, 'long', ?, ?, ?, 'OPEN', ?, o.id, o.signal_id"
        " FROM (SELECT 1) LEFT JOIN orders o ON o.client_order_id = ?",
        (
            position.symbol,
            position.algorithm_id,
            strategy,
            mode,
            str(position.qty),
            str(position.entry_price),
            str(position.realized),
            iso_milliseconds(fill.at),
            fill.client_order_id,
        ),
    )


def _close_reason(connection: sqlite3.Connection, fill: Fill) -> str | None:
    """Return what the strategy called its exit, or else why whoever wanted it wanted it."""
    row = connection.execute(
        "SELECT s.metadata, s.reason FROM orders o JOIN signals s ON s.id = o.signal_id WHERE o.client_order_id = ?",
        (fill.client_order_id,),
    ).fetchone()
    if row is None:
        return None
    metadata, reason = json.loads(row[0] or "{}"), str(row[1])
    exit_ = metadata.get("exit") if isinstance(metadata, dict) else None
    return exit_ if exit_ and isinstance(exit_, str) else reason or None
