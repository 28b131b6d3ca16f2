"""Rows of `sessions`: what a browser that knows the PIN has been given. Only digests of tokens are stored."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from database.timestamps import iso_milliseconds, parse_iso


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session. id: SHA-256 of its token; moments are of the machine's clock."""

    id: str
    kind: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    address: str
    user_agent: str = ""


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


def find(connection: sqlite3.Connection, session_id: str) -> SessionRow | None:
    """Return the session unless it was ended; whether it has run out is the caller's to judge."""
    row = connection.execute(
        "SELECT token_sha256, kind, created_at, last_seen_at, expires_at, address, user_agent FROM sessions"
        " WHERE token_sha256 = ? AND revoked_at IS NULL",
        (session_id,),
    ).fetchone()
    if row is None:
        return None
    identifier, kind, created, seen, expires, address, user_agent = row
    return SessionRow(identifier, kind, parse_iso(created), parse_iso(seen), parse_iso(expires), address, user_agent)


def touch(connection: sqlite3.Connection, session_id: str, now: datetime) -> None:
    """Note that the session was used."""
    connection.execute(
        "UPDATE sessions SET last_seen_at = ? WHERE token_sha256 = ?", (iso_milliseconds(now), session_id)
    )


def end(connection: sqlite3.Connection, session_id: str, now: datetime) -> None:
    """End one session for good."""
    connection.execute(
        "UPDATE sessions SET revoked_at = ? WHERE token_sha256 = ? AND revoked_at IS NULL",
        (iso_milliseconds(now), session_id),
    )


def end_all(connection: sqlite3.Connection, now: datetime) -> None:
    """End every session and forget every trusted device."""
    connection.execute("UPDATE sessions SET revoked_at = ? WHERE revoked_at IS NULL", (iso_milliseconds(now),))
