"""Rows of `signals` and `signal_decisions` that a wish to trade leaves behind, an algorithm's or the owner's."""

import json
import sqlite3

from system_databse.decision import Decision
from system_databse.trading_signal import TradingSignal


def insert(connection: sqlite3.Connection, signal: TradingSignal, created_at: str) -> int:
    """Record a buy or sell and return the row's id; the same algorithm and minute is one row for ever."""
    return _insert(connection, signal, dedupe_key=f"algorithm:{signal.algorithm_id}:{signal.minute}", at=created_at)


def insert_owners(connection: sqlite3.Connection, signal: TradingSignal, *, order_id: str | None, at: str) -> int:
    """Record what the owner wants and return the row's id; order_id: the order it became, None when denied."""
    return _insert(connection, signal, dedupe_key=order_id, at=at)


def explain(connection: sqlite3.Connection, signal_id: int, decision: Decision, *, stage: str, at: str) -> None:
    """Record what a stage made of a signal and why."""
    reasons = [reason for reason in (decision.gate, decision.reason) if reason]
    connection.execute(
        "INSERT INTO signal_decisions(signal_id, stage, outcome, reasons, created_at) VALUES(?, ?, ?, ?, ?)",
        (signal_id, stage, decision.outcome, json.dumps(reasons), at),
    )


def is_newest_owners(connection: sqlite3.Connection, algorithm_id: int) -> bool:
    """Say whether the last that was wanted of the algorithm is a sale of its owner."""
    row = connection.execute(
        "SELECT source = 'manual' FROM signals WHERE algo_id = ? ORDER BY id DESC LIMIT 1", (algorithm_id,)
    ).fetchone()
    return bool(row and row[0])


def _insert(connection: sqlite3.Connection, signal: TradingSignal, *, dedupe_key: str | None, at: str) -> int:
    cursor = connection.execute(
        "INSERT INTO signals(source, strategy, algo_id, symbol, action, bar_ts, price, quantity, confidence,"
        " expected_profit, status, metadata, dedupe_key, created_at)"
        " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'RECORDED', ?, ?, ?)",
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
            json.dumps(signal.metadata, default=str),
            dedupe_key,
            at,
        ),
    )
    return int(cursor.lastrowid or 0)
