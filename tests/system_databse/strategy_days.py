"""Made-up weeks of strategies: worth at each close and in a morning's minutes, round trips, and the rows of both."""

import math
from datetime import date, timedelta
from decimal import Decimal

from database.bar import MINUTE
from database.calendar_manager import MarketCalendar, Session
from database.sqlite_store import SqliteStore
from database.timestamps import iso_minute
from system_databse.performance import strategy_metrics
from system_databse.performance.strategy_figures import StrategyFigures
from system_databse.rows import algorithms, equity_snapshots
from tests.system_databse.trade_diary import TradeDiary

MODE = "DEMO"
TODAY = date(2026, 11, 20)
NAMES = {21: ("opening_range", "KO"), 22: ("solar_flare", "GLD")}


def sessions_until(day: date, count: int) -> list[Session]:
    """Return so many sessions, the last one that of the day."""
    calendar, found = MarketCalendar(), list[Session]()
    while len(found) < count:
        session = calendar.session_on(day)
        found += [session] if session else []
        day -= timedelta(days=1)
    return found[::-1]


def put_worth(store: SqliteStore, scope: str, ts: int, *, equity: float, held: float = 0.0) -> None:
    """Store what a scope is worth at a minute, and how much of it is in the market."""
    with store.transaction() as connection:
        cash = Decimal(repr(equity)) - Decimal(repr(held))
        equity_snapshots.put(connection, scope, ts, equity=Decimal(repr(equity)), cash=cash)


def write_rows(store: SqliteStore, session: Session, until: int) -> None:
    """Write the rows of a session up to a second, as the engine does."""
    with store.reader() as connection:
        figures = StrategyFigures(store, mode=MODE)
        rows = figures.rows(connection, session, until=until, at=iso_minute(until).replace("Z", ".000Z"))
    with store.transaction() as connection:
        for row in rows:
            strategy_metrics.put(connection, row)


def write_strategies(store: SqliteStore) -> None:
    """Write nine weeks of what is there already, one day and one round trip of another, nothing yet of a third."""
    with store.reader() as connection:
        old = algorithms.load(connection)
    diary = TradeDiary(store, NAMES)
    diary.round_trip("61.00", "61.40", algorithm_id=21, reason="above the opening range")
    sessions = sessions_until(TODAY, 45)
    until = sessions[-1].open + 60 * MINUTE
    for number, session in enumerate(sessions):
        is_last = session is sessions[-1]
        minutes = range(session.open + 20 * MINUTE, until + 1, 20 * MINUTE) if is_last else [session.close]
        for ts in minutes:
            swing = 900 * math.sin(number / 6) + 25 * number
            put_worth(store, equity_snapshots.ACCOUNT, ts, equity=100_000 + 2 * swing, held=30_000)
            for record in old:
                worth = float(record.initial_capital) + swing * (1 if record.id % 2 else 0.6)
                put_worth(store, equity_snapshots.scope_of(record.id), ts, equity=round(worth, 2), held=12_000)
            if is_last:
                put_worth(store, equity_snapshots.scope_of(21), ts, equity=20_004.0)
    write_rows(store, sessions[-1], until)
