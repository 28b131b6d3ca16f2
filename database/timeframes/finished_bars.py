"""The bars of one symbol and length that are over: they grow as time goes on, and no bar under way is among them.

In: minutes in columns, the time. Out: longer bars in columns, and when each one was over. Thread: one.
"""

from bisect import bisect_left, bisect_right

from database.bars.bar_columns import BarColumns
from database.calendar_manager import MarketCalendar
from database.timeframes.longer_columns import combine
from database.timeframes.timeframe import Grid


class FinishedBars:
    """Hold the bars from `since` on.

    until: minutes before it are in these bars, later ones are not. due: when the bar will be over that was under way
    when the time was last told; 0 when the market was closed.
    """

    def __init__(self, symbol: str, grid: Grid, calendar: MarketCalendar, *, since: int) -> None:
        self.columns = BarColumns(symbol)
        self.since = since
        self.until = since
        self.due = 0
        self._grid = grid
        self._calendar = calendar
        self._ends: list[int] = []

    def over_by(self, now: int) -> int:
        """Return the latest moment before which every minute belongs to a bar that is over by now."""
        session = self._calendar.session_at(now)
        if session is None:
            self.due = 0
            return now
        span = self._grid.span_at(now, session)
        self.due = span.end
        return span.start

    def take(self, minutes: BarColumns, until: int) -> None:
        """Take in the minutes from `self.until` up to `until`, which `over_by` has told."""
        if until <= self.until:
            return
        sessions = self._calendar.sessions_between(self.until, until)
        self._ends += combine(minutes, self._grid.spans(sessions, self.until, until), self.columns)
        self.until = until

    def visible(self, now: int) -> int:
        """Return how many of the bars are over by now."""
        return bisect_right(self._ends, now)

    def places(self, start: int, end: int, *, now: int) -> slice:
        """Return where the bars are that are labelled start <= ts < end and over by now."""
        first, last = bisect_left(self.columns.times, start), bisect_left(self.columns.times, end)
        return slice(first, max(first, min(last, self.visible(now))))
