"""Rows of `outbox`: what the owner has to be told although the program may end first; kept until it is told.

topic: whose rows they are; body: text; done_at: ISO-Z of the machine, NULL while it waits.
"""

import sqlite3
from collections.abc import Iterable

DONE_KEPT = 200


def insert(connection: sqlite3.Connection, topic: str, body: str) -> int:
    """Add one and return its number."""
    return int(connection.execute("INSERT INTO outbox(topic, body) VALUES(?, ?)", (topic, body)).lastrowid or 0)


def waiting(connection: sqlite3.Connection, topic: str) -> list[tuple[int, str]]:
    """Return number and body of what is not told yet, oldest first."""
    query = "SELECT id, body FROM outbox WHERE topic = ? AND done_at IS NULL ORDER BY id"
    return [(int(id_), str(body)) for id_, body in connection.execute(query, (topic,))]


def finish(connection: sqlite3.Connection, ids: Iterable[int], *, at: str) -> None:
    """Note that these are told; of those only the newest stay."""
    connection.executemany("UPDATE outbox SET done_at = ? WHERE id = ?", [(at, id_) for id_ in ids])
    connection.execute(
        "DELETE FROM outbox WHERE done_at IS NOT NULL"
        " AND id NOT IN (SELECT id FROM outbox WHERE done_at IS NOT NULL ORDER BY id DESC LIMIT ?)",
        (DONE_KEPT,),
    )
