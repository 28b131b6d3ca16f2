"""The market one process lives in: its bars, its sessions and how late it is there.

In: the bar store, and from the engine the minute of each run. Out: what may be seen by then.
Thread: any; the engine alone moves `as_of`.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace

from database.bar import MINUTE, Bar
from database.bar_store import FOR_EVER, BarStore
from database.bars.bar_mapping import BarMapping, shape
from database.bars.coverage import Range
from database.calendar_manager import REGULAR_MINUTES, MarketCalendar
from database.errors import AutoTraderError
from database.normaliser import epoch_seconds
from database.timeframes.timeframe import Timeframe
from database.weather import sample_rows
from database.weather.k_index import KIndex, k_index_at, windows_before

log = logging.getLogger(__name__)

Fetch = Callable[[str, int, int], None]
WARM_UP_MINUTES = 390
ONE_MINUTE = Timeframe.ONE_MINUTE


def _always(_symbol: str) -> bool:
    return True


class MarketWorld:
    """Answer what is visible.

    as_of: epoch seconds of the run under way, or None for "the newest minute". Nothing later is
    ever visible, whatever a caller asks for.
    fetch_missing: called with (symbol, start, end) and waited for when history is missing; given by
    the engine. is_streamed: whether the feed delivers the symbol's new minutes by itself; of other
    symbols the newest minutes are fetched too.
    """

    def __init__(
        self,
        bar_store: BarStore,
        calendar: MarketCalendar,
        *,
        as_of: int | None = None,
        fetch_missing: Fetch | None = None,
        is_streamed: Callable[[str], bool] = _always,
    ) -> None:
        self.bar_store = bar_store
        self.calendar = calendar
        self.as_of = as_of
        self.fetch_missing = fetch_missing
        self.is_streamed = is_streamed
        self._trades: dict[str, tuple[float, float]] = {}
        # The minute at which the K-index was last asked for: it is looked up as long as somebody asks.
        self.weather_asked_at: int | None = None
        # Why there can be none here, in place of "nothing was measured".
        self.no_weather = ""

    def last(
        self, symbol: str, count: int, *, before: int | None = None, timeframe: Timeframe = ONE_MINUTE
    ) -> list[BarMapping]:
        """Return up to `count` visible bars, ascending, after fetching history never asked for."""
        until = self._visible_until(before)
        if timeframe is not ONE_MINUTE:
            return self._last_longer(symbol, timeframe, count=count, until=until)
        bars = self.bar_store.last_shaped(symbol, count, before=until)
        if self._is_complete(symbol, bars, count=count, until=until):
            return bars
        self._fetch(symbol, self._history_start(count, until), until)
        return self.bar_store.last_shaped(symbol, count, before=until)

    def between(
        self, symbol: str, start: int, end: int | None = None, *, timeframe: Timeframe = ONE_MINUTE
    ) -> list[BarMapping]:
        """Return the visible bars with start <= ts < end, fetching the parts never asked for."""
        if timeframe is not ONE_MINUTE:
            return self._longer_between(symbol, timeframe, start=start, end=FOR_EVER if end is None else end)
        until = self._visible_until(end)
        self._fetch_between(symbol, start, until)
        return [shape(bar) for bar in self.bar_store.bars_between(symbol, start, until)]

    def store_bars(self, bars: Iterable[Bar]) -> int:
        """Store final bars in one commit: the one way in for streams and for insert_minute_data."""
        return self.bar_store.insert(bars)

    def note_trade(self, symbol: str, ts: float, price: float) -> None:
        """Take over the newest trade of the stream. ts: epoch seconds with fraction."""
        self._trades[symbol] = (ts, price)

    def latest_price(self, symbol: str) -> float | None:
        """Return the newer of the last visible close and the last visible trade."""
        bars = self.last(symbol, 1)
        traded_at, price = self._trades.get(symbol, (0.0, 0.0))
        is_visible = self.as_of is None or traded_at < self.as_of
        if price and is_visible and (not bars or traded_at >= _start(bars[-1]) + MINUTE):
            return price
        return float(bars[-1]["ohlcv"]["c"]) if bars else None

    def _last_longer(self, symbol: str, timeframe: Timeframe, *, count: int, until: int) -> list[BarMapping]:
        now = self._known_until(symbol, until)
        # One more than asked for tells that the first of them is whole, and not the rest of one that began before.
        bars = self.bar_store.longer.last(symbol, timeframe, count=count + 1, now=now)
        if len(bars) <= count or not self.is_streamed(symbol):
            minutes = count * (timeframe.minutes or REGULAR_MINUTES) + WARM_UP_MINUTES
            start = _start(bars[-1]) if len(bars) > count else self.calendar.minutes_back(until, minutes)
            self._fetch_between(symbol, start, until)
            bars = self.bar_store.longer.last(symbol, timeframe, count=count, now=now)
        return bars[-count:]

    def _longer_between(self, symbol: str, timeframe: Timeframe, *, start: int, end: int) -> list[BarMapping]:
        until = self._visible_until(None)
        reach = (timeframe.minutes or REGULAR_MINUTES) * MINUTE
        self._fetch_between(symbol, start, min(until, end + reach))
        now = self._known_until(symbol, until)
        return self.bar_store.longer.between(symbol, timeframe, start=start, end=end, now=now)

    def _known_until(self, symbol: str, until: int) -> int:
        """Return the time by which bars are over; where there is no time, that of the newest minute."""
        if until != FOR_EVER:
            return until
        newest = self.bar_store.newest_ts(symbol)
        return 0 if newest is None else newest + MINUTE

    def space_weather(self, before: int | None = None) -> KIndex:
        """Return the K-index as it was known then, at the latest now."""
        self.weather_asked_at = self.as_of
        moments = [moment for moment in (before, self.as_of) if moment is not None]
        with self.bar_store.store.reader() as connection:
            at = min(moments) if moments else (sample_rows.newest(connection) or 0) + MINUTE
            found = k_index_at(sample_rows.between(connection, windows_before(at), at + 1), at)
        return replace(found, why=self.no_weather) if self.no_weather and found.newest is None else found

    def _visible_until(self, end: int | None) -> int:
        """Return the exclusive bound of visible starts, at the same time the end of the last visible minute."""
        bounds = [FOR_EVER if end is None else end, FOR_EVER if self.as_of is None else self.as_of // MINUTE * MINUTE]
        return min(bounds)

    def _history_start(self, count: int, until: int) -> int:
        return self.calendar.minutes_back(until, 2 * count + WARM_UP_MINUTES)

    def _is_complete(self, symbol: str, bars: list[BarMapping], *, count: int, until: int) -> bool:
        """Tell whether asking the broker's history can add nothing."""
        if self.fetch_missing is None or until == FOR_EVER:
            return True
        is_enough, is_streamed = len(bars) >= count, self.is_streamed(symbol)
        if is_enough and is_streamed:
            return True
        start = _start(bars[-1]) + MINUTE if is_enough else self._history_start(count, until)
        end = _start(bars[0]) if bars and is_streamed else until
        return not self._missing(symbol, start, end)

    def _missing(self, symbol: str, start: int, end: int) -> list[Range]:
        if self.fetch_missing is None or end == FOR_EVER:
            return []
        uncovered = self.bar_store.coverage.uncovered(symbol, start, end)
        return [part for part in uncovered if not self._comes_by_stream(symbol, part)]

    def _comes_by_stream(self, symbol: str, part: Range) -> bool:
        """Leave to the stream what follows, in the session under way, on something already asked for."""
        if self.as_of is None or not self.is_streamed(symbol):
            return False
        session = self.calendar.session_for_decision(self.as_of)
        is_of_today = session is not None and session.open < part[0]
        return is_of_today and self.bar_store.coverage.is_covered(symbol, part[0] - MINUTE)

    def _fetch_between(self, symbol: str, start: int, end: int) -> None:
        missing = self._missing(symbol, start, end)
        if missing:
            self._fetch(symbol, missing[0][0], missing[-1][1])

    def _fetch(self, symbol: str, start: int, end: int) -> None:
        if self.fetch_missing is None:
            return
        try:
            self.fetch_missing(symbol, start, end)
        except AutoTraderError as error:
            log.warning("%s: history could not be fetched (%s) - going on with what is stored", symbol, error)


def _start(bar: BarMapping) -> int:
    return epoch_seconds(bar["timestamp"])
