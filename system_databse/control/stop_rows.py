"""Rows of `loss_stops`: whose buying a daily loss has stopped, in which session. session_open: its epoch seconds."""

import sqlite3

from system_databse.control.limit_rows import GLOBAL, scope_of


def add(connection: sqlite3.Connection, session_open: int, algorithm_id: int | None, *, reason: str, at: str) -> None:
    """Store a stop; the first reason of a session stands. at: ISO-Z."""
    connection.execute(
        "INSERT OR IGNORE INTO loss_stops(session_open, scope, scope_key, reason, at) VALUES(?, ?, ?, ?, ?)",
        (session_open, *scope_of(algorithm_id), reason, at),
    )


def load(connection: sqlite3.Connection, session_open: int) -> dict[int | None, str]:
    """Return the reasons of a session's stops by algorithm, None for all algorithms together."""
    rows = connection.execute(
        "SELECT scope, scope_key, reason FROM loss_stops WHERE session_open = ?", (session_open,)
    ).fetchall()
    return {None if scope == GLOBAL else int(key): reason for scope, key, reason in rows}
