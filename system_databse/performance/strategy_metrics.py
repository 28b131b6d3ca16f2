"""Rows of `strategy_metrics`: how each strategy does, a row a strategy, session and mode; all figures to date.

In: a system database. Out: rows, JSON numbers and texts; None where a figure would mean nothing. Thread: `put` is the
engine's, the rest any. Trades are closed round trips, profit is net of fees, what is still held is `unrealized`.
"""

import sqlite3
from typing import Any

from system_databse.performance.value_curve import day_values
from system_databse.rows.equity_snapshots import ACCOUNT

# The row of all strategies together, measured on the account; no file of a strategy can have this name.
ALL = "*"
COLUMNS = (
    *("strategy", "date", "mode", "total_trades", "wins", "win_rate", "profit_loss", "profit_factor", "expectancy"),
    *("payoff", "unrealized", "sharpe_ratio", "sortino_ratio", "max_drawdown", "cagr", "exposure", "time_in_market"),
    *("days", "minutes", "updated_at"),
)
_SELECT = f"SELECT {', '.join(COLUMNS)} FROM strategy_metrics"


def put(connection: sqlite3.Connection, row: dict[str, Any]) -> None:
    """Store a row in the place of the one before."""
    marks = ", ".join("?" * len(COLUMNS))
    connection.execute(
        f"INSERT OR REPLACE INTO strategy_metrics({', '.join(COLUMNS)}) VALUES({marks})",
        [row[column] for column in COLUMNS],
    )


def today(connection: sqlite3.Connection, strategy: str, *, mode: str, date: str) -> dict[str, Any] | None:
    """Return the row of that session's date, None when there is none (S1-13)."""
    query = f"{_SELECT} WHERE strategy = ? AND mode = ? AND date = ?"
    return _named(connection.execute(query, (strategy, mode, date)).fetchone())


def before(connection: sqlite3.Connection, strategy: str, *, mode: str, date: str) -> dict[str, Any] | None:
    """Return the newest row of an earlier session."""
    query = f"{_SELECT} WHERE strategy = ? AND mode = ? AND date < ? ORDER BY date DESC LIMIT 1"
    return _named(connection.execute(query, (strategy, mode, date)).fetchone())


def newest(connection: sqlite3.Connection, *, mode: str) -> dict[str, dict[str, Any]]:
    """Return the newest row of every strategy by its name, and that of `ALL`."""
    query = (
        f"{_SELECT} AS each WHERE mode = ? AND date = (SELECT MAX(date) FROM strategy_metrics"
        " WHERE strategy = each.strategy AND mode = each.mode) ORDER BY strategy"
    )
    rows = (dict(zip(COLUMNS, row, strict=True)) for row in connection.execute(query, (mode,)))
    return {row["strategy"]: row for row in rows}


def last_written(connection: sqlite3.Connection, *, mode: str, date: str) -> tuple[str, str] | None:
    """Return the newest earlier session's date with rows, and when the last of them was written."""
    query = (
        "SELECT date, MAX(updated_at) FROM strategy_metrics WHERE mode = ? AND date < ?"
        " GROUP BY date ORDER BY date DESC LIMIT 1"
    )
    row = connection.execute(query, (mode, date)).fetchone()
    return (str(row[0]), str(row[1])) if row else None


def analytics(connection: sqlite3.Connection, *, mode: str) -> dict[str, Any]:
    """Return {"mode", "strategies": [newest rows], "account": {figures of all, equity, daily: [{date, equity}]}}."""
    rows = newest(connection, mode=mode)
    together = rows.pop(ALL, None) or dict.fromkeys(COLUMNS)
    values = day_values(connection, ACCOUNT)
    account = {
        **{name: value for name, value in together.items() if name not in ("strategy", "mode")},
        "equity": values[-1].equity if values else None,
        "daily": [{"date": value.day, "equity": value.equity} for value in values],
    }
    return {"mode": mode, "strategies": list(rows.values()), "account": account}


def _named(row: tuple[Any, ...] | None) -> dict[str, Any] | None:
    return dict(zip(COLUMNS, row, strict=True)) if row else None
