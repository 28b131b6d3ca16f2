"""Bars to look at: the newest of a symbol, of any length a chart shows, made of stored minutes.

In: the bar store, the sessions, market time. Out: bars in ascending order, the last one perhaps still under way.
Thread: any; reads only, on connections of its own.
"""

import sqlite3

from database.bar import MINUTE, Bar
from database.bar_store import BarStore
from database.bars.bar_columns import BarColumns
from database.calendar_manager import MarketCalendar, Session
from database.sqlite_store import SqliteStore
from database.timeframes.longer_columns import combine
from database.timeframes.timeframe import Grid, Timeframe

# A session as one row: made by SQLite, since a year of days are a hundred thousand minutes.
_SESSION = """
    SELECT o, h, l, c, v FROM
        (SELECT max(h) AS h, min(l) AS l, sum(v) AS v
            FROM bars_1m WHERE symbol_id = :symbol AND ts >= :start AND ts < :end),
        (SELECT o FROM bars_1m WHERE symbol_id = :symbol AND ts >= :start AND ts < :end
            ORDER BY ts LIMIT 1),
        (SELECT c FROM bars_1m WHERE symbol_id = :symbol AND ts >= :start AND ts < :end
            ORDER BY ts DESC LIMIT 1)"""

DayRow = tuple[int, float, float, float, float, float]


class ChartBars:
    """Answer for screens; never what is not over by the moment asked for."""

    def __init__(self, store: SqliteStore, calendar: MarketCalendar) -> None:
        # Another thread writes the file, and algorithms have the memory of recent bars to themselves.
        self._bars = BarStore(store, calendar, is_only_writer=False)
        self._store = store
        self.calendar = calendar

    @property
    def store(self) -> SqliteStore:
        """Return the file itself, for whoever counts its failures."""
        return self._store

    def newest(
        self, symbol: str, timeframe: Timeframe, *, count: int, before: int, since: int | None = None
    ) -> list[Bar]:
        """Return at most `count` bars made of minutes that are over by `before`, epoch seconds.

        since: leave out bars that begin earlier.
        """
        minutes = timeframe.minutes
        if minutes is None:
            found = self._days(symbol, count, before=before, since=since)
        else:
            start = self.calendar.minutes_back(before, minutes * count) if since is None else since
            found = self._by_minutes(symbol, timeframe, start=start, before=before)
        return [bar for bar in found if since is None or bar.ts >= since][-count:]

    def bar_at(self, symbol: str, ts: int) -> Bar | None:
        """Return the minute bar that begins at ts."""
        found = self._bars.bars_between(symbol, ts, ts + 1)
        return found[0] if found else None

    def _by_minutes(self, symbol: str, timeframe: Timeframe, *, start: int, before: int) -> list[Bar]:
        over = before - MINUTE + 1
        if timeframe is Timeframe.ONE_MINUTE:
            return self._bars.bars_between(symbol, start, over)
        spans = list(Grid(timeframe).spans(self.calendar.sessions_between(start, before), start, before))
        if not spans:
            return []
        minutes = self._bars.columns_between(symbol, spans[0].start, over)
        longer = BarColumns(symbol)
        combine(minutes, spans, longer)
        return [longer.bar(index) for index in range(len(longer))]

    def _days(self, symbol: str, count: int, *, before: int, since: int | None) -> list[Bar]:
        oldest = self._bars.oldest_ts(symbol)
        if oldest is None:
            return []
        start = oldest if since is None else max(oldest, since)
        sessions = self.calendar.sessions_between(start, before)[-count:]
        with self._store.reader() as connection:
            row = connection.execute("SELECT id FROM symbols WHERE symbol = ?", (symbol,)).fetchone()
            days = [_day(connection, row[0], session=session, before=before) for session in sessions]
        return [Bar(symbol, *day) for day in days if day is not None]


def _day(connection: sqlite3.Connection, symbol_id: int, *, session: Session, before: int) -> DayRow | None:
    span = {"symbol": symbol_id, "start": session.open, "end": min(session.close, before - MINUTE + 1)}
    row = connection.execute(_SESSION, span).fetchone()
    return (session.open, *row) if row else None
