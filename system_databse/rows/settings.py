"""Rows of `settings`: what a database remembers about its run."""

import sqlite3


def get(connection: sqlite3.Connection, key: str) -> str | None:
    """Return the value, or None when the key was never set."""
    row = connection.execute("SELECT value FROM settings WHERE key = ?", (key,)).fetchone()
    return row[0] if row else None


def put(connection: sqlite3.Connection, key: str, value: str, *, at: str) -> None:
    """Set the value; at: ISO-Z time of the change."""
    connection.execute(
        "INSERT INTO settings(key, value, updated_at) VALUES(?, ?, ?)"
        " ON CONFLICT(key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
        (key, value, at),
    )


def remove(connection: sqlite3.Connection, key: str) -> None:
    """Forget the value."""
    connection.execute("DELETE FROM settings WHERE key = ?", (key,))
