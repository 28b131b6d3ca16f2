"""How long a bar is, and where each one begins and ends (domain.md 6): by the clock of New York, a day by its session.

In: sessions. Out: the spans of bars. Thread: any; nothing here has a state.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

from database.bar import MINUTE
from database.calendar_manager import Session


class Timeframe(StrEnum):
    """A length of bars."""

    ONE_MINUTE = "1m"
    FIVE_MINUTES = "5m"
    FIFTEEN_MINUTES = "15m"
    HALF_HOUR = "30m"
    HOUR = "1h"
    FOUR_HOURS = "4h"
    ONE_DAY = "1d"

    @property
    def minutes(self) -> int | None:
        """Return how many minutes a bar holds by the clock; None of a day, which is as long as its session."""
        return _MINUTES[self]


_MINUTES: dict[Timeframe, int | None] = {
    Timeframe.ONE_MINUTE: 1,
    Timeframe.FIVE_MINUTES: 5,
    Timeframe.FIFTEEN_MINUTES: 15,
    Timeframe.HALF_HOUR: 30,
    Timeframe.HOUR: 60,
    Timeframe.FOUR_HOURS: 240,
    Timeframe.ONE_DAY: None,
}


class Alignment(StrEnum):
    """From where bars of hours are counted: from New York's midnight, or from the opening of the session."""

    CLOCK = "clock"
    SESSION = "session"


class Span(NamedTuple):
    """The minutes of one bar, start <= minute < end, epoch seconds; label: the bar's own time, that of its place.

    By the clock the first bar of an hour is labelled 09:00 and begins with the session, at 09:30.
    """

    label: int
    start: int
    end: int


class Grid:
    """Where the bars of one length lie."""

    def __init__(self, timeframe: Timeframe, alignment: Alignment = Alignment.CLOCK) -> None:
        self.timeframe = timeframe
        self._alignment = alignment
        minutes = timeframe.minutes
        self._length = None if minutes is None else minutes * MINUTE

    @property
    def longest(self) -> int:
        """Return the most seconds between a bar's label and its end."""
        return self._length or 24 * 3600

    def span_at(self, ts: int, session: Session) -> Span:
        """Return the bar to which a second of the session belongs; the session's end cuts it."""
        if self._length is None:
            return Span(session.open, session.open, session.close)
        # Four in the morning is a boundary of every length, and on the day's side of a change of the clock.
        origin = session.open if self._alignment is Alignment.SESSION else session.extended_open
        label = ts - (ts - origin) % self._length
        return Span(label, max(label, session.open), min(label + self._length, session.close))

    def spans(self, sessions: Iterable[Session], start: int, end: int) -> Iterator[Span]:
        """Yield the bars of the sessions that have a second in [start, end), ascending."""
        for session in sessions:
            ts, last = max(start, session.open), min(end, session.close)
            while ts < last:
                span = self.span_at(ts, session)
                yield span
                ts = span.end
