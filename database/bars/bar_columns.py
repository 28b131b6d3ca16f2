"""The bars of one symbol in columns: ten times smaller than objects, and read by position in constant time.

In: bars in order. Out: columns of numbers. Thread: one; what is shared is not changed any more.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

from database.bar import Bar


def _whole_numbers() -> "array[int]":
    return array("q")


def _numbers() -> "array[float]":
    return array("d")


@dataclass(slots=True)
class BarColumns:
    """Minute bars, ascending. times: epoch seconds of each minute's start; prices in dollars, volumes in shares."""

    symbol: str
    times: "array[int]" = field(default_factory=_whole_numbers)
    opens: "array[float]" = field(default_factory=_numbers)
    highs: "array[float]" = field(default_factory=_numbers)
    lows: "array[float]" = field(default_factory=_numbers)
    closes: "array[float]" = field(default_factory=_numbers)
    volumes: "array[float]" = field(default_factory=_numbers)

    def __len__(self) -> int:
        return len(self.times)

    def extend(self, bars: Iterable[Bar]) -> None:
        """Add bars that are later than all before."""
        for bar in bars:
            self.add(bar.ts, (bar.open, bar.high, bar.low, bar.close, bar.volume))

    def add(self, ts: int, ohlcv: tuple[float, float, float, float, float]) -> None:
        """Add one bar; raises ValueError when it is not later than the one before."""
        if self.times and ts <= self.times[-1]:
            raise ValueError(f"{self.symbol}: a bar of second {ts} follows one of second {self.times[-1]}.")
        self.times.append(ts)
        self.opens.append(ohlcv[0])
        self.highs.append(ohlcv[1])
        self.lows.append(ohlcv[2])
        self.closes.append(ohlcv[3])
        self.volumes.append(ohlcv[4])

    def position(self, ts: int) -> int:
        """Return how many bars start earlier than the second: the index of the first one that does not."""
        return bisect_left(self.times, ts)

    def before(self, ts: int) -> "BarColumns":
        """Return the bars that start earlier than the second; nothing is copied when all of them do."""
        end = self.position(ts)
        if end == len(self):
            return self
        parts = (self.opens, self.highs, self.lows, self.closes, self.volumes)
        return BarColumns(self.symbol, self.times[:end], *(each[:end] for each in parts))

    def bar(self, index: int) -> Bar:
        """Return one bar as a noun."""
        return Bar(
            self.symbol,
            self.times[index],
            self.opens[index],
            self.highs[index],
            self.lows[index],
            self.closes[index],
            self.volumes[index],
        )
