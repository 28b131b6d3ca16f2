"""Rows of `decisions`, to look back: why each minute of an algorithm went as it did, and when the engine began."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from database.timestamps import parse_iso


@dataclass(frozen=True, slots=True)
class ExplainedMinutes:
    """One row: equal holds from `minute` to `until_minute`, epoch seconds, or a single minute."""

    minute: int
    until_minute: int
    action: str
    shares: str | None
    outcome: str
    reason: str | None
    gate: str | None


@dataclass(frozen=True, slots=True)
class SeenMinutes:
    """One row with its algorithm and what was seen at its last minute."""

    algorithm_id: int
    explained: ExplainedMinutes
    saw: Mapping[str, Any]


def newest_first(connection: sqlite3.Connection, algorithm_id: int, limit: int) -> list[ExplainedMinutes]:
    """Return the last rows of an algorithm."""
    rows = connection.execute(
        "SELECT minute, until_minute, action, shares, outcome, reason, gate FROM decisions"
        " WHERE algo_id = ? ORDER BY minute DESC LIMIT ?",
        (algorithm_id, limit),
    )
    return [ExplainedMinutes(*row) for row in rows]


def between(connection: sqlite3.Connection, after: int, until: int) -> list[SeenMinutes]:
    """Return the rows of all algorithms with after < minute <= until, by algorithm and minute."""
    rows = connection.execute(
        "SELECT algo_id, saw, minute, until_minute, action, shares, outcome, reason, gate FROM decisions"
        " WHERE minute > ? AND minute <= ? ORDER BY algo_id, minute",
        (after, until),
    )
    return [SeenMinutes(id_, ExplainedMinutes(*row), _saw(saw)) for id_, saw, *row in rows]


def first_minute(connection: sqlite3.Connection, algorithm_id: int) -> int | None:
    """Return the first minute the algorithm ever decided."""
    row = connection.execute("SELECT min(minute) FROM decisions WHERE algo_id = ?", (algorithm_id,)).fetchone()
    return None if row[0] is None else int(row[0])


def newest_minute(connection: sqlite3.Connection, *, before: int) -> int | None:
    """Return the newest minute at which any algorithm decided, of those up to `before`."""
    row = connection.execute("SELECT max(minute) FROM decisions WHERE minute <= ?", (before,)).fetchone()
    return None if row[0] is None else int(row[0])


def engine_starts(connection: sqlite3.Connection, *, until: int) -> list[int]:
    """Return when the engine was started, epoch seconds up to `until`, ascending: each start compares the books."""
    rows = connection.execute("SELECT at FROM recon_runs WHERE kind = 'start' ORDER BY id")
    return [start for start in (int(parse_iso(at).timestamp()) for (at,) in rows) if start <= until]


def _saw(text: str | None) -> Mapping[str, Any]:
    saw = json.loads(text) if text else {}
    return saw if isinstance(saw, dict) else {}
