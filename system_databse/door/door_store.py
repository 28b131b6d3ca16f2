"""The store behind the door: sessions, failed logins, audit, the pepper of the PIN and the halt.

In: what the request threads note down. Out: the same after a restart. Thread: any; writers wait for one lock.
The file is readable by its owner only, and its backups are without the pepper: a stolen backup tells nothing about
the PIN whose digest is in system.db.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from database.errors import StorageError
from database.schema_check import open_database
from database.sqlite_store import CrashPoint, SqliteStore, ignore_crash_point
from database.timestamps import iso_milliseconds
from system_databse.door import door_schema, session_rows, wish_rows
from system_databse.door.door_watch import DoorWatch
from system_databse.door.pin_digest import PEPPER
from system_databse.door.wish_rows import Wish

OWNER_ONLY = 0o600
# Addresses of notices and of the heartbeat: whoever knows one can read or write there.
NOTIFY_SECRETS = "notify_secrets"
AUDIT_KEPT = timedelta(days=400)
ENDED_SESSIONS_KEPT = timedelta(days=30)
# A wish that nobody took up for that long is no longer what the owner means.
WISHES_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One act through the API. at: ISO-Z; principal: whose session; outcome: the HTTP status and what it says."""

    at: str
    principal: str
    address: str
    act: str
    target: str
    outcome: str


class DoorStore:
    """Own door.db. Its transactions are on disk before anybody is answered (synchronous FULL)."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store

    @property
    def store(self) -> SqliteStore:
        """Return the file itself, for whoever counts its failures."""
        return self._store

    @classmethod
    def open(cls, path: Path, *, crash_point: CrashPoint = ignore_crash_point) -> "DoorStore":
        """Open the file, or make it, readable by its owner only; raises StorageError."""
        _make_private(path)
        return cls(
            open_database(
                path,
                door_schema.migrations,
                door_schema.APPLICATION_ID,
                synchronous="FULL",
                crash_point=crash_point,
            )
        )

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold the writer for one short transaction; raises StorageError."""
        with self._store.transaction() as connection:
            yield connection

    @contextmanager
    def reader(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection that sees the last commit; raises StorageError."""
        with self._store.reader() as connection:
            yield connection

    def control(self, key: str) -> str | None:
        """Return a kept value, None when there is none."""
        with self.reader() as connection:
            row = connection.execute("SELECT value FROM control WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    def put_control(self, key: str, value: str | None) -> None:
        """Keep a value; None forgets it."""
        with self.transaction() as connection:
            if value is None:
                connection.execute("DELETE FROM control WHERE key = ?", (key,))
            else:
                connection.execute("INSERT OR REPLACE INTO control(key, value) VALUES(?, ?)", (key, value))

    def wishes(self) -> list[Wish]:
        """Return what other processes wish of the running program, oldest first; raises StorageError."""
        with self.reader() as connection:
            return wish_rows.load(connection)

    def watch(self) -> DoorWatch:
        """Return a watch that tells when anybody has written here; it is the caller's to close."""
        return DoorWatch(self._store.path)

    def record(self, row: AuditRow) -> None:
        """Note an act down."""
        with self.transaction() as connection:
            connection.execute(
                "INSERT INTO audit(at, principal, address, act, target, outcome) VALUES(?, ?, ?, ?, ?, ?)",
                (row.at, row.principal, row.address, row.act, row.target, row.outcome),
            )

    def prune(self, now: datetime) -> None:
        """Forget acts older than 400 days, sessions and keys that ran out a month ago, wishes left for a day."""
        with self.transaction() as connection:
            connection.execute("DELETE FROM audit WHERE at < ?", (iso_milliseconds(now - AUDIT_KEPT),))
            session_rows.prune(connection, now - ENDED_SESSIONS_KEPT)
            connection.execute(
                "DELETE FROM api_keys WHERE expires_at < ?", (iso_milliseconds(now - ENDED_SESSIONS_KEPT),)
            )
            wish_rows.prune(connection, iso_milliseconds(now - WISHES_KEPT))

    def close(self) -> None:
        """Close every connection."""
        self._store.close()


def forget_secrets(connection: sqlite3.Connection) -> None:
    """Take out of a copy what no backup may hold: the PIN's pepper, addresses of notices, sessions and keys.

    A session may have ended since, a key been revoked. Nothing of them is left on a page; the tables may be missing in
    a file just made.
    """
    connection.execute("PRAGMA secure_delete=ON")
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")}
    if "control" in there:
        connection.execute("DELETE FROM control WHERE key IN (?, ?)", (PEPPER, NOTIFY_SECRETS))
    for table in {"sessions", "api_keys"} & there:
        connection.execute(f"DELETE FROM {table}")
    connection.execute("VACUUM")


def _make_private(path: Path) -> None:
    """Make the file before SQLite does, so that it is never readable by others; its side files take its mode."""
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT, OWNER_ONLY)
        try:
            os.fchmod(file, OWNER_ONLY)
        finally:
            os.close(file)
    except OSError as error:
        raise StorageError(f"{path} cannot be opened ({error.strerror}): correct its owner or permissions.") from error
