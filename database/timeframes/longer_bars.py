"""Longer bars of stored minutes for algorithms, kept in memory so that a minute's reads combine nothing twice.

In: a source of stored minutes, told of every commit. Out: finished bars in the shape of the contract.
Thread: any; readers wait for each other, whoever writes waits for nobody. The stored minutes stay the truth: one that
comes late or is written anew drops what was made of it.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from database.bar import Bar
from database.bars.bar_columns import BarColumns
from database.bars.bar_mapping import BarMapping, shape
from database.calendar_manager import REGULAR_MINUTES, MarketCalendar
from database.timeframes.finished_bars import FinishedBars
from database.timeframes.timeframe import Alignment, Grid, Timeframe

# The fewest bars read at once; from so many on what was read begins anew.
FEWEST, MOST = 64, 4_096

_Key = tuple[str, Timeframe]


@dataclass(frozen=True, slots=True)
class StoredMinutes:
    """Where minutes come from. between: those of a symbol with start <= ts < end; oldest: where they begin."""

    between: Callable[[str, int, int], BarColumns]
    oldest: Callable[[str], int | None]


@dataclass(slots=True)
class _Series:
    """One symbol and length, read and shaped so far."""

    bars: FinishedBars
    shaped: list[BarMapping] = field(default_factory=list)

    def grow(self, minutes: BarColumns, until: int) -> None:
        self.bars.take(minutes, until)
        columns = self.bars.columns
        self.shaped += [shape(columns.bar(index)) for index in range(len(self.shaped), len(columns))]


class LongerBars:
    """Answer reads of bars longer than a minute. is_kept: False where somebody else may write the minutes."""

    def __init__(
        self,
        minutes: StoredMinutes,
        calendar: MarketCalendar,
        *,
        alignment: Alignment = Alignment.CLOCK,
        is_kept: bool = True,
    ) -> None:
        self._minutes = minutes
        self._calendar = calendar
        self._grids = {timeframe: Grid(timeframe, alignment) for timeframe in Timeframe}
        self._is_kept = is_kept
        self._reading = threading.Lock()
        self._lock = threading.Lock()
        self._series: dict[_Key, _Series] = {}
        self._writes = 0

    def last(self, symbol: str, timeframe: Timeframe, *, count: int, now: int) -> list[BarMapping]:
        """Return up to `count` bars that are over by now, ascending."""
        with self._reading:
            series = self._series_that_reaches((symbol, timeframe), count, now)
            visible = 0 if series is None else series.bars.visible(now)
            return [] if series is None else series.shaped[max(0, visible - count) : visible]

    def between(self, symbol: str, timeframe: Timeframe, *, start: int, end: int, now: int) -> list[BarMapping]:
        """Return the bars labelled start <= ts < end that are over by now, ascending."""
        oldest = self._minutes.oldest(symbol)
        if oldest is None:
            return []
        grid = self._grids[timeframe]
        bars = FinishedBars(symbol, grid, self._calendar, since=max(start, oldest - grid.longest))
        until = bars.over_by(min(now, end + grid.longest))
        bars.take(self._minutes.between(symbol, bars.until, until), until)
        found = bars.places(start, end, now=now)
        return [shape(bars.columns.bar(index)) for index in range(found.start, found.stop)]

    def on_stored(self, bars: Iterable[Bar]) -> None:
        """Follow a commit of the store: what is made of minutes that came too late is made anew."""
        with self._lock:
            self._writes += 1
            if not self._series:
                return
            earliest: dict[str, int] = {}
            for bar in bars:
                earliest[bar.symbol] = min(bar.ts, earliest.get(bar.symbol, bar.ts))
            for key in list(self._series):
                if earliest.get(key[0], self._series[key].bars.until) < self._series[key].bars.until:
                    del self._series[key]

    def forget(self, symbol: str) -> None:
        """Drop a symbol whose minutes were written anew."""
        with self._lock:
            self._writes += 1
            for timeframe in Timeframe:
                self._series.pop((symbol, timeframe), None)

    def _series_that_reaches(self, key: _Key, count: int, now: int) -> _Series | None:
        """Return what holds the last bars, read from further and further back until it does; None without a minute."""
        series = self._series.get(key)
        if series is not None and len(series.shaped) <= max(MOST, 4 * count):
            self._grow(key, series, now)
            if series.bars.visible(now) >= count:
                return series
        oldest = self._minutes.oldest(key[0])
        if oldest is None:
            return None
        wanted = max(count, FEWEST)
        while series is None or (series.bars.visible(now) < count and series.bars.since > oldest):
            series = self._begun(key, wanted, now)
            self._grow(key, series, now)
            wanted *= 2
        return series

    def _begun(self, key: _Key, count: int, now: int) -> _Series:
        """Return a series that begins with a bar, long enough before now for so many of them without a hole."""
        symbol, timeframe = key
        grid = self._grids[timeframe]
        since = self._calendar.minutes_back(now, count * (timeframe.minutes or REGULAR_MINUTES))
        session = self._calendar.session_at(since)
        start = since if session is None else grid.span_at(since, session).start
        return _Series(FinishedBars(symbol, grid, self._calendar, since=start))

    def _grow(self, key: _Key, series: _Series, now: int) -> None:
        """Take in what is over by now; keep the series unless minutes were written while they were read."""
        until = series.bars.over_by(now)
        if until <= series.bars.until:
            return
        writes = self._writes
        series.grow(self._minutes.between(key[0], series.bars.until, until), until)
        with self._lock:
            if self._is_kept and writes == self._writes:
                self._series[key] = series
            else:
                self._series.pop(key, None)
