"""The market as of a minute: late frames waited for, bars stored, the as-of time moved on.

In: frames of the data stream, what a tick promises. Out: stored bars, last prices. Thread: engine.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from database.bar import MINUTE, Bar, BarSource
from database.bars.market_world import MarketWorld
from database.bars.price_guard import PriceGuard, PriceJump
from database.errors import MarketDataError
from database.normaliser import bar_from_alpaca
from database.realtime_pull import RealtimePull
from orchestra.messages.lockstep import Tick
from orchestra.runtime.clock import Clock
from orchestra.signals.turns.usual_profit import BARS_READ, usual_profit

log = logging.getLogger(__name__)

WAIT_FOR_STREAM_SECONDS = 2.0
LATEST_BAR_SECONDS = 5.0
BUSY_MINUTES = 5
# Where an exchange owns the clock the market stands still, so that a bar is not given up at the first silence.
SIMULATED_ATTEMPTS = 4

FetchBars = Callable[[Sequence[str], int, int], Iterable[tuple[str, Mapping[str, Any]]]]


class MarketView:
    """Close minutes. wanted: the symbols that are needed; fetch: bars by REST, [start, end).

    In real time nobody says what traded: a bar is *late* when its symbol traded in each of the five
    minutes before and it is not here yet. has_split: whether one is recorded for the symbol and second. on_bars: told
    the bars that were stored.
    """

    def __init__(
        self,
        world: MarketWorld,
        stream: RealtimePull,
        clock: Clock,
        *,
        fetch: FetchBars,
        wanted: Callable[[], frozenset[str]],
        has_split: Callable[[str, int], bool] = lambda *_: False,
    ) -> None:
        self._guard = PriceGuard(self._last_close, has_split=has_split)
        self._world = world
        self._stream = stream
        self._clock = clock
        self._fetch = fetch
        self._wanted = wanted
        self._last: dict[str, tuple[int, float]] = {}
        self._traded_minutes: dict[str, deque[int]] = {}
        self._late: frozenset[str] = frozenset()
        self._unfilled: frozenset[str] = frozenset()
        self.on_bars: Callable[[Sequence[Bar]], None] = lambda _bars: None

    @property
    def prices(self) -> dict[str, float]:
        """Return the last final close of each symbol that is needed."""
        known = {symbol: self.last_bar(symbol) for symbol in self._wanted()}
        return {symbol: bar[1] for symbol, bar in known.items() if bar}

    @property
    def late_symbols(self) -> frozenset[str]:
        """Return the symbols whose bar of the minute just closed is expected and missing."""
        return self._late

    @property
    def holds(self) -> Mapping[str, Mapping[str, str]]:
        """Return, by the name of the gate, the symbols that may not be bought for what the market says, in words."""
        jumps = {
            symbol: f"the price steps from {jump.previous_close:g} to {jump.bar.close:g}; the history has to confirm it"
            for symbol, jump in self.jumps.items()
        }
        halts = {symbol: f"trading is halted ({reason})" for symbol, reason in self.halts.items()}
        return {"PRICE_JUMP": jumps, "TRADING_HALT": halts}

    @property
    def jumps(self) -> Mapping[str, PriceJump]:
        """Return the symbols whose price stepped so far that only history can say whether it is true."""
        return self._guard.jumps

    @property
    def halts(self) -> Mapping[str, str]:
        """Return the symbols whose exchange has halted trading, with its words."""
        return self._stream.halts.reasons

    def take_unfilled(self) -> frozenset[str]:
        """Return, once, the needed symbols of which a bar did not come in time or made no sense: history has it."""
        unfilled, self._unfilled = self._unfilled | self._stream.take_refused(), frozenset()
        return unfilled & self._wanted()

    def busy_symbols(self) -> list[str]:
        """Return the needed symbols that traded in each of their last five minutes, by what is stored."""
        as_of = int(self._clock.now().timestamp())
        return [symbol for symbol in sorted(self._wanted()) if self._is_busy(symbol, as_of)]

    def last_bar(self, symbol: str) -> tuple[int, float] | None:
        """Return start and close of the symbol's newest visible bar."""
        if symbol not in self._last:
            self._recall(symbol)
        return self._last.get(symbol)

    def usual_profit(self, symbol: str) -> float | None:
        """Return what a trade in the symbol may usually bring, as a fraction, by its newest visible bars."""
        as_of = self._world.as_of
        return usual_profit(self._world.bar_store.last_bars(symbol, BARS_READ, before=as_of)) if as_of else None

    def close(self, tick: Tick) -> None:
        """Store every bar that is over by tick.minute and move the as-of time there.

        What the tick says was sent is waited for; what was traded and is still missing is fetched.
        """
        start = tick.minute - MINUTE
        wanted = self._wanted()
        self._stream.wait_for(tick.sent & wanted, start, wait_seconds=WAIT_FOR_STREAM_SECONDS)
        bars = self._stream.flush(self._guard.screen)
        here = {bar.symbol for bar in bars if bar.ts == start}
        # A symbol that the exchange did not look at, because its subscription is on its way, may have traded too.
        untold = frozenset[str]() if tick.told is None else wanted - tick.told
        bars += self._by_rest(sorted((tick.traded & wanted | untold) - here), start) or []
        if self._clock.is_simulated:
            bars += self._settle_by_rest()
        self._world.as_of = tick.minute
        self._note_all(bars)
        self._late = frozenset() if self._clock.is_simulated else self._expected(wanted - here, start)

    def await_late(self, minute: int) -> None:
        """Wait for late bars until five seconds past the minute, then go on with what is here."""
        left = minute + LATEST_BAR_SECONDS - self._clock.now().timestamp()
        self._stream.wait_for(self._late, minute - MINUTE, wait_seconds=max(left, 0.0))
        late, self._late = self._late, frozenset()
        here = {bar.symbol for bar in self.take_late_frames() if bar.ts == minute - MINUTE}
        self._unfilled |= late - here

    def take_late_frames(self) -> list[Bar]:
        """Store or drop what arrives while no minute is closed, so that nothing piles up overnight."""
        bars = self._stream.flush(self._guard.screen)
        self._note_all(bars)
        return bars

    def settle_jump(self, symbol: str) -> None:
        """Believe what history says of a symbol from now on: it has been fetched and stored."""
        self._guard.settle(symbol)
        self.forget_prices()

    def forget_prices(self) -> None:
        """Read last prices from the store again: something else than the stream has written it."""
        self._last.clear()

    def resume(self, minute: int) -> None:
        """Take up an earlier run's as-of time."""
        self._world.as_of = minute

    def _settle_by_rest(self) -> list[Bar]:
        """Ask the exchange that owns the clock at once for bars that were not believed: a replay never waits."""
        settled: list[Bar] = []
        for symbol, jump in list(self._guard.jumps.items()):
            fetched = self._by_rest([symbol], jump.bar.ts)
            if fetched is not None:
                self._guard.settle(symbol)
                settled += fetched
        return settled

    def _by_rest(self, symbols: list[str], start: int) -> list[Bar] | None:
        """Fetch and store one minute; None when history does not answer."""
        if not symbols:
            return []
        for attempts_left in reversed(range(SIMULATED_ATTEMPTS if self._clock.is_simulated else 1)):
            try:
                fetched = [_read(symbol, row) for symbol, row in self._fetch(symbols, start, start + MINUTE)]
                break
            except MarketDataError as error:
                if not attempts_left:
                    log.warning("Bars missing at this minute: %s", error)
                    return None
        bars = [bar for bar in fetched if bar is not None]
        self._world.store_bars(bars)
        return bars

    def _note_all(self, bars: Sequence[Bar]) -> None:
        for bar in bars:
            self._note(bar)
        if bars:
            self.on_bars(bars)

    def _note(self, bar: Bar) -> None:
        """Remember the newest close; bars outside a session count for nothing."""
        known = self._last.get(bar.symbol)
        if known is not None and bar.ts == known[0]:
            # The second bar of a minute: which of the two counts is the store's decision.
            del self._last[bar.symbol]
        elif (known is None or bar.ts > known[0]) and self._world.calendar.is_open(bar.ts):
            self._last[bar.symbol] = (bar.ts, bar.close)
            traded = self._traded_minutes.setdefault(bar.symbol, deque(maxlen=BUSY_MINUTES))
            if not traded or traded[-1] != bar.ts:  # an updated bar is no further minute
                traded.append(bar.ts)

    def _expected(self, missing: frozenset[str], start: int) -> frozenset[str]:
        """Return the symbols that traded in each of the minutes right before `start`."""
        before = [start - MINUTE * back for back in range(BUSY_MINUTES, 0, -1)]
        return frozenset(symbol for symbol in missing if list(self._traded_minutes.get(symbol, ())) == before)

    def _is_busy(self, symbol: str, as_of: int) -> bool:
        times = [row[0] for row in self._world.bar_store.last_rows(symbol, BUSY_MINUTES, before=as_of)]
        return len(times) == BUSY_MINUTES and times[-1] - times[0] == (BUSY_MINUTES - 1) * MINUTE

    def _last_close(self, symbol: str) -> float | None:
        known = self.last_bar(symbol)
        return known[1] if known else None

    def _recall(self, symbol: str) -> None:
        as_of = self._world.as_of
        stored = self._world.bar_store.last_bars(symbol, 1, before=as_of) if as_of else []
        if stored:
            self._last[symbol] = (stored[0].ts, stored[0].close)


def _read(symbol: str, row: Mapping[str, Any]) -> Bar | None:
    """Return the bar, or None when it makes no sense: one bad bar does not cost the others theirs."""
    try:
        return bar_from_alpaca(symbol, row, BarSource.HISTORY)
    except MarketDataError as error:
        log.warning("A fetched bar was dropped: %s", error)
        return None
