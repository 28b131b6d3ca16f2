"""The book of day trades: written in the fill's own transaction, and counted anew from the fills at each start.

In: fills as they are booked, the terms in force. Out: rows, and how the window of five sessions stands. Thread: engine.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from database.calendar_manager import NEW_YORK, MarketCalendar
from database.sqlite_store import SqliteStore
from database.timestamps import iso_milliseconds
from system_databse.day_trades import day_trade_rows
from system_databse.day_trades.day_trade_count import DayTradeCount, Trade
from system_databse.day_trades.day_trade_rows import DayTrade
from system_databse.day_trades.day_trade_terms import WINDOW_SESSIONS, DayTradeTerms, remaining
from system_databse.fill import Fill
from system_databse.order import ZERO
from system_databse.truth.booking import session_day

# An instrument and an ISO date.
Place = tuple[str, str]


class _Kept(NamedTuple):
    """Where a count stands. seq: day trades so far; until: ISO-Z time of its newest fill."""

    position: Decimal
    has_opened: bool
    seq: int
    until: str


class DayTradeBook:
    """Know the day trades of the window. terms: those in force."""

    def __init__(self, store: SqliteStore, calendar: MarketCalendar, *, mode: str) -> None:
        self._store = store
        self._calendar = calendar
        self._mode = mode
        self._counted: tuple[tuple[str, ...], int] | None = None
        self._tracked: tuple[str, DayTradeTerms] | None = None
        self._kept: dict[Place, _Kept] = {}
        self._pending: dict[Place, _Kept] = {}
        self.terms = DayTradeTerms()

    def window(self, now: datetime) -> tuple[str, ...]:
        """Return the days of the window, oldest first: today's session, or the one before, and four more."""
        today = now.astimezone(NEW_YORK).date()
        session = self._calendar.session_on(today) or self._calendar.last_session(int(now.timestamp()) + 1)
        days: list[str] = []
        while session is not None and len(days) < WINDOW_SESSIONS:
            days.insert(0, session.day.isoformat())
            session = self._calendar.last_session(session.open)
        return tuple(days) or (today.isoformat(),)

    def used(self, now: datetime) -> int:
        """Return the day trades of the window."""
        window = self.window(now)
        if self._counted is None or self._counted[0] != window:
            with self._store.reader() as connection:
                self._counted = window, day_trade_rows.used_on(connection, window, mode=self._mode)
        return self._counted[1]

    def counts(self, now: datetime, symbols: Iterable[str]) -> tuple[dict[str, DayTradeCount], frozenset[int]]:
        """Return today's count of these symbols and of all that were traded, and who has bought today."""
        day = self.window(now)[-1]
        with self._store.reader() as connection:
            fills = day_trade_rows.fills_of(connection, day, mode=self._mode)
            wanted = {fill.symbol for fill in fills}.union(symbols)
            counts = {
                symbol: day_trade_rows.count_of(connection, symbol, day, mode=self._mode) for symbol in sorted(wanted)
            }
        return counts, frozenset(fill.algorithm_id for fill in fills if fill.change > ZERO)

    def history(self, strategy: str, *, newest: int) -> tuple[int, int]:
        """Return how many of a strategy's newest closed trades there are, and how many of them won."""
        with self._store.reader() as connection:
            return day_trade_rows.closed_trades(connection, strategy, mode=self._mode, newest=newest)

    def write(self, connection: sqlite3.Connection, added: Sequence[Fill], *, at: datetime) -> list[DayTrade]:
        """Count what fills have come to, in their own transaction and after they were added; return what is new."""
        self._pending = {}
        new: list[DayTrade] = []
        for place in sorted({(fill.symbol, session_day(fill.at)) for fill in added}):
            fills = [fill for fill in added if (fill.symbol, session_day(fill.at)) == place]
            new += self._count(connection, place, fills, at=iso_milliseconds(at))
        if new:
            self._counted = self._tracked = None
            self._track(connection, self.window(at), at)
        return new

    def take_over(self) -> None:
        """Go on from what was just committed."""
        newest = max((day for _, day in self._pending), default="")
        self._kept = {place: kept for place, kept in self._kept.items() if place[1] >= newest} | self._pending
        self._pending = {}

    def track_minute(self, connection: sqlite3.Connection, minute: int) -> None:
        """Keep the row of the session and of the terms in force, in a minute's own transaction."""
        at = datetime.fromtimestamp(minute, UTC)
        window = self.window(at)
        if self._tracked != (window[-1], self.terms):
            self._track(connection, window, at)
            self._tracked = window[-1], self.terms

    def forget(self) -> None:
        """Believe the disk alone: what a count rests on was changed, or may have been."""
        self._counted = self._tracked = None
        self._kept, self._pending = {}, {}

    def count_anew(self, now: datetime) -> None:
        """Make every row of the window say what its fills say: at a start."""
        self.forget()
        with self._store.transaction() as connection:
            for place in day_trade_rows.instruments(connection, self.window(now), mode=self._mode):
                day_trade_rows.recount(connection, *place, mode=self._mode, at=iso_milliseconds(now))

    def remaining(self, now: datetime) -> int:
        """Return how many day trades are left in the window."""
        return remaining(self.used(now))

    def _track(self, connection: sqlite3.Connection, window: tuple[str, ...], at: datetime) -> None:
        day_trade_rows.track(connection, window, self.terms, mode=self._mode, at=iso_milliseconds(at))

    def _count(self, connection: sqlite3.Connection, place: Place, fills: Sequence[Fill], *, at: str) -> list[DayTrade]:
        """Count fills of one instrument and session: on from where it stands, all anew when one came late."""
        times, kept = [iso_milliseconds(fill.at) for fill in fills], self._kept.get(place)
        if kept is None or min(times) < kept.until:
            count, new = day_trade_rows.recount(connection, *place, mode=self._mode, at=at)
            until = day_trade_rows.newest_fill(connection, *place, mode=self._mode)
            self._pending[place] = _Kept(count.position, count.has_opened, len(count.closing_orders), until)
            return new
        trades = [Trade(fill.client_order_id, fill.signed_qty) for fill in fills]
        count = DayTradeCount(kept.position, trades, has_opened=kept.has_opened)
        new = [
            day_trade_rows.put(connection, *place, seq=seq, order=order, mode=self._mode, at=at)
            for seq, order in enumerate(count.closing_orders, start=kept.seq + 1)
        ]
        self._pending[place] = _Kept(count.position, count.has_opened, kept.seq + len(new), max(times))
        return new
