"""Rows of `equity_snapshots`: what the account and each algorithm were worth, a minute a row.

scope: 'account' or 'algo:<id>'; ts: the decided minute, epoch seconds; the one at a session's close is kept for ever.
"""

import sqlite3
from collections.abc import Sequence
from decimal import Decimal

ACCOUNT = "account"
# Market value and equity in dollars, a number a minute.
Minutes = tuple[list[float], list[float]]


def scope_of(algorithm_id: int) -> str:
    """Return the scope of an algorithm's rows."""
    return f"algo:{algorithm_id}"


def put(connection: sqlite3.Connection, scope: str, ts: int, *, equity: Decimal, cash: Decimal) -> None:
    """Store one worth; what is not cash is exposed to the market."""
    connection.execute(
        "INSERT OR REPLACE INTO equity_snapshots(scope, ts, equity, cash, exposure) VALUES(?, ?, ?, ?, ?)",
        (scope, ts, float(equity), float(cash), float(equity - cash)),
    )


def newest(connection: sqlite3.Connection, scope: str, until: int) -> Decimal | None:
    """Return the newest equity that is not later than `until`."""
    row = connection.execute(
        "SELECT equity FROM equity_snapshots WHERE scope = ? AND ts <= ? ORDER BY ts DESC LIMIT 1", (scope, until)
    ).fetchone()
    return Decimal(repr(row[0])) if row else None


def oldest(connection: sqlite3.Connection, scope: str, *, after: int, until: int) -> Decimal | None:
    """Return the first equity of (after, until]."""
    row = connection.execute(
        "SELECT equity FROM equity_snapshots WHERE scope = ? AND ts > ? AND ts <= ? ORDER BY ts LIMIT 1",
        (scope, after, until),
    ).fetchone()
    return Decimal(repr(row[0])) if row else None


def between(connection: sqlite3.Connection, scope: str, *, start: int, end: int) -> dict[int, float]:
    """Return the equity of each minute of [start, end] that is kept."""
    rows = connection.execute(
        "SELECT ts, equity FROM equity_snapshots WHERE scope = ? AND ts >= ? AND ts <= ?", (scope, start, end)
    )
    return {int(ts): float(equity) for ts, equity in rows}


def prune(connection: sqlite3.Connection, scope: str, *, session_open: int, close: int, until: int) -> None:
    """Drop the minutes of a session before `until`; the last one stays, also where nothing was written at the close."""
    connection.execute(
        "DELETE FROM equity_snapshots WHERE scope = ?1 AND ts > ?2 AND ts < ?4 AND ts <"
        " (SELECT MAX(ts) FROM equity_snapshots WHERE scope = ?1 AND ts > ?2 AND ts <= ?3)",
        (scope, session_open, close, until),
    )


def minutes(connection: sqlite3.Connection, scopes: Sequence[str], *, after: int, until: int) -> Minutes:
    """Return what these scopes had in the market and were worth together at each minute of (after, until]."""
    marks = ", ".join("?" * len(scopes))
    rows = connection.execute(
        f"SELECT SUM(ABS(COALESCE(exposure, 0.0))), SUM(equity) FROM equity_snapshots WHERE scope IN({marks})"
        " AND ts > ? AND ts <= ? GROUP BY ts",
        (*scopes, after, until),
    ).fetchall()
    return [float(market) for market, _ in rows], [float(equity) for _, equity in rows]
