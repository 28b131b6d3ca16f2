"""Rows of `decisions`, to look back: why each minute of an algorithm went as it did."""

import sqlite3
from dataclasses import dataclass


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


def newest_first(connection: sqlite3.Connection, algorithm_id: int, limit: int) -> list[ExplainedMinutes]:
    """Return the last rows of an algorithm."""
    rows = connection.execute(
        "SELECT minute, until_minute, action, shares, outcome, reason, gate FROM decisions"
        " WHERE algo_id = ? ORDER BY minute DESC LIMIT ?",
        (algorithm_id, limit),
    )
    return [ExplainedMinutes(*row) for row in rows]
