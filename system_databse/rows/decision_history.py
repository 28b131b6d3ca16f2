"""Rows of `decisions`, to look back: why each minute of an algorithm went as it did, and when the engine began."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from database.timestamps import parse_iso

FOR_EVER = 2**62
_SEEN = "algo_id, saw, minute, until_minute, action, shares, outcome, reason, gate FROM decisions"


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


def newest_first(
    connection: sqlite3.Connection, algorithm_id: int, limit: int, *, before: int = FOR_EVER
) -> list[SeenMinutes]:
    """Return the last rows of an algorithm, or the last that begin before a minute."""
    rows = connection.execute(
        f"SELECT {_SEEN} WHERE algo_id = ? AND minute < ? ORDER BY minute DESC LIMIT ?", (algorithm_id, before, limit)
    )
    return [_seen(row) for row in rows]


def at(connection: sqlite3.Connection, algorithm_id: int, minute: int) -> SeenMinutes | None:
    """Return the row that explains a minute of an algorithm, None when there is none."""
    row = connection.execute(
        f"SELECT {_SEEN} WHERE algo_id = ? AND minute <= ? ORDER BY minute DESC LIMIT 1", (algorithm_id, minute)
    ).fetchone()
    found = _seen(row) if row else None
    return found if found and minute <= found.explained.until_minute else None


def around(connection: sqlite3.Connection, algorithm_id: int, minute: int) -> tuple[int | None, int | None]:
    """Return the last minute that is explained before a minute, and the first one after it."""
    earlier = connection.execute(
        "SELECT min(until_minute, ? - 60) FROM decisions WHERE algo_id = ? AND minute < ? ORDER BY minute DESC LIMIT 1",
        (minute, algorithm_id, minute),
    ).fetchone()
    later = connection.execute(
        "SELECT max(minute, ? + 60) FROM decisions WHERE algo_id = ? AND until_minute > ? ORDER BY minute LIMIT 1",
        (minute, algorithm_id, minute),
    ).fetchone()
    return (earlier[0] if earlier else None, later[0] if later else None)


def more_than_holds(
    connection: sqlite3.Connection, algorithm_id: int, *, since: int, limit: int
) -> list[ExplainedMinutes]:
    """Return the newest rows from a minute on at which an algorithm did not just hold, ascending."""
    rows = connection.execute(
        "SELECT minute, until_minute, action, shares, outcome, reason, gate FROM decisions"
        " WHERE algo_id = ? AND minute >= ? AND outcome <> 'HELD' ORDER BY minute DESC LIMIT ?",
        (algorithm_id, since, limit),
    )
    return [ExplainedMinutes(*row) for row in rows][::-1]


def between(connection: sqlite3.Connection, after: int, until: int) -> list[SeenMinutes]:
    """Return the rows of all algorithms with after < minute <= until, by algorithm and minute."""
    rows = connection.execute(
        f"SELECT {_SEEN} WHERE minute > ? AND minute <= ? ORDER BY algo_id, minute", (after, until)
    )
    return [_seen(row) for row in rows]


def first_minute(connection: sqlite3.Connection, algorithm_id: int) -> int | None:
    """Return the first minute the algorithm ever decided."""
    row = connection.execute("SELECT min(minute) FROM decisions WHERE algo_id = ?", (algorithm_id,)).fetchone()
    return None if row[0] is None else int(row[0])


def newest_minute(connection: sqlite3.Connection, *, before: int) -> int | None:
    """Return the newest minute at which any algorithm decided, of those up to `before`."""
    # One look by the key for each algorithm: the running engine asks, and a year of rows takes a second to read.
    row = connection.execute(
        "SELECT max((SELECT max(minute) FROM decisions WHERE algo_id = algorithms.id AND minute <= ?)) FROM algorithms",
        (before,),
    ).fetchone()
    return None if row[0] is None else int(row[0])


def engine_starts(connection: sqlite3.Connection, *, until: int) -> list[int]:
    """Return when the engine was started, epoch seconds up to `until`, ascending: each start compares the books."""
    rows = connection.execute("SELECT at FROM recon_runs WHERE kind = 'start' ORDER BY id")
    return [start for start in (int(parse_iso(at).timestamp()) for (at,) in rows) if start <= until]


def _seen(row: tuple[Any, ...]) -> SeenMinutes:
    id_, saw, *explained = row
    return SeenMinutes(id_, ExplainedMinutes(*explained), _saw(saw))


def _saw(text: str | None) -> Mapping[str, Any]:
    saw = json.loads(text) if text else {}
    return saw if isinstance(saw, dict) else {}
