"""Rows of `decisions`: every algorithm and minute explained; equal holds in a row are one row."""

import json
import sqlite3

from database.bar import MINUTE
from system_databse.decision import Decision
from system_databse.trading_signal import Outcome


def record(connection: sqlite3.Connection, decision: Decision, *, session_open: int) -> None:
    """Store one decision.

    A hold that says the same as the row of the minute before extends that row, but never across a
    session: session_open is the start of the session the decision belongs to.
    """
    if decision.outcome is Outcome.HELD and _extend(connection, decision, session_open=session_open):
        return
    signal = decision.signal
    connection.execute(
        "INSERT INTO decisions(algo_id, minute, until_minute, action, shares, reason, saw, outcome, gate,"
        " client_order_id, elapsed_ms) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            signal.algorithm_id,
            signal.minute,
            signal.minute,
            signal.action,
            str(signal.shares),
            decision.reason,
            json.dumps(signal.saw, default=str),
            decision.outcome,
            decision.gate,
            decision.client_order_id,
            signal.elapsed_ms,
        ),
    )


def last_minute(connection: sqlite3.Connection, algorithm_id: int) -> int | None:
    """Return the newest minute the algorithm has decided, its cursor."""
    row = connection.execute(
        "SELECT until_minute FROM decisions WHERE algo_id = ? ORDER BY minute DESC LIMIT 1", (algorithm_id,)
    ).fetchone()
    return int(row[0]) if row else None


def count_minutes(connection: sqlite3.Connection) -> dict[str, int]:
    """Return how many algorithm minutes ended in each outcome."""
    rows = connection.execute("SELECT outcome, SUM((until_minute - minute) / 60 + 1) FROM decisions GROUP BY outcome")
    return {str(outcome): int(minutes) for outcome, minutes in rows}


def _extend(connection: sqlite3.Connection, decision: Decision, *, session_open: int) -> bool:
    signal = decision.signal
    cursor = connection.execute(
        "UPDATE decisions SET until_minute = ?, saw = ?, elapsed_ms = ?"
        " WHERE algo_id = ? AND minute > ? AND until_minute = ? AND action = ? AND outcome = 'HELD' AND reason = ?"
        " AND minute = (SELECT MAX(minute) FROM decisions WHERE algo_id = ?)",
        (
            signal.minute,
            json.dumps(signal.saw, default=str),
            signal.elapsed_ms,
            signal.algorithm_id,
            session_open,
            signal.minute - MINUTE,
            signal.action,
            decision.reason,
            signal.algorithm_id,
        ),
    )
    return cursor.rowcount == 1
