"""The wish book: which of the owner's wishes were taken up, and what came of them.

In: ids of wishes. Out: rows of system.db, in the transaction that carries a wish out. Thread: engine.
"""

import sqlite3
from collections.abc import Callable

from database.sqlite_store import SqliteStore
from database.timestamps import iso_milliseconds
from orchestra.runtime.clock import Clock
from system_databse.control import taken_wishes


class WishBook:
    """Know each wish once. A wish without an id is nobody's to repeat."""

    def __init__(self, store: SqliteStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def is_taken(self, wish_id: str | None) -> bool:
        """Say whether somebody has taken it up."""
        if wish_id is None:
            return False
        with self._store.reader() as connection:
            return taken_wishes.answer_to(connection, wish_id) is not None

    def take(self, connection: sqlite3.Connection, wish_id: str | None, *, answer: str = taken_wishes.DONE) -> None:
        """Note in somebody's transaction that it was taken up."""
        if wish_id is not None:
            taken_wishes.take(connection, wish_id, at=iso_milliseconds(self._clock.now()), answer=answer)

    def carry_out(self, wish_id: str | None, write: Callable[[sqlite3.Connection], None]) -> None:
        """Write rows and the note in one transaction; raises StorageError."""
        with self._store.transaction() as connection:
            write(connection)
            self.take(connection, wish_id)

    def refuse(self, wish_id: str, reason: str) -> None:
        """Note why it was not carried out, for whoever asks; raises StorageError."""
        with self._store.transaction() as connection:
            self.take(connection, wish_id, answer=reason)
