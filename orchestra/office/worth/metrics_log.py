"""The metrics log: how each strategy does, written every five minutes of a session and at its close.

In: the books' minute. Out: rows of `strategy_metrics`. Thread: engine, after the minute was sent: nothing here delays
or changes a trade. A session that was left unfinished, by a stop or a fault, is finished at the next one's first turn.
"""

import logging
from collections.abc import Callable
from datetime import date

from database.bar import MINUTE
from database.calendar_manager import MarketCalendar, Session
from database.sqlite_store import SqliteStore
from database.timestamps import iso_milliseconds, iso_minute
from orchestra.execution.books import Books
from orchestra.runtime.clock import Clock
from system_databse.performance import strategy_metrics
from system_databse.performance.strategy_figures import StrategyFigures

log = logging.getLogger(__name__)

EVERY_SECONDS = 5 * MINUTE


class MetricsLog:
    """Write the rows when they are due."""

    def __init__(self, store: SqliteStore, books: Books, *, calendar: MarketCalendar, clock: Clock, mode: str) -> None:
        self._store = store
        self._books = books
        self._calendar = calendar
        self._clock = clock
        self._mode = mode
        self._figures = StrategyFigures(store, mode=mode)
        self._seen = self._written = self._session_open = 0
        self._carefully(self._figures.read_on)

    def run_due(self) -> None:
        """Write what is due: each five minutes that were decided, and a session's close; between them nothing."""
        minute = self._books.minute
        if minute == self._seen:
            return
        self._seen = minute
        session = self._calendar.session_for_decision(minute)
        if session is None or (minute < self._written + EVERY_SECONDS and minute != session.close):
            return
        self._written = minute
        self._carefully(lambda: self._write(session, minute))

    @staticmethod
    def _carefully(do: Callable[[], None]) -> None:
        try:
            do()
        except ValueError as error:
            log.warning("The figures of the strategies cannot be told: %s", error)

    def _write(self, session: Session, minute: int) -> None:
        if session.open != self._session_open:
            self._session_open = session.open
            earlier = self._unfinished(session)
            if earlier is not None:
                self._store_rows(earlier, earlier.close, before=session.open)
        self._store_rows(session, minute)

    def _unfinished(self, session: Session) -> Session | None:
        """Return the session before it with rows, when they were written before its close."""
        with self._store.reader() as connection:
            last = strategy_metrics.last_written(connection, mode=self._mode, date=session.day.isoformat())
        found = self._calendar.session_on(date.fromisoformat(last[0])) if last else None
        return found if found and last and last[1] < iso_minute(found.close) else None

    def _store_rows(self, session: Session, until: int, *, before: int | None = None) -> None:
        at = iso_milliseconds(self._clock.now())
        with self._store.reader() as connection:
            rows = self._figures.rows(connection, session, until=until, at=at, before=before)
        with self._store.transaction() as connection:
            for row in rows:
                strategy_metrics.put(connection, row)
