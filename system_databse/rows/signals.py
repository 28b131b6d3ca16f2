"""Rows of `signals` that an algorithm's wish to trade leaves behind."""

import json
import sqlite3

from system_databse.trading_signal import TradingSignal


def insert(connection: sqlite3.Connection, signal: TradingSignal, created_at: str) -> int:
    """Record a buy or sell and return the row's id; the same algorithm and minute is one row for ever."""
    cursor = connection.execute(
        "INSERT INTO signals(source, strategy, algo_id, symbol, action, bar_ts, price, quantity, confidence,"
        " expected_profit, status, metadata, dedupe_key, created_at)"
        " VALUES('algorithm', ?, ?, ?, ?, ?, ?, ?, ?, ?, 'RECORDED', ?, ?, ?)",
        (
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
            f"algorithm:{signal.algorithm_id}:{signal.minute}",
            created_at,
        ),
    )
    return int(cursor.lastrowid or 0)
