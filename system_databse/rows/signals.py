"""Rows of `signals` and `signal_decisions` that a wish to trade leaves behind, an algorithm's or the owner's."""

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime

from database.timestamps import iso_milliseconds
from system_databse.decision import REFUSED, Decision, Verdict
from system_databse.order import Order
from system_databse.signals.signal_status import TRANSITIONS, SignalStatus, status_by_order
from system_databse.trading_signal import Outcome, TradingSignal

RISK = "RISK"


def insert(connection: sqlite3.Connection, decision: Decision, created_at: str) -> int:
    """Record an algorithm's buy or sell and return the row's id; the same algorithm and minute is one row for ever.

    What a rule of ours denied is REJECTED and says by which; what became an order is RECORDED, the order tells the
    rest.
    """
    signal = decision.signal
    is_denied = decision.outcome is Outcome.DENIED
    row_id = _insert(
        connection,
        signal,
        dedupe_key=_key(signal.algorithm_id, signal.minute),
        status=SignalStatus.REJECTED if is_denied else SignalStatus.RECORDED,
        at=created_at,
    )
    verdict = decision.verdict
    if verdict is not None:
        keep_verdict(connection, row_id, verdict, at=created_at)
    if is_denied and (verdict is None or verdict.outcome != REFUSED):
        explain(connection, row_id, decision, stage=RISK, at=created_at)
    return row_id


def insert_owners(connection: sqlite3.Connection, signal: TradingSignal, *, order_id: str | None, at: str) -> int:
    """Record what the owner wants and return the row's id; order_id: the order it became, None when denied."""
    return _insert(connection, signal, dedupe_key=order_id, status=SignalStatus.RECORDED, at=at)


def explain(connection: sqlite3.Connection, signal_id: int, decision: Decision, *, stage: str, at: str) -> None:
    """Record what a stage made of a signal and why."""
    note(connection, signal_id, stage=stage, outcome=decision.outcome, reasons=decision.reasons, at=at)


def note(
    connection: sqlite3.Connection, signal_id: int, *, stage: str, outcome: str, reasons: Sequence[str] = (), at: str
) -> None:
    """Record what somebody said of a signal. at: ISO-Z."""
    connection.execute(
        "INSERT INTO signal_decisions(signal_id, stage, outcome, reasons, created_at) VALUES(?, ?, ?, ?, ?)",
        (signal_id, stage, outcome, json.dumps(reasons), at),
    )


def follow(connection: sqlite3.Connection, order: Order, *, at: datetime) -> None:
    """Move the signal behind an order on, in the transaction that stores the order's news."""
    status = status_by_order(order)
    if status is None:
        return
    before = [state for state, after in TRANSITIONS.items() if status in after]
    connection.execute(
        "UPDATE signals SET status = ?, updated_at = ?"
        " WHERE id = (SELECT signal_id FROM orders WHERE client_order_id = ?)"
        f" AND status IN({', '.join('?' * len(before))})",
        (status, iso_milliseconds(at), order.client_order_id, *before),
    )


def keep_verdict(connection: sqlite3.Connection, signal_id: int, verdict: Verdict, *, at: str) -> None:
    """Record what a stage made of a signal, with its score and what that rests on; a refused signal is REJECTED."""
    connection.execute(
        "INSERT INTO signal_decisions(signal_id, stage, outcome, reasons, score, inputs, created_at)"
        " VALUES(?, ?, ?, ?, ?, ?, ?)",
        (
            signal_id,
            verdict.stage,
            verdict.outcome,
            json.dumps(verdict.reasons),
            verdict.score,
            json.dumps(verdict.inputs, default=str),
            at,
        ),
    )
    if verdict.outcome == REFUSED:
        connection.execute("UPDATE signals SET status = 'REJECTED', updated_at = ? WHERE id = ?", (at, signal_id))


def verdict_of(connection: sqlite3.Connection, algorithm_id: int, minute: int) -> Verdict | None:
    """Return what a stage beside the rules made of an algorithm's wish at a minute, None when none had to."""
    row = connection.execute(
        "SELECT d.stage, d.outcome, d.reasons, d.score, d.inputs FROM signal_decisions d"
        " JOIN signals s ON s.id = d.signal_id WHERE s.dedupe_key = ? AND d.stage IN('ALLOCATOR', 'EXIT')"
        " ORDER BY d.id DESC LIMIT 1",
        (_key(algorithm_id, minute),),
    ).fetchone()
    if row is None:
        return None
    stage, outcome, reasons, score, inputs = row
    return Verdict(stage, outcome, tuple(json.loads(reasons)), score, json.loads(inputs or "{}"))


def newest_owners(connection: sqlite3.Connection, algorithm_id: int) -> str | None:
    """Return what the owner last wanted of the algorithm or agreed to; None when itself it wanted something since."""
    row = connection.execute(
        "SELECT source, action FROM signals WHERE algo_id = ? AND action IN('buy', 'sell') ORDER BY id DESC LIMIT 1",
        (algorithm_id,),
    ).fetchone()
    return str(row[1]) if row and row[0] != "algorithm" else None


def _key(algorithm_id: int, minute: int) -> str:
    return f"algorithm:{algorithm_id}:{minute}"


def _insert(
    connection: sqlite3.Connection, signal: TradingSignal, *, dedupe_key: str | None, status: SignalStatus, at: str
) -> int:
    cursor = connection.execute(
        "INSERT INTO signals(source, strategy, algo_id, symbol, action, bar_ts, price, quantity, confidence,"
        " expected_profit, status, reason, metadata, dedupe_key, created_at)"
        " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            signal.source,
            signal.strategy,
            signal.algorithm_id,
            signal.symbol,
            signal.action,
            signal.last_bar_ts,
            signal.price,
            float(signal.shares),
            signal.confidence,
            signal.expected_profit,
            status,
            signal.reason,
            json.dumps(signal.metadata, default=str),
            dedupe_key,
            at,
        ),
    )
    return int(cursor.lastrowid or 0)
