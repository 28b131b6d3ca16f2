"""The event log as streams read it: pages of rows, and what is no longer there.

In: system.db, read only. Out: rows. Thread: any.
"""

from database.sqlite_store import SqliteStore
from system_databse.rows import events
from system_databse.rows.events import EventRow

PAGE = 500


class LogReader:
    """Read the log; raises StorageError."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store

    def after(self, id_: int) -> list[EventRow]:
        """Return the next page of events later than that one, oldest first; none when it is the newest."""
        with self._store.reader() as connection:
            return events.after(connection, id_, most=PAGE)

    def bounds(self) -> tuple[int, int]:
        """Return the id up to which events may be missing, and that of the newest."""
        with self._store.reader() as connection:
            return events.pruned_to(connection), events.newest(connection)
