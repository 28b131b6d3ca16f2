"""The newest bars of each symbol, ready in memory, so that a minute's reads cost microseconds.

In: bars the store has committed. Out: what algorithms read. Thread: any, one lock, never held across I/O.
The store stays the truth: a bar that is not simply the next one drops the symbol, and the next read reloads it.
"""

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Sequence

from database.bar import MINUTE, Bar
from database.bars.bar_mapping import BarMapping, shape

DEPTH = 256
SYMBOLS = 128
_SLACK = 64


class _Series:
    """One symbol: its newest bars; those not read yet wait unshaped."""

    def __init__(self, bars: Sequence[Bar], *, is_whole: bool) -> None:
        self.times: list[int] = []
        self.shaped: list[BarMapping] = []
        self.waiting = list(bars)
        self.newest = bars[-1].ts if bars else 0
        self.is_whole = is_whole

    def append(self, bar: Bar) -> None:
        self.waiting.append(bar)
        self.newest = bar.ts
        if len(self.waiting) > DEPTH + _SLACK:
            self._trim()

    def last(self, count: int, before: int) -> list[BarMapping] | None:
        """Return None when the answer may reach further back than memory does."""
        if self.waiting:
            self._shape()
        end = bisect_right(self.times, before - MINUTE)
        if end < count and not self.is_whole:
            return None
        return self.shaped[max(0, end - count) : end]

    def _shape(self) -> None:
        self.times += [bar.ts for bar in self.waiting]
        self.shaped += [shape(bar) for bar in self.waiting]
        self.waiting = []
        if len(self.times) > DEPTH + _SLACK:
            self._trim()

    def _trim(self) -> None:
        self.is_whole = False
        if self.waiting:
            self.times, self.shaped, self.waiting = [], [], self.waiting[-DEPTH:]
        else:
            self.times, self.shaped = self.times[-DEPTH:], self.shaped[-DEPTH:]


class RecentBars:
    """Hold at most SYMBOLS symbols of about DEPTH bars each; the one unread for longest goes first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._series: OrderedDict[str, _Series] = OrderedDict()
        self._writes = 0

    @property
    def writes(self) -> int:
        """Return how often the store was written; note it before reading what `keep` is given."""
        return self._writes

    def last(self, symbol: str, count: int, before: int) -> list[BarMapping] | None:
        """Return the last bars that are over by `before`, or None when only the store can tell."""
        with self._lock:
            series = self._series.get(symbol)
            if series is None:
                return None
            self._series.move_to_end(symbol)
            return series.last(count, before)

    def holds(self, symbol: str) -> bool:
        """Tell whether the symbol is in memory."""
        return symbol in self._series

    def keep(self, symbol: str, bars: Sequence[Bar], *, writes: int) -> None:
        """Take the symbol's newest bars (ascending), unless the store was written since `writes`."""
        with self._lock:
            if writes != self._writes:
                return
            self._series[symbol] = _Series(bars, is_whole=len(bars) < DEPTH)
            if len(self._series) > SYMBOLS:
                self._series.popitem(last=False)

    def forget(self, symbol: str) -> None:
        """Drop a symbol whose bars were written anew; the next read takes them from the store."""
        with self._lock:
            self._writes += 1
            self._series.pop(symbol, None)

    def on_stored(self, bars: Iterable[Bar]) -> None:
        """Follow a commit of the store."""
        with self._lock:
            self._writes += 1
            for bar in bars if self._series else ():
                series = self._series.get(bar.symbol)
                if series is None:
                    continue
                if bar.ts > series.newest:
                    series.append(bar)
                else:
                    del self._series[bar.symbol]
