"""The minutes that the exchange's clock visits: open to close of each session of the market, and nothing between."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from database.bar import MINUTE
from database.calendar_manager import MarketCalendar, Session
from database.errors import ConfigError

# Alpaca's own calendar ends about three years ahead.
YEARS_TOLD_AHEAD = 3
END_OF_TIME = 1 << 40


class Schedule:
    """Sessions in order. Every minute here is one of them, its open and its close included.

    days: the only sessions there are, or None for all of the calendar, without an end. start: the minute at which a
    new book's clock begins; the first open unless given, and to be given where the calendar has no such beginning.
    """

    def __init__(self, days: frozenset[date] | None, calendar: MarketCalendar, *, start: int | None = None) -> None:
        self._is_endless = days is None
        self._calendar = calendar if days is None else MarketCalendar(days)
        first = self._calendar.next_session(0)
        if first is None:
            raise ConfigError("The market has no session to trade in; give files with bars of regular hours.")
        if start is None and self._is_endless:
            raise ConfigError("A market without an end needs a minute to begin with.")
        self.first_minute = first.open if start is None else start
        self._newest = self.first_minute

    @property
    def is_endless(self) -> bool:
        """Tell whether there is always a next session."""
        return self._is_endless

    @property
    def sessions(self) -> Sequence[Session]:
        """Return all sessions; of those without an end, the ones to the third year after the newest minute visited."""
        if not self._is_endless:
            return self._calendar.sessions_between(0, END_OF_TIME)
        year = datetime.fromtimestamp(self._newest, UTC).year + YEARS_TOLD_AHEAD
        return self._calendar.sessions_between(0, int(datetime(year, 12, 31, tzinfo=UTC).timestamp()))

    @property
    def last_minute(self) -> int:
        """Return the last session's close, as far as sessions are told."""
        return self.sessions[-1].close

    def session_of(self, minute: int) -> Session:
        """Return the session a visited minute belongs to; its close belongs to it."""
        self._newest = max(self._newest, minute)
        session = self._calendar.last_session(minute + 1)
        if session is None:
            raise ConfigError(f"Second {minute} lies before the market's first session.")
        return session

    def session_after(self, minute: int) -> Session | None:
        """Return the first session that opens later than the minute."""
        return self._calendar.next_session(minute)

    def session_before(self, session: Session) -> Session | None:
        """Return the session before this one."""
        return self._calendar.last_session(session.open)

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
