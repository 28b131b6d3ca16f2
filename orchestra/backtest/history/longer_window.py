"""One symbol's longer bars in a backtest: combined as the walk reaches their ends, read as minutes are.

In: the symbol's minutes in columns, the minute reached. Out: bars as dicts. Thread: one.
"""

from collections.abc import Sequence

from database.bars.bar_columns import BarColumns
from database.calendar_manager import MarketCalendar
from database.timeframes.finished_bars import FinishedBars
from database.timeframes.timeframe import Grid
from orchestra.backtest.history.window import ShapedBar, Window


class LongerWindow:
    """Hold every bar that is over; the newest of them ready to be handed out.

    since: where bars begin when there are no minutes yet.
    """

    def __init__(self, minutes: BarColumns, grid: Grid, calendar: MarketCalendar, *, since: int) -> None:
        self._minutes = minutes
        first = minutes.times[0] if len(minutes) else since
        self._bars = FinishedBars(minutes.symbol, grid, calendar, since=first)
        self._window = Window(self._bars.columns)
        self._now = 0

    def reach(self, now: int) -> None:
        """Make everything visible that is over by now; a walk only goes on."""
        if now < self._bars.due or now == self._now:
            return
        self._now = now
        self._bars.take(self._minutes, self._bars.over_by(now))
        self._window.grow_to_end()

    def last(self, count: int, before: int) -> Sequence[ShapedBar]:
        """Return up to `count` bars that are over by now and by `before`."""
        if before >= self._now:
            return self._window.bars(count)
        end = self._bars.visible(before)
        return self._window.at(max(0, end - count), end)

    def between(self, start: int, end: int) -> Sequence[ShapedBar]:
        """Return the bars labelled start <= ts < end."""
        found = self._bars.places(start, end, now=self._now)
        return self._window.at(found.start, found.stop)

    def verify(self) -> None:
        """Raise StrategyError when a bar that was given out is not what it was."""
        self._window.verify()
