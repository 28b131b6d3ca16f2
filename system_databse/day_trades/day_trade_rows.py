"""Rows of `pdt_day_trades` and `pdt_tracking`: day trades and the window of each session, as the fills tell them."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple

from database.calendar_manager import day_in_new_york
from database.timestamps import iso_milliseconds
from system_databse.day_trades.day_trade_count import DayTradeCount, Trade
from system_databse.day_trades.day_trade_terms import DayTradeTerms, remaining
from system_databse.order import ZERO


class DayTrade(NamedTuple):
    """A completed day trade. strategy: of the order that closed it."""

    strategy: str
    symbol: str


class SessionFill(NamedTuple):
    """A fill of a session: whose it is, what it changed."""

    symbol: str
    algorithm_id: int
    order: str
    change: Decimal


def fills_of(connection: sqlite3.Connection, day: str, *, mode: str, symbol: str = "") -> list[SessionFill]:
    """Return what all algorithms traded in a session, in one instrument or in all, in the order of its time."""
    rows = connection.execute(
        "SELECT COALESCE(o.contract_symbol, o.symbol) AS instrument, o.algo_id, o.client_order_id, o.side, f.qty"
        " FROM fills f JOIN orders o ON o.id = f.order_id WHERE f.session_date = ? AND o.mode = ?"
        " AND (? = '' OR instrument = ?) ORDER BY f.ts, f.id",
        (day, mode, symbol, symbol),
    )
    return [
        SessionFill(instrument, algorithm_id, order, Decimal(qty) if side == "buy" else -Decimal(qty))
        for instrument, algorithm_id, order, side, qty in rows
    ]


def count_of(connection: sqlite3.Connection, symbol: str, day: str, *, mode: str) -> DayTradeCount:
    """Count the day trades of one instrument in a session, from its fills."""
    fills = fills_of(connection, day, mode=mode, symbol=symbol)
    trades = (Trade(each.order, each.change) for each in fills)
    return DayTradeCount(_held_before(connection, symbol, day, mode=mode), trades)


def newest_fill(connection: sqlite3.Connection, symbol: str, day: str, *, mode: str) -> str:
    """Return when an instrument was last traded in a session, ISO-Z; "" when it was not."""
    row = connection.execute(
        "SELECT max(f.ts) FROM fills f JOIN orders o ON o.id = f.order_id WHERE f.session_date = ? AND o.mode = ?"
        " AND COALESCE(o.contract_symbol, o.symbol) = ?",
        (day, mode, symbol),
    ).fetchone()
    return str(row[0] or "")


def recount(
    connection: sqlite3.Connection, symbol: str, day: str, *, mode: str, at: str
) -> tuple[DayTradeCount, list[DayTrade]]:
    """Make the rows of one instrument and session say what its fills say; return the count, and what is new."""
    count = count_of(connection, symbol, day, mode=mode)
    before = connection.execute(
        "SELECT count(*) FROM pdt_day_trades WHERE mode = ? AND instrument = ? AND session_date = ?",
        (mode, symbol, day),
    ).fetchone()[0]
    connection.execute(
        "DELETE FROM pdt_day_trades WHERE mode = ? AND instrument = ? AND session_date = ? AND seq > ?",
        (mode, symbol, day, len(count.closing_orders)),
    )
    written = [
        put(connection, symbol, day, seq=seq, order=order, mode=mode, at=at)
        for seq, order in enumerate(count.closing_orders, start=1)
    ]
    return count, written[before:]


def put(connection: sqlite3.Connection, symbol: str, day: str, *, seq: int, order: str, mode: str, at: str) -> DayTrade:
    """Keep the session's day trade of that number in an instrument. order: our id of the order that closed it."""
    connection.execute(
        "INSERT INTO pdt_day_trades(mode, instrument, session_date, seq, strategy, algo_id, close_order_id,"
        " created_at) SELECT ?, ?, ?, ?, a.name, o.algo_id, o.id, ? FROM orders o"
        " LEFT JOIN algorithms a ON a.id = o.algo_id WHERE o.client_order_id = ?"
        " ON CONFLICT(mode, instrument, session_date, seq) DO UPDATE SET strategy = excluded.strategy,"
        " algo_id = excluded.algo_id, close_order_id = excluded.close_order_id",
        (mode, symbol, day, seq, at, order),
    )
    row = connection.execute(
        "SELECT COALESCE(strategy, '') FROM pdt_day_trades WHERE mode = ? AND instrument = ? AND session_date = ?"
        " AND seq = ?",
        (mode, symbol, day, seq),
    ).fetchone()
    return DayTrade(str(row[0]), symbol)


def instruments(connection: sqlite3.Connection, days: Sequence[str], *, mode: str) -> list[tuple[str, str]]:
    """Return instrument and day of everything that was traded on these days."""
    marks = ", ".join("?" * len(days))
    return connection.execute(
        "SELECT DISTINCT COALESCE(o.contract_symbol, o.symbol), f.session_date FROM fills f"
        f" JOIN orders o ON o.id = f.order_id WHERE o.mode = ? AND f.session_date IN({marks})",
        (mode, *days),
    ).fetchall()


def used_on(connection: sqlite3.Connection, days: Sequence[str], *, mode: str) -> int:
    """Return the day trades of these sessions; days: ISO dates."""
    marks = ", ".join("?" * len(days))
    query = f"SELECT count(*) FROM pdt_day_trades WHERE mode = ? AND session_date IN({marks})"
    return int(connection.execute(query, (mode, *days)).fetchone()[0])


def track(connection: sqlite3.Connection, window: Sequence[str], terms: DayTradeTerms, *, mode: str, at: str) -> None:
    """Keep in the row of its last day how a window stands."""
    used = used_on(connection, window, mode=mode)
    equity = None if terms.equity is None else float(terms.equity)
    connection.execute(
        "INSERT INTO pdt_tracking(session_date, mode, week_start, trades_used, trades_remaining, equity, policy,"
        " updated_at) VALUES(?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(session_date, mode) DO UPDATE SET"
        " week_start = excluded.week_start, trades_used = excluded.trades_used,"
        " trades_remaining = excluded.trades_remaining, equity = COALESCE(excluded.equity, equity),"
        " policy = excluded.policy, updated_at = excluded.updated_at",
        (window[-1], mode, window[0], used, remaining(used), equity, str(terms.policy), at),
    )


def closed_trades(connection: sqlite3.Connection, strategy: str, *, mode: str, newest: int) -> tuple[int, int]:
    """Return how many of a strategy's newest closed positions there are, and how many of them won."""
    rows = connection.execute(
        "SELECT realized_pl FROM positions WHERE strategy = ? AND mode = ? AND status = 'CLOSED'"
        " ORDER BY closed_at DESC, id DESC LIMIT ?",
        (strategy, mode, newest),
    ).fetchall()
    return len(rows), sum(Decimal(realized) > ZERO for (realized,) in rows)


def _held_before(connection: sqlite3.Connection, symbol: str, day: str, *, mode: str) -> Decimal:
    """Return the account's shares before a session: what is held now without what was traded or adjusted since.

    An adjustment of the day itself counts as made before it: a split is in force from the open of its ex date.
    """
    start, end = map(_iso, day_in_new_york(date.fromisoformat(day)))
    rows = connection.execute(
        "SELECT CASE side WHEN 'long' THEN 1 ELSE -1 END, quantity FROM positions WHERE mode = :mode"
        " AND COALESCE(contract_symbol, symbol) = :symbol AND status IN('OPEN', 'CLOSING')"
        " UNION ALL SELECT CASE o.side WHEN 'buy' THEN -1 ELSE 1 END, f.qty FROM fills f"
        " JOIN orders o ON o.id = f.order_id WHERE COALESCE(o.contract_symbol, o.symbol) = :symbol"
        " AND o.mode = :mode AND f.session_date >= :day"
        " UNION ALL SELECT -1, qty FROM adjustments WHERE symbol = :symbol AND algo_id IS NOT NULL AND at >= :end"
        " UNION ALL SELECT 1, qty FROM baseline WHERE symbol = :symbol"
        " UNION ALL SELECT 1, signed_qty FROM external_fills WHERE symbol = :symbol AND at < :start"
        " UNION ALL SELECT 1, qty FROM adjustments WHERE symbol = :symbol AND algo_id IS NULL"
        " AND COALESCE(at, '') < :end",
        {"mode": mode, "symbol": symbol, "day": day, "start": start, "end": end},
    )
    return sum((sign * Decimal(qty) for sign, qty in rows), ZERO)


def _iso(second: int) -> str:
    return iso_milliseconds(datetime.fromtimestamp(second, UTC))
