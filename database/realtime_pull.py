"""Bars of the stream: collected as they arrive, stored a minute at a time.

In: raw Alpaca bar messages. Out: stored bars. Thread: the stream calls `on_messages`, which only appends;
the engine calls `flush`.
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from database.bar import MINUTE, Bar, BarSource
from database.bars.market_world import MarketWorld
from database.bars.trading_halts import TradingHalts
from database.errors import MarketDataError
from database.normaliser import bar_from_alpaca
from database.shelter import sheltered
from database.timestamps import iso_minute

log = logging.getLogger(__name__)

_SOURCES = {"b": BarSource.STREAM, "u": BarSource.STREAM_UPDATED}
_STATUS = "s"
# How far our clock may be behind the exchange's before its bars seem to come from the future.
_TOLERANCE_SECONDS = 10

Screen = Callable[[Iterable[Bar]], list[Bar]]


class RealtimePull:
    """Take bars and updated bars off the stream; malformed ones are counted, never raised."""

    def __init__(self, world: MarketWorld, *, now: Callable[[], float] | None = None) -> None:
        self.malformed: Counter[str] = Counter()
        self.received = 0
        self.halts = TradingHalts()
        self._refused: set[str] = set()
        self._world = world
        self._now = now
        self._changed = threading.Condition()
        self._messages: list[Mapping[str, Any]] = []
        self._arrived: set[tuple[str, int] | None] = set()

    def on_message(self, message: Mapping[str, Any]) -> None:
        """Append one raw message, whatever it holds; everything else waits for `flush`."""
        self.on_messages([message])

    def on_messages(self, messages: Sequence[Mapping[str, Any]]) -> None:
        """Append what came together: a bar and its correction are seen both or not at all."""
        with self._changed:
            self._messages += messages
            self._arrived.update(map(_key, messages))
            self.received += len(messages)
            self._changed.notify()

    def wait_for(self, symbols: frozenset[str], ts: int, *, wait_seconds: float) -> bool:
        """Wait until a bar starting at `ts` has arrived for each symbol; False when the time ran out."""
        wanted: set[tuple[str, int] | None] = {(symbol, ts) for symbol in symbols}
        with self._changed:
            return self._changed.wait_for(lambda: wanted <= self._arrived, timeout=wait_seconds)

    @sheltered
    def flush(self, screen: Screen = list) -> list[Bar]:
        """Store what has arrived in one commit, the same way as `insert_minute_data`; return the session's bars.

        screen: asked which of the session's bars may be stored.
        """
        bars = [bar for bar in map(self._bar, self._drain()) if bar is not None]
        in_session = screen([bar for bar in bars if self._world.calendar.is_open(bar.ts)])
        # The rest is stored as well as bars of the night are: the store counts them and drops them.
        off_session = [bar for bar in bars if not self._world.calendar.is_open(bar.ts)]
        self._world.store_bars(in_session + off_session)
        return in_session

    def take_refused(self) -> frozenset[str]:
        """Return, once, the symbols of which a bar came that could not be stored."""
        refused, self._refused = frozenset(self._refused), set()
        return refused

    def _drain(self) -> list[Mapping[str, Any]]:
        with self._changed:
            messages, self._messages = self._messages, []
            self._arrived.clear()
        return [message for message in messages if isinstance(message, Mapping)]

    def _bar(self, message: Mapping[str, Any]) -> Bar | None:
        if message.get("T") == _STATUS:
            self.halts.on_status(message)
        source = _SOURCES.get(str(message.get("T")))
        if source is None:  # daily bars and other channels
            return None
        symbol = str(message.get("S") or "?")
        try:
            bar = bar_from_alpaca(symbol, message, source)
            self._require_past(bar)
        except MarketDataError as error:
            if not self.malformed[symbol]:
                log.warning("%s (further ones of this symbol are only counted)", error)
            self.malformed[symbol] += 1
            self._refused.add(symbol)
            return None
        self.halts.on_bar(bar.symbol, bar.ts)
        return bar

    def _require_past(self, bar: Bar) -> None:
        if self._now is not None and bar.ts + MINUTE > self._now() + _TOLERANCE_SECONDS:
            raise MarketDataError(f"{bar.symbol}: a bar of {iso_minute(bar.ts)} is not over yet; it is left out.")


def _key(message: object) -> tuple[str, int] | None:
    """Return symbol and start of a bar, None for what is no bar."""
    if not isinstance(message, Mapping) or str(message.get("T")) not in _SOURCES:
        return None
    symbol, start = message.get("S"), getattr(message.get("t"), "seconds", None)
    return (symbol, start) if isinstance(symbol, str) and isinstance(start, int) else None
