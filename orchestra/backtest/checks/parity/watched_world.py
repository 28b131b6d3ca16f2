"""The market as it is stored now, bounded by a minute, that remembers which bars were read.

In: bars of the store, opened to look only. Out: what an algorithm may see, and what it looked at. Thread: one.
"""

from collections.abc import Mapping
from typing import NamedTuple

from database.bar import MINUTE
from database.bars.bar_mapping import BarMapping
from database.bars.market_world import ONE_MINUTE, MarketWorld
from database.calendar_manager import REGULAR_MINUTES
from database.normaliser import epoch_seconds
from database.timeframes.timeframe import Timeframe


class Read(NamedTuple):
    """Bars that were read: start <= ts < end."""

    symbol: str
    start: int
    end: int


class WatchedWorld(MarketWorld):
    """Answer as live did, from the store alone; nothing is fetched."""

    def begin_turn(self, minute: int) -> None:
        """Come to a minute and forget what was read before."""
        self.as_of = minute
        self.reads: set[Read] = set()

    def last(
        self, symbol: str, count: int, *, before: int | None = None, timeframe: Timeframe = ONE_MINUTE
    ) -> list[BarMapping]:
        """Return the last visible bars and remember them."""
        return self._noted(symbol, super().last(symbol, count, before=before, timeframe=timeframe), timeframe)

    def between(
        self, symbol: str, start: int, end: int | None = None, *, timeframe: Timeframe = ONE_MINUTE
    ) -> list[BarMapping]:
        """Return the visible bars of a range and remember them."""
        return self._noted(symbol, super().between(symbol, start, end, timeframe=timeframe), timeframe)

    def _noted(self, symbol: str, bars: list[BarMapping], timeframe: Timeframe) -> list[BarMapping]:
        if bars:
            first, last = epoch_seconds(bars[0]["timestamp"]), epoch_seconds(bars[-1]["timestamp"])
            self.reads.add(Read(symbol, first, last + (timeframe.minutes or REGULAR_MINUTES) * MINUTE))
        return bars


class MarketThen:
    """What whoever gives algorithms their turns asks of the market."""

    late_symbols: frozenset[str] = frozenset()

    def __init__(self, world: MarketWorld) -> None:
        self._world = world

    def await_late(self, minute: int) -> None:
        """Wait for nothing: what is not stored by now does not come."""

    def last_bar(self, symbol: str) -> tuple[int, float] | None:
        """Return start and close of the newest visible bar."""
        if self._world.as_of is None:
            return None
        stored = self._world.bar_store.last_bars(symbol, 1, before=self._world.as_of)
        return (stored[0].ts, stored[0].close) if stored else None

    def prices(self, symbol: str) -> Mapping[str, float]:
        """Return the last close by symbol."""
        bar = self.last_bar(symbol)
        return {symbol: bar[1]} if bar else {}
