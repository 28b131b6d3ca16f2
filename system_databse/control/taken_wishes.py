"""Which wishes were taken up: written in the transaction that carries one out, so that none is carried out twice."""

import sqlite3

from system_databse.rows import settings

DONE = "done"


def answer_to(connection: sqlite3.Connection, wish_id: str) -> str | None:
    """Return what came of a wish: DONE, or in words why it was refused; None while nobody has taken it up."""
    return settings.get(connection, _key(wish_id))


def take(connection: sqlite3.Connection, wish_id: str, *, at: str, answer: str = DONE) -> None:
    """Note that a wish was taken up. at: ISO-Z."""
    settings.put(connection, _key(wish_id), answer, at=at)


def _key(wish_id: str) -> str:
    return f"wish:{wish_id}"
