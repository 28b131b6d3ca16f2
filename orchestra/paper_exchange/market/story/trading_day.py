"""One session of one symbol: its minute bars in few bytes."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from database.bar import MINUTE, Bar, BarSource

CENTS = 100
VWAP_PARTS = 10_000


@dataclass(frozen=True, slots=True)
class Prices:
    """One minute's prices in cents."""

    open: int
    high: int
    low: int
    close: int


class TradingDay:
    """The bars of one session as columns. Minutes without a trade are missing."""

    __slots__ = (
        "_closes",
        "_highs",
        "_lows",
        "_minutes",
        "_opens",
        "_start",
        "_symbol",
        "_trades",
        "_volumes",
        "_vwaps",
    )

    def __init__(self, symbol: str, start: int) -> None:
        self._symbol = symbol
        self._start = start
        self._minutes = array("H")
        self._opens, self._highs, self._lows, self._closes = (array("q") for _ in range(4))
        self._vwaps, self._volumes, self._trades = array("q"), array("q"), array("q")

    def __len__(self) -> int:
        return len(self._minutes)

    def add(self, minute: int, prices: Prices, *, trades: int, volume: int) -> None:
        """Append a minute, counted from the open; volume: shares."""
        self._minutes.append(minute)
        self._opens.append(prices.open)
        self._highs.append(prices.high)
        self._lows.append(prices.low)
        self._closes.append(prices.close)
        total = prices.open + prices.high + prices.low + prices.close
        self._vwaps.append(total * VWAP_PARTS // (4 * CENTS))
        self._trades.append(trades)
        self._volumes.append(volume)

    def bar(self, ts: int) -> Bar | None:
        """Return the bar that starts at ts, or None."""
        index = self._index(ts)
        return self._bar(index) if index < len(self) and self._ts(index) == ts else None

    def last_bar(self, before: int) -> Bar | None:
        """Return the newest bar that starts earlier than `before`."""
        index = self._index(before)
        return self._bar(index - 1) if index else None

    def bars(self, start: int, end: int) -> Iterator[Bar]:
        """Yield the bars with start <= ts < end, ascending."""
        return (self._bar(index) for index in range(self._index(start), self._index(end)))

    def bars_back(self, start: int, end: int) -> Iterator[Bar]:
        """Yield the same, descending."""
        return (self._bar(index) for index in range(self._index(end) - 1, self._index(start) - 1, -1))

    def count(self, start: int, end: int) -> int:
        """Return how many bars have start <= ts < end."""
        return max(0, self._index(end) - self._index(start))

    def whole(self) -> Bar | None:
        """Return the session as one bar that starts at the open; None when nothing traded."""
        if not self._minutes:
            return None
        shares = sum(self._volumes)
        paid = sum(price * volume for price, volume in zip(self._vwaps, self._volumes, strict=True))
        low, high = min(self._lows), max(self._highs)
        return Bar(
            symbol=self._symbol,
            ts=self._start,
            open=self._opens[0] / CENTS,
            high=high / CENTS,
            low=low / CENTS,
            close=self._closes[-1] / CENTS,
            volume=float(shares),
            vwap=paid // shares / VWAP_PARTS,
            trade_count=sum(self._trades),
            source=BarSource.HISTORY,
        )

    def _index(self, ts: int) -> int:
        return bisect_left(self._minutes, -(-(ts - self._start) // MINUTE))

    def _ts(self, index: int) -> int:
        return self._start + self._minutes[index] * MINUTE

    def _bar(self, index: int) -> Bar:
        return Bar(
            self._symbol,
            self._ts(index),
            self._opens[index] / CENTS,
            self._highs[index] / CENTS,
            self._lows[index] / CENTS,
            self._closes[index] / CENTS,
            float(self._volumes[index]),
            self._vwaps[index] / VWAP_PARTS,
            self._trades[index],
            BarSource.HISTORY,
        )
