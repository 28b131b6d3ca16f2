"""Rows of `wishes`: what was asked for at the command line while the program runs; it takes each up once.

Whether one was taken up is known to system.db alone, in the transaction that carried it out.
"""

import sqlite3
from dataclasses import dataclass

# What can be wished.
FLATTEN, LIMIT, PROPOSE = "flatten", "limit", "propose"


@dataclass(frozen=True, slots=True)
class Wish:
    """One wish. at: ISO-Z of the machine; by: who asks; act: what is wanted; body: JSON of its details."""

    id: str
    at: str
    by: str
    act: str
    body: str = "{}"


def add(connection: sqlite3.Connection, wish: Wish) -> None:
    """Store a wish."""
    connection.execute(
        "INSERT INTO wishes(id, at, by, act, body) VALUES(?, ?, ?, ?, ?)",
        (wish.id, wish.at, wish.by, wish.act, wish.body),
    )


def load(connection: sqlite3.Connection) -> list[Wish]:
    """Return every wish that is still kept, oldest first."""
    return [Wish(*row) for row in connection.execute("SELECT id, at, by, act, body FROM wishes ORDER BY number")]


def forget(connection: sqlite3.Connection, act: str) -> None:
    """Take back every wish for that act."""
    connection.execute("DELETE FROM wishes WHERE act = ?", (act,))


def prune(connection: sqlite3.Connection, before: str) -> None:
    """Drop what was wished before that time: nobody expects it any more."""
    connection.execute("DELETE FROM wishes WHERE at < ?", (before,))
