"""Rows of `positions`: a projection of the fills, rewritten in the fill's own transaction."""

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
    at = iso_milliseconds(fill.at)
    if row is None:
        _insert(connection, position, strategy=strategy, mode=mode, at=at)
        return
    if position.qty:
        connection.execute(
            "UPDATE positions SET quantity = ?, entry_price = ?, realized_pl = ? WHERE id = ?",
            (str(position.qty), str(position.entry_price), str(position.realized), row[0]),
        )
        return
    connection.execute(
        "UPDATE positions SET quantity = '0', realized_pl = ?, status = 'CLOSED', closed_at = ? WHERE id = ?",
        (str(position.realized), at, row[0]),
    )


def _insert(connection: sqlite3.Connection, position: Position, *, strategy: str, mode: str, at: str) -> None:
    connection.execute(
        "INSERT INTO positions(asset_class, symbol, algo_id, strategy, mode, side, quantity, entry_price,"
        " realized_pl, status, opened_at) VALUES('us_equity', ?, ?, ?, ?, 'long', ?, ?, ?, 'OPEN', ?)",
        (
            position.symbol,
            position.algorithm_id,
            strategy,
            mode,
            str(position.qty),
            str(position.entry_price),
            str(position.realized),
            at,
        ),
    )
