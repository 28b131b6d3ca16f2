"""Rows of `sessions`: what a browser that knows the PIN has been given. Only digests of tokens are stored."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from database.timestamps import iso_milliseconds, parse_iso


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session. id: SHA-256 of its token; moments are of the machine's clock. watched_at: its live feed was open."""

    id: str
    kind: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    address: str
    user_agent: str = ""
    watched_at: datetime | None = None


def add(connection: sqlite3.Connection, row: SessionRow) -> None:
    """Store a new session."""
    connection.execute(
        "INSERT INTO sessions(token_sha256, kind, created_at, last_seen_at, expires_at, address, user_agent)"
        " VALUES(?, ?, ?, ?, ?, ?, ?)",
        (
            row.id,
            row.kind,
            iso_milliseconds(row.created_at),
            iso_milliseconds(row.last_seen_at),
            iso_milliseconds(row.expires_at),
            row.address,
            row.user_agent,
        ),
    )


COLUMNS = "token_sha256, kind, created_at, last_seen_at, expires_at, address, user_agent, watched_at"


def load(connection: sqlite3.Connection) -> list[SessionRow]:
    """Return every session that was not ended, the newest first."""
    rows = connection.execute(f"SELECT {COLUMNS} FROM sessions WHERE revoked_at IS NULL ORDER BY created_at DESC")
    return [_row(values) for values in rows]


def find(connection: sqlite3.Connection, session_id: str) -> SessionRow | None:
    """Return the session unless it was ended; whether it has run out is the caller's to judge."""
    row = connection.execute(
        f"SELECT {COLUMNS} FROM sessions WHERE token_sha256 = ? AND revoked_at IS NULL", (session_id,)
    ).fetchone()
    return None if row is None else _row(row)


def touch(connection: sqlite3.Connection, session_id: str, now: datetime) -> None:
    """Note that the session was used."""
    connection.execute(
        "UPDATE sessions SET last_seen_at = ? WHERE token_sha256 = ?", (iso_milliseconds(now), session_id)
    )


def watch(connection: sqlite3.Connection, session_id: str, now: datetime) -> None:
    """Note that the live feed of the session is open."""
    connection.execute("UPDATE sessions SET watched_at = ? WHERE token_sha256 = ?", (iso_milliseconds(now), session_id))


def end(connection: sqlite3.Connection, session_id: str, now: datetime) -> None:
    """End one session for good."""
    connection.execute(
        "UPDATE sessions SET revoked_at = ? WHERE token_sha256 = ? AND revoked_at IS NULL",
        (iso_milliseconds(now), session_id),
    )


def end_all(connection: sqlite3.Connection, now: datetime, *, kept: str = "") -> None:
    """End every session and forget every trusted device; kept: the one session that stays."""
    connection.execute(
        "UPDATE sessions SET revoked_at = ? WHERE revoked_at IS NULL AND token_sha256 != ?",
        (iso_milliseconds(now), kept),
    )


def prune(connection: sqlite3.Connection, before: datetime) -> None:
    """Forget the sessions that ran out before that moment, unless a screen has shown one since."""
    moment = iso_milliseconds(before)
    connection.execute(
        "DELETE FROM sessions WHERE expires_at < ? AND (watched_at IS NULL OR watched_at < ?)", (moment, moment)
    )


def _row(values: Sequence[str]) -> SessionRow:
    identifier, kind, created, seen, expires, address, user_agent, watched = values
    moments = (parse_iso(created), parse_iso(seen), parse_iso(expires))
    return SessionRow(identifier, kind, *moments, address, user_agent, parse_iso(watched) if watched else None)
