"""The calendar watch: when the exchange is open is its own word, asked daily, and again while it is open.

In: the exchange's calendar of the next fourteen days, asked on the fetcher. Out: the market calendar corrected, what
the owner has to be told, and why nothing may be opened on a day nobody knows. Thread: engine.
The rules of the calendar know holidays and half days years ahead; a day of mourning or a storm they do not.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from database.calendar_manager import MarketCalendar, Session
from database.errors import MarketDataError
from database.sessions.told_sessions import new_york_day, told_days
from database.sqlite_store import SqliteStore
from database.timestamps import iso_milliseconds
from orchestra.runtime.clock import Clock
from orchestra.runtime.network.standing_question import StandingQuestion, Start
from system_databse.errors import BrokerError
from system_databse.rows import settings

log = logging.getLogger(__name__)

KEY = "exchange_calendar"
DAYS_AHEAD = 14
CHECK_SECONDS = 900.0
CHECK_CLOSED_SECONDS = 6 * 3_600.0
RETRY_SECONDS = 60.0
NOT_KNOWN = "the exchange has not told yet whether it is open today"

Days = Mapping[date, Session | None]


@dataclass(frozen=True, slots=True)
class ToldCalendar:
    """Whom the watch asks. ask: rows of the sessions from one day to another; start: runs a call on the fetcher."""

    ask: Callable[[date, date], Sequence[Mapping[str, Any]]]
    start: Start


class CalendarWatch:
    """Keep the market calendar as the exchange tells it; what it told is kept for a restart without a network."""

    def __init__(self, told: ToldCalendar, calendar: MarketCalendar, clock: Clock, *, system: SqliteStore) -> None:
        self._ask = told.ask
        self._calendar = calendar
        self._clock = clock
        self._system = system
        self._question = StandingQuestion(clock, told.start, ask=self._look_up, take=self._take)
        self._news: list[str] = []
        with system.reader() as connection:
            self._days = dict(_read(settings.get(connection, KEY)))
        calendar.take_over(self._days)

    @property
    def reason(self) -> str | None:
        """Return why nothing may be opened, None when the exchange has told of today."""
        return None if new_york_day(self._clock.now()) in self._days else NOT_KNOWN

    def run_due(self) -> None:
        """Ask when it is time to, and take the answer that has come."""
        self._question.run_due()

    def wait(self, seconds: float) -> None:
        """Ask now and wait for the answer, at most that long."""
        self.run_due()
        self._question.wait(seconds)

    def take_news(self) -> list[str]:
        """Return what the exchange has changed since it was asked last, in words."""
        news, self._news = self._news, []
        return news

    def _look_up(self) -> Days:
        today = new_york_day(self._clock.now())
        end = today + timedelta(days=DAYS_AHEAD)
        return told_days(self._ask(today, end), today, end)

    def _take(self, answer: "Future[Any]") -> None:
        try:
            days: Days = answer.result()
        except (BrokerError, MarketDataError, CancelledError) as error:
            log.warning("The exchange's calendar could not be read: %s", error)
            self._question.again_in(RETRY_SECONDS)
            return
        now = int(self._clock.now().timestamp())
        is_soon = self._calendar.sessions_between(now - int(CHECK_SECONDS), now + int(CHECK_SECONDS))
        self._question.again_in(CHECK_SECONDS if is_soon else CHECK_CLOSED_SECONDS)
        self._take_over(days)

    def _take_over(self, days: Days) -> None:
        for day, session in days.items():
            if session != self._calendar.session_on(day):
                self._news.append(_change(day, session))
                log.warning("%s", self._news[-1])
        today = min(days)
        kept = {day: session for day, session in {**self._days, **days}.items() if day >= today}
        if kept != self._days:
            self._days = kept
            self._calendar.take_over(days)
            self._store()

    def _store(self) -> None:
        with self._system.transaction() as connection:
            settings.put(connection, KEY, _text(self._days), at=iso_milliseconds(self._clock.now()))


def _change(day: date, session: Session | None) -> str:
    if session is None:
        return f"The exchange stays closed on {day}."
    opens, closes = (datetime.fromtimestamp(ts, UTC).strftime("%H:%M") for ts in (session.open, session.close))
    return f"The exchange is open from {opens} to {closes} UTC on {day}, other than usual."


def _text(days: Days) -> str:
    rows = {str(day): [session.open, session.close] if session else None for day, session in sorted(days.items())}
    return json.dumps(rows)


def _read(text: str | None) -> Days:
    """Return the days that are kept; what cannot be read is asked for again."""
    try:
        rows = json.loads(text or "{}").items()
        days = [(date.fromisoformat(day), row) for day, row in rows]
        return {day: Session(day, int(row[0]), int(row[1])) if row else None for day, row in days}
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return {}
