"""Decisions of a backtest on disk: the table of the system database, written in batches.

In: batches of DecisionRows. Out: a database file. Thread: one. A run that breaks off is run again, so nothing waits for
the disk.
"""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from database.errors import StorageError
from orchestra.backtest.walk.decision_row import DecisionRow

# As in system_databse/system_schema.sql, without the reference to a table that is not here.
_TABLE = """CREATE TABLE decisions(
    algo_id INTEGER NOT NULL, minute INTEGER NOT NULL, until_minute INTEGER NOT NULL, action TEXT NOT NULL, shares TEXT,
    reason TEXT, saw TEXT, outcome TEXT NOT NULL, gate TEXT, client_order_id TEXT, elapsed_ms REAL,
    PRIMARY KEY(algo_id, minute)) WITHOUT ROWID"""
_INSERT = "INSERT INTO decisions VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)"


class DecisionFile:
    """Satisfies DecisionSink. Raises StorageError when the file cannot be written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def restart(self) -> None:
        """Begin the file anew."""
        self.close()
        try:
            self._path.unlink(missing_ok=True)
            self._connection = sqlite3.connect(self._path, isolation_level=None)
            self._connection.execute("PRAGMA journal_mode=OFF")
            self._connection.execute("PRAGMA synchronous=OFF")
            self._connection.execute(_TABLE)
        except (OSError, sqlite3.Error) as error:
            raise StorageError(f"{self._path} cannot be written ({error}): free some space.") from error

    def take(self, rows: Sequence[DecisionRow]) -> None:
        """Write a batch in one transaction."""
        if self._connection is None:
            self.restart()
        connection = self._connection
        if connection is None:
            return
        try:
            connection.execute("BEGIN")
            connection.executemany(_INSERT, map(_values, rows))
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise StorageError(f"{self._path} cannot be written ({error}): free some space.") from error

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None


def _values(row: DecisionRow) -> tuple[object, ...]:
    return (
        row.algorithm_id,
        row.minute,
        row.until_minute,
        row.action,
        row.shares,
        row.reason,
        json.dumps(row.saw, default=str),
        row.outcome,
        row.gate,
        row.client_order_id,
    )
