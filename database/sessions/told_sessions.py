"""Sessions as the exchange's own calendar tells them: its word stands above the rules.

In: rows of GET /v2/calendar, New York time. Out: sessions as epoch seconds. Thread: any.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from database.calendar_manager import NEW_YORK, Session
from database.errors import MarketDataError

# The extended hours of Alpaca are the widest a session can be.
EARLIEST, LATEST = time(4), time(20)


def new_york_day(moment: datetime) -> date:
    """Return the New York day of a moment."""
    return moment.astimezone(NEW_YORK).date()


def told_days(rows: Iterable[Mapping[str, Any]], start: date, end: date) -> dict[date, Session | None]:
    """Return every day from start to end, both included, with its session, None for a day without one.

    rows: `{"date": "2026-11-27", "open": "09:30", "close": "13:00"}` of every session in that time. Raises
    MarketDataError for an answer that no exchange would give: no row at all, a day that was not asked for or is told
    twice, hours that are none.
    """
    sessions: dict[date, Session] = {}
    for row in rows:
        session = _session(row)
        if not start <= session.day <= end or session.day in sessions:
            raise MarketDataError(f"The exchange's calendar tells {session.day} unasked or twice.")
        sessions[session.day] = session
    if not sessions:
        raise MarketDataError(f"The exchange's calendar tells no session from {start} to {end}.")
    days = (start + timedelta(days=number) for number in range((end - start).days + 1))
    return {day: sessions.get(day) for day in days}


def _session(row: Mapping[str, Any]) -> Session:
    try:
        day = date.fromisoformat(row["date"])
        opens, closes = time.fromisoformat(row["open"]), time.fromisoformat(row["close"])
    except (KeyError, ValueError, TypeError) as error:
        raise MarketDataError(f"The exchange's calendar cannot be read ({error}).") from error
    if not EARLIEST <= opens < closes <= LATEST:
        raise MarketDataError(f"The exchange's calendar tells hours that are none: {day}, {opens} to {closes}.")
    return Session(day, _seconds(day, opens), _seconds(day, closes))


def _seconds(day: date, clock_time: time) -> int:
    return int(datetime.combine(day, clock_time, NEW_YORK).astimezone(UTC).timestamp())
