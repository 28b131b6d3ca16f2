"""The market clock: when the New York exchanges are open, to the second, from 1990 on.

In: the XNYS rules of exchange-calendars (holidays, half days, clock changes), kept as a table beside this file.
Out: sessions as epoch seconds. New York time is known here and on the screen, nowhere else.
Thread: any; everything is read-only once built.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from zoneinfo import ZoneInfo

from database.bar import MINUTE
from database.sessions.exchange_table import exchange_table, rules_version
from database.sessions.kept_table import kept_table

NEW_YORK = ZoneInfo("America/New_York")
# The extended hours of Alpaca: pre-market from four in the morning, after-hours until eight in the evening.
EXTENDED_OPEN_HOUR, EXTENDED_CLOSE_HOUR = 4, 20
REGULAR_MINUTES = 390
_YEARS_AHEAD = 2
_FEWEST_YEARS_UNTIL = 2020
_FOLDER = Path(__file__).resolve().parent
_NEVER = -(1 << 62)
_LAST_SECOND = 4_102_444_799  # 2099-12-31T23:59:59Z; what comes later is answered as closed


@dataclass(frozen=True, slots=True)
class Session:
    """One regular session. open and close: epoch seconds; the close is the first second outside."""

    day: date
    open: int
    close: int

    @property
    def minutes(self) -> int:
        """Return how many minute bars the session can hold: 390, or 210 on most half days."""
        return (self.close - self.open) // MINUTE

    @property
    def is_half_day(self) -> bool:
        """Tell whether the session is shorter than usual."""
        return self.minutes < REGULAR_MINUTES

    @property
    def extended_open(self) -> int:
        """Return when the pre-market trading of the day begins, epoch seconds."""
        return _new_york(self.day, EXTENDED_OPEN_HOUR)

    @property
    def extended_close(self) -> int:
        """Return when the after-hours trading of the day ends, epoch seconds."""
        return _new_york(self.day, EXTENDED_CLOSE_HOUR)

    def contains(self, ts: int) -> bool:
        """Tell whether the second lies in the session."""
        return self.open <= ts < self.close


class _Schedule:
    """Sessions in order, with the arrays that make looking one up a bisection."""

    def __init__(self, sessions: list[Session]) -> None:
        self.sessions = sessions
        self.opens = [session.open for session in sessions]
        self.closes = [session.close for session in sessions]
        self.by_day = {session.day: session for session in sessions}
        self.minutes_before = [0, *accumulate(session.minutes for session in sessions)]


@lru_cache(maxsize=2)
def _exchange_schedule(last_year: int) -> _Schedule:
    """Return the sessions from 1990 to the end of a year."""
    path = _FOLDER / f".sessions-{rules_version()}-{last_year}.csv"
    return _Schedule([Session(*row) for row in kept_table(path, lambda: exchange_table(last_year))])


def _last_year_for(year: int) -> int:
    """Return a year with which one table answers for every day of a decade, and for those before."""
    return max(year, _FEWEST_YEARS_UNTIL) // 10 * 10 + 9


class MarketCalendar:
    """Answer questions about sessions.

    What the exchange tells of a day, by `take_over`, stands above the rules: an early close is announced at noon.
    days: when given, only these sessions exist: a replay jumps over every other day, and what it
    skips is neither a gap nor a missed minute.
    """

    def __init__(self, days: Collection[date] | None = None) -> None:
        self._is_fixed = days is not None
        self._known_until = _NEVER
        self._schedule = _Schedule([])
        self._told: dict[date, Session | None] = {}
        if days:
            whole = _exchange_schedule(_last_year_for(max(days).year))
            self._schedule = _Schedule([whole.by_day[day] for day in sorted(set(days)) if day in whole.by_day])

    def take_over(self, days: Mapping[date, Session | None]) -> None:
        """Let the exchange's own word on some days stand above the rules; None: there is no session that day.

        A calendar of chosen days leaves days out for its own reasons and takes nothing over.
        """
        told = {**self._told, **days}
        if self._is_fixed or told == self._told:
            return
        self._told = told
        self._known_until = _NEVER

    def session_at(self, ts: int) -> Session | None:
        """Return the session that is open at the second, if any."""
        schedule = self._schedule_for(ts)
        index = bisect_right(schedule.opens, ts) - 1
        if index < 0 or ts >= schedule.closes[index]:
            return None
        return schedule.sessions[index]

    def session_on(self, day: date) -> Session | None:
        """Return the session of a New York day; None on weekends, holidays and days left out."""
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        return self._schedule_for(int(noon.timestamp())).by_day.get(day)

    def next_session(self, after: int) -> Session | None:
        """Return the first session that opens later than the second."""
        schedule = self._schedule_for(after)
        index = bisect_right(schedule.opens, after)
        return schedule.sessions[index] if index < len(schedule.sessions) else None

    def last_session(self, before: int) -> Session | None:
        """Return the last session that opened earlier than the second; it may still be open."""
        schedule = self._schedule_for(before)
        index = bisect_left(schedule.opens, before) - 1
        return schedule.sessions[index] if index >= 0 else None

    def sessions_between(self, start: int, end: int) -> list[Session]:
        """Return the sessions that share at least a second with [start, end)."""
        schedule = self._schedule_for(end)
        return schedule.sessions[bisect_right(schedule.closes, start) : bisect_left(schedule.opens, end)]

    def is_open(self, ts: int) -> bool:
        """Tell whether the market is open at the second."""
        return self.session_at(ts) is not None

    def minutes_back(self, ts: int, count: int) -> int:
        """Return the start of the count-th session minute before ts, or of the first one known."""
        schedule = self._schedule_for(ts)
        if not schedule.sessions:
            return ts - count * MINUTE
        wanted = max(0, self._minutes_until(schedule, ts) - count)
        index = min(bisect_right(schedule.minutes_before, wanted) - 1, len(schedule.sessions) - 1)
        return schedule.opens[index] + (wanted - schedule.minutes_before[index]) * MINUTE

    def session_for_decision(self, minute: int) -> Session | None:
        """Return the session a decision at `minute` belongs to: open < minute <= close.

        A decision sees bars up to minute - 60, so the one at the close is about the last bar.
        """
        return self.session_at(minute - 1)

    def _minutes_until(self, schedule: _Schedule, ts: int) -> int:
        """Count the session minutes that are over or under way at ts's whole minute."""
        index = bisect_right(schedule.opens, ts) - 1
        if index < 0:
            return 0
        session = schedule.sessions[index]
        return schedule.minutes_before[index] + min((ts - session.open) // MINUTE, session.minutes)

    def _schedule_for(self, ts: int) -> _Schedule:
        """Return the sessions known, grown when a question reaches past them."""
        if ts < self._known_until or self._is_fixed:
            return self._schedule
        year = _last_year_for(datetime.fromtimestamp(min(max(ts, 0), _LAST_SECOND), UTC).year + _YEARS_AHEAD)
        self._schedule = _with_told(_exchange_schedule(year), self._told)
        # A year short of the end, so that the next session of any known second is known too.
        self._known_until = int(datetime(year, 1, 1, tzinfo=UTC).timestamp())
        return self._schedule


def day_in_new_york(day: date) -> tuple[int, int]:
    """Return when a calendar day of New York begins and when the next one does, epoch seconds."""
    return _new_york(day, 0), _new_york(day + timedelta(days=1), 0)


def date_in_new_york(ts: int) -> date:
    """Return the calendar day of New York at that second."""
    return datetime.fromtimestamp(ts, NEW_YORK).date()


def _with_told(schedule: _Schedule, told: Mapping[date, Session | None]) -> _Schedule:
    """Return the schedule in which the days told replace those of the rules."""
    if all(schedule.by_day.get(day) == session for day, session in told.items()):
        return schedule
    by_day = {**schedule.by_day, **told}
    return _Schedule([session for _, session in sorted(by_day.items()) if session is not None])


def _new_york(day: date, hour: int) -> int:
    return int(datetime(day.year, day.month, day.day, hour, tzinfo=NEW_YORK).timestamp())
