"""Bars of the stream: collected as they arrive, stored a minute at a time.

In: raw Alpaca bar messages. Out: stored bars. Thread: the stream calls `on_message`, which only appends;
the engine calls `flush`.
"""

import logging
import threading
from collections import Counter
from collections.abc import Mapping
from typing import Any

from database.bar import Bar, BarSource
from database.bars.market_world import MarketWorld
from database.errors import MarketDataError
from database.normaliser import bar_from_alpaca
from database.shelter import sheltered

log = logging.getLogger(__name__)

_SOURCES = {"b": BarSource.STREAM, "u": BarSource.STREAM_UPDATED}


class RealtimePull:
    """Take bars and updated bars off the stream; malformed ones are counted, never raised.

    received: how many messages came.
    """

    def __init__(self, world: MarketWorld) -> None:
        self.malformed: Counter[str] = Counter()
        self.received = 0
        self._world = world
        self._changed = threading.Condition()
        self._messages: list[Mapping[str, Any]] = []
        self._arrived: set[tuple[str, int] | None] = set()

    def on_message(self, message: Mapping[str, Any]) -> None:
        """Append one raw message, whatever it holds; everything else waits for `flush`."""
        with self._changed:
            self._messages.append(message)
            self.received += 1
            self._arrived.add(_key(message))
            self._changed.notify()

    def wait_for(self, symbols: frozenset[str], ts: int, *, wait_seconds: float) -> bool:
        """Wait until a bar starting at `ts` has arrived for each symbol; False when the time ran out."""
        wanted: set[tuple[str, int] | None] = {(symbol, ts) for symbol in symbols}
        with self._changed:
            return self._changed.wait_for(lambda: wanted <= self._arrived, timeout=wait_seconds)

    @sheltered
    def flush(self) -> list[Bar]:
        """Store what has arrived in one commit, the same way as `insert_minute_data`; return the session's bars."""
        bars = [bar for bar in map(self._bar, self._drain()) if bar is not None]
        self._world.store_bars(bars)
        return [bar for bar in bars if self._world.calendar.is_open(bar.ts)]

    def _drain(self) -> list[Mapping[str, Any]]:
        with self._changed:
            messages, self._messages = self._messages, []
            self._arrived.clear()
        return [message for message in messages if isinstance(message, Mapping)]

    def _bar(self, message: Mapping[str, Any]) -> Bar | None:
        source = _SOURCES.get(str(message.get("T")))
        if source is None:  # daily bars and other channels
            return None
        symbol = str(message.get("S") or "?")
        try:
            return bar_from_alpaca(symbol, message, source)
        except MarketDataError as error:
            if not self.malformed[symbol]:
                log.warning("%s (further ones of this symbol are only counted)", error)
            self.malformed[symbol] += 1
            return None


def _key(message: object) -> tuple[str, int] | None:
    """Return symbol and start of a bar, None for what is no bar."""
    if not isinstance(message, Mapping):
        return None
    symbol, start = message.get("S"), getattr(message.get("t"), "seconds", None)
    return (symbol, start) if isinstance(symbol, str) and isinstance(start, int) else None
