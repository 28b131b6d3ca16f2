"""The watch on door.db: whether anybody has written into it since the last look, for the price of one read of memory.

In: commits of any process. Out: yes or no. Thread: the engine's.
"""

import sqlite3
from pathlib import Path

from database.errors import StorageError


class DoorWatch:
    """Hold one connection of its own: SQLite counts, for each connection, what the others have committed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: int | None = None
        self._connection = self._open()

    def has_changed(self) -> bool:
        """Say whether something was committed since the last call; the first call says yes. Raises StorageError."""
        try:
            [version] = self._connection.execute("PRAGMA data_version").fetchone()
        except sqlite3.Error as error:
            raise StorageError(f"{self._path} cannot be watched ({error}).") from error
        before, self._seen = self._seen, int(version)
        return before != self._seen

    def look_again(self) -> None:
        """Let the next call say yes: what was read could not be used."""
        self._seen = None

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _open(self) -> sqlite3.Connection:
        uri = f"{self._path.absolute().as_uri()}?mode=ro"
        try:
            return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise StorageError(f"{self._path} cannot be watched ({error}).") from error
