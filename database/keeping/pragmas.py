"""The settings a connection must have before anything is entrusted to it: set, and read back.

In: a connection. Out: the same, proven, or StorageError. Thread: the one that opens it.
SQLite ignores a setting it cannot honour without a word (write-ahead logging on a network share, for one), so what was
set counts only once it has been read.
"""

import sqlite3
from pathlib import Path
from typing import Literal

from database.errors import StorageError

BUSY_TIMEOUT_MS = 5_000
AUTOCHECKPOINT_PAGES = 1_000
JOURNAL_SIZE_LIMIT = 8 * 1024 * 1024
_LEVELS = {"NORMAL": 1, "FULL": 2}

Synchronous = Literal["FULL", "NORMAL"]


def apply(connection: sqlite3.Connection, synchronous: Synchronous) -> None:
    """Set what a writer needs. Only a file without tables can still learn to give pages back to the disk."""
    if synchronous == "NORMAL" and connection.execute("PRAGMA page_count").fetchone()[0] == 0:
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(f"PRAGMA synchronous={synchronous}")
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    connection.execute(f"PRAGMA wal_autocheckpoint={AUTOCHECKPOINT_PAGES}")
    connection.execute(f"PRAGMA journal_size_limit={JOURNAL_SIZE_LIMIT}")
    apply_to_reader(connection)


def apply_to_reader(connection: sqlite3.Connection) -> None:
    """Set what every connection needs."""
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA trusted_schema=OFF")


def expected(synchronous: Synchronous) -> dict[str, object]:
    """Return what a writer must answer to each pragma."""
    return {
        "journal_mode": "wal",
        "synchronous": _LEVELS[synchronous],
        "busy_timeout": BUSY_TIMEOUT_MS,
        "foreign_keys": 1,
        "wal_autocheckpoint": AUTOCHECKPOINT_PAGES,
        "journal_size_limit": JOURNAL_SIZE_LIMIT,
        "trusted_schema": 0,
    }


def require(connection: sqlite3.Connection, synchronous: Synchronous, path: Path) -> None:
    """Refuse to trade on a file whose settings did not take; raises StorageError."""
    for name, wanted in expected(synchronous).items():
        row = connection.execute(f"PRAGMA {name}").fetchone()
        found = row[0] if row else "nothing"
        if name == "journal_mode" and found != wanted:
            raise StorageError(
                f"{path} does not keep write-ahead logging (journal {found}): put the data directory on a local disk."
            )
        if found != wanted:
            raise StorageError(
                f"{path} cannot be trusted: {name} is {found} instead of {wanted}; "
                "use the SQLite that comes with Python 3.11 or newer."
            )
