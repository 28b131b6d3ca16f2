"""Rows of `risk_limits`: what the owner has limited. A row under a name that is not known here is somebody else's."""

import sqlite3
from decimal import Decimal

from system_databse.control.limit import Limit, LimitName, limit_named

GLOBAL, ALGORITHM = "GLOBAL", "ALGORITHM"


def scope_of(algorithm_id: int | None) -> tuple[str, str]:
    """Return scope and key of what belongs to one algorithm, or to all together."""
    return (GLOBAL, "") if algorithm_id is None else (ALGORITHM, str(algorithm_id))


def load(connection: sqlite3.Connection) -> list[Limit]:
    """Return every limit in force, those of all algorithms first."""
    rows = connection.execute(
        "SELECT name, value, scope, scope_key FROM risk_limits WHERE enabled = 1 AND scope IN(?, ?)"
        " ORDER BY scope DESC, CAST(scope_key AS INTEGER), id",
        (GLOBAL, ALGORITHM),
    ).fetchall()
    return [
        Limit(known, Decimal(repr(value)), None if scope == GLOBAL else int(key))
        for name, value, scope, key in rows
        if (known := limit_named(name)) is not None and (scope == GLOBAL or key.isdigit())
    ]


def put(connection: sqlite3.Connection, limit: Limit) -> None:
    """Set a limit in place of the one there was."""
    connection.execute(
        "INSERT INTO risk_limits(scope, scope_key, name, value) VALUES(?, ?, ?, ?)"
        " ON CONFLICT(scope, scope_key, name) DO UPDATE SET value = excluded.value, enabled = 1",
        (*scope_of(limit.algorithm_id), limit.name, float(limit.value)),
    )


def remove(connection: sqlite3.Connection, name: LimitName, algorithm_id: int | None) -> None:
    """Lift a limit."""
    connection.execute(
        "DELETE FROM risk_limits WHERE scope = ? AND scope_key = ? AND name = ?", (*scope_of(algorithm_id), name)
    )
