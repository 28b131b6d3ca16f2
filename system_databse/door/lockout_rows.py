"""Rows of `auth_lockouts`: failed logins by source; a restart does not refill anybody's budget."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from database.timestamps import iso_milliseconds, parse_iso


@dataclass(frozen=True, slots=True)
class Tries:
    """Failures in a row of one source, and until when it has to wait."""

    failures: int = 0
    last_failed_at: datetime | None = None
    locked_until: datetime | None = None


def load(connection: sqlite3.Connection, principal: str) -> Tries:
    """Return the failures of a source; none is as good as zero."""
    row = connection.execute(
        "SELECT failures, last_failed_at, locked_until FROM auth_lockouts WHERE principal = ?", (principal,)
    ).fetchone()
    return Tries(int(row[0]), _moment(row[1]), _moment(row[2])) if row else Tries()


def store(connection: sqlite3.Connection, principal: str, tries: Tries) -> None:
    """Keep the failures of a source."""
    connection.execute(
        "INSERT OR REPLACE INTO auth_lockouts(principal, failures, last_failed_at, locked_until) VALUES(?, ?, ?, ?)",
        (principal, tries.failures, _text(tries.last_failed_at), _text(tries.locked_until)),
    )


def clear(connection: sqlite3.Connection, principal: str) -> None:
    """Forget the failures of a source."""
    connection.execute("DELETE FROM auth_lockouts WHERE principal = ?", (principal,))


def count(connection: sqlite3.Connection) -> int:
    """Return how many sources have failed."""
    return int(connection.execute("SELECT COUNT(*) FROM auth_lockouts").fetchone()[0])


def clear_all(connection: sqlite3.Connection) -> None:
    """Forget every failure."""
    connection.execute("DELETE FROM auth_lockouts")


def _moment(text: str | None) -> datetime | None:
    return parse_iso(text) if text else None


def _text(moment: datetime | None) -> str | None:
    return iso_milliseconds(moment) if moment else None
