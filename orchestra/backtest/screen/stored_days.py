"""Which days of a ticker have bars, and which of those asked for do not.

In: the bar store. Out: JSON values. Thread: any; a look at one bar a day, by its key.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from database.bar_store import BarStore
from database.bars.coverage import Range
from database.calendar_manager import MarketCalendar, Session
from orchestra.messages.backtest_wish import DaysWish

# About eight years; who asks for more waits for the answer of the backtest itself.
MOST_SESSIONS = 2_000


@dataclass(frozen=True, slots=True)
class StoredDays:
    """The sessions asked for, ascending, with and without bars."""

    asked: list[Session]
    held: list[Session]

    @property
    def missing(self) -> list[Session]:
        """Return those without a bar."""
        held = {session.day for session in self.held}
        return [session for session in self.asked if session.day not in held]

    def to_values(self) -> dict[str, Any]:
        """Return what a form says of them."""
        missing = self.missing
        return {
            "sessions": len(self.asked),
            "held": len(self.held),
            "first_held": _first(self.held),
            "last_held": _last(self.held),
            "missing": len(missing),
            "first_missing": _first(missing),
            "last_missing": _last(missing),
        }


def stored_range(bars: BarStore, calendar: MarketCalendar, ticker: str) -> tuple[date, date] | None:
    """Return the first and the last day of which there is any bar."""
    oldest, newest = bars.oldest_ts(ticker), bars.newest_ts(ticker)
    first = calendar.session_at(oldest) if oldest is not None else None
    last = calendar.session_at(newest) if newest is not None else None
    return (first.day, last.day) if first and last else None


def stored_days(bars: BarStore, calendar: MarketCalendar, wish: DaysWish, *, now: int) -> StoredDays:
    """Return the sessions of the wish that are over, or under way, at `now`."""
    start, end = seconds_of(bars, calendar, wish, now=now)
    asked = calendar.sessions_between(start, end)[-MOST_SESSIONS:]
    held = []
    before = end
    while asked and before > asked[0].open:
        rows = bars.last_rows(wish.ticker, 1, before=before)
        session = calendar.session_at(rows[0][0]) if rows else None
        if session is None or session.open < asked[0].open:
            break
        held.append(session)
        before = session.open
    return StoredDays(asked, held[::-1])


def seconds_of(bars: BarStore, calendar: MarketCalendar, wish: DaysWish, *, now: int) -> Range:
    """Return the wish as [start, end) in epoch seconds; what is left open ends where the bars do."""
    known = stored_range(bars, calendar, wish.ticker)
    first = wish.first_day or (known[0] if known else None)
    last = wish.last_day or (known[1] if known else None)
    start = _midnight(first) if first else now
    end = _midnight(last) + 86_400 if last else now
    return start, min(end, now)


def _midnight(day: date) -> int:
    """Return a second before the day's session and after the one before: they never reach midnight UTC."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _first(sessions: list[Session]) -> str | None:
    return sessions[0].day.isoformat() if sessions else None


def _last(sessions: list[Session]) -> str | None:
    return sessions[-1].day.isoformat() if sessions else None
