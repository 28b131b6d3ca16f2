"""Rows of `equity_snapshots`: what the account and each algorithm were worth, a minute a row.

scope: 'account' or 'algo:<id>'; ts: the decided minute, epoch seconds; the one at a session's close is kept for ever.
"""

import sqlite3
from decimal import Decimal

ACCOUNT = "account"


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


def prune(connection: sqlite3.Connection, scope: str, *, start: int, end: int) -> None:
    """Drop the minutes of [start, end)."""
    connection.execute("DELETE FROM equity_snapshots WHERE scope = ? AND ts >= ? AND ts < ?", (scope, start, end))
