"""The minutes that the exchange's clock visits: open to close of each session of the market, and nothing between."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date

from database.bar import MINUTE
from database.calendar_manager import MarketCalendar, Session
from database.errors import ConfigError


class Schedule:
    """Sessions in order. Every minute here is one of them, its open and its close included."""

    def __init__(self, days: Iterable[date], calendar: MarketCalendar) -> None:
        found = (calendar.session_on(day) for day in sorted(days))
        self.sessions = tuple(session for session in found if session)
        if not self.sessions:
            raise ConfigError("The market has no session to trade in; give files with bars of regular hours.")
        self._opens = [session.open for session in self.sessions]

    @property
    def first_minute(self) -> int:
        """Return the first session's open."""
        return self.sessions[0].open

    @property
    def last_minute(self) -> int:
        """Return the last session's close."""
        return self.sessions[-1].close

    def session_of(self, minute: int) -> Session:
        """Return the session a visited minute belongs to; its close belongs to it."""
        return self.sessions[bisect_right(self._opens, minute) - 1]

    def session_after(self, minute: int) -> Session | None:
        """Return the first session that opens later than the minute."""
        index = bisect_right(self._opens, minute)
        return self.sessions[index] if index < len(self.sessions) else None

    def session_before(self, session: Session) -> Session | None:
        """Return the session before this one."""
        index = self.sessions.index(session)
        return self.sessions[index - 1] if index else None

    def next_minute(self, minute: int) -> int | None:
        """Return the minute the clock visits next; from a close it jumps to the next open."""
        if minute < self.session_of(minute).close:
            return minute + MINUTE
        later = self.session_after(minute)
        return later.open if later else None

    def trading_session(self, minute: int) -> Session | None:
        """Return the session in which an order entered now can trade: this one, or from its close on the next."""
        session = self.session_of(minute)
        return session if minute < session.close else self.session_after(minute)
