"""Rows of `api_keys`: what other programs have been given to read with. Only digests of keys are stored."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from database.timestamps import iso_milliseconds, parse_iso

COLUMNS = "id, name, key_sha256, created_at, expires_at, last_used_at"


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One key. id: the part of it that is no secret; moments are of the machine's clock."""

    id: str
    name: str
    key_sha256: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None


def add(connection: sqlite3.Connection, row: KeyRow) -> None:
    """Store a new key."""
    connection.execute(
        "INSERT INTO api_keys(id, name, key_sha256, created_at, expires_at) VALUES(?, ?, ?, ?, ?)",
        (row.id, row.name, row.key_sha256, iso_milliseconds(row.created_at), iso_milliseconds(row.expires_at)),
    )


def load(connection: sqlite3.Connection) -> list[KeyRow]:
    """Return every key that was not revoked, the newest first; those that have run out are among them."""
    rows = connection.execute(f"SELECT {COLUMNS} FROM api_keys WHERE revoked_at IS NULL ORDER BY created_at DESC, id")
    return [_row(values) for values in rows]


def find(connection: sqlite3.Connection, key_id: str) -> KeyRow | None:
    """Return the key unless it was revoked; whether it has run out is the caller's to judge."""
    row = connection.execute(
        f"SELECT {COLUMNS} FROM api_keys WHERE id = ? AND revoked_at IS NULL", (key_id,)
    ).fetchone()
    return None if row is None else _row(row)


def touch(connection: sqlite3.Connection, key_id: str, now: datetime) -> None:
    """Note that the key was used."""
    connection.execute("UPDATE api_keys SET last_used_at = ? WHERE id = ?", (iso_milliseconds(now), key_id))


def revoke(connection: sqlite3.Connection, key_id: str, now: datetime) -> bool:
    """Make a key worthless for good; False when there is no such key, or no longer."""
    ended = connection.execute(
        "UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", (iso_milliseconds(now), key_id)
    )
    return ended.rowcount == 1


def _row(values: Sequence[str]) -> KeyRow:
    identifier, name, digest, created, expires, used = values
    return KeyRow(identifier, name, digest, parse_iso(created), parse_iso(expires), parse_iso(used) if used else None)
