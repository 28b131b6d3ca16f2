"""A store whose connections fail once, at the Nth call of the process: full, I/O error or busy, as SQLite says it."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from database.sqlite_store import SqliteStore

FULL = "database or disk is full"
INPUT_OUTPUT = "disk I/O error"
BUSY = "database is locked"


@dataclass(slots=True)
class Fuse:
    """Counts the calls of every connection, and blows once. is_done_first: the call was done, and its answer lost."""

    at: int = 0
    text: str = FULL
    is_done_first: bool = False
    calls: int = 0
    has_blown: bool = False
    is_armed: bool = True

    def blows(self) -> bool:
        if not self.is_armed:
            return False
        self.calls += 1
        if self.calls == self.at and not self.has_blown:
            self.has_blown = True
            return True
        return False


# The store makes its connections itself, so the fuse of the running simulation is found here.
FUSE: list[Fuse] = [Fuse()]


class FailingConnection(sqlite3.Connection):
    """A real connection; only its answers may be errors."""

    def execute(self, statement: str, parameters: Any = (), /) -> sqlite3.Cursor:
        fuse = FUSE[0]
        if not fuse.blows():
            return super().execute(statement, parameters)
        if fuse.is_done_first:
            super().execute(statement, parameters)
        raise sqlite3.OperationalError(fuse.text)

    def executemany(self, statement: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        if FUSE[0].blows():
            raise sqlite3.OperationalError(FUSE[0].text)
        return super().executemany(statement, parameters)


class FailingStore(SqliteStore):
    """The store, with connections that obey the fuse."""

    def _connect(self, *, is_read_only: bool) -> sqlite3.Connection:
        uri = f"{self.path.absolute().as_uri()}?{self._open_mode(is_read_only=is_read_only)}"
        connection = sqlite3.connect(
            uri, uri=True, isolation_level=None, check_same_thread=False, timeout=0.01, factory=FailingConnection
        )
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA trusted_schema=OFF")
        return connection
