"""Bars that live may not have had as they are stored now: what source, revision and live's own row can tell.

In: the bars that were looked at, the store. Out: words that name them, or none. Thread: any.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from database.bar import MINUTE, BarSource
from database.bar_store import BarOrigin, BarStore
from database.timestamps import iso_minute
from orchestra.backtest.checks.parity.watched_world import Read

LATE_SOURCES = (BarSource.STREAM_UPDATED, BarSource.HISTORY)
NAMED = 3


class SuspectBars:
    """The bars of one algorithm's day that came late or were revised.

    since: history with a start before that was there when the day began, unless it was revised.
    """

    def __init__(self, store: BarStore, *, since: int) -> None:
        self._store = store
        self._since = since
        self._origins: dict[Read, list[BarOrigin]] = {}

    def told_by_row(self, symbol: str, minute: int, saw: Mapping[str, Any]) -> str:
        """Return how the newest bar live saw differs from the stored one, empty when it does not or nobody knows."""
        seen = saw.get("bar", ...)
        stored = self._store.last_bars(symbol, 1, before=minute)
        if seen is ... or not stored:
            return ""
        now = f"{iso_minute(stored[0].ts)} at {stored[0].close:g}"
        if not isinstance(seen, dict):
            return f"live saw no bar of {symbol}, stored is {now}"
        if seen.get("timestamp") == iso_minute(stored[0].ts) and seen.get("close") == stored[0].close:
            return ""
        return f"the newest bar live saw is {seen.get('timestamp')} at {seen.get('close')}, stored is {now}"

    def among(self, reads: Iterable[Read]) -> str:
        """Return the suspect bars among those that were looked at, in words."""
        found = {(read.symbol, origin) for read in reads for origin in self._suspects(read)}
        if not found:
            return ""
        newest = sorted(found, key=lambda each: -each[1].ts)
        named = ", ".join(f"{symbol} {_told(origin)}" for symbol, origin in newest[:NAMED])
        more = f" and {len(newest) - NAMED} more" if len(newest) > NAMED else ""
        return f"it looked at bars that came late or were revised: {named}{more}"

    def _suspects(self, read: Read) -> list[BarOrigin]:
        if read not in self._origins:
            origins = self._store.origins(read.symbol, read.start, read.end)
            self._origins[read] = [origin for origin in origins if self._is_suspect(origin)]
        return self._origins[read]

    def _is_suspect(self, origin: BarOrigin) -> bool:
        return origin.rev > 0 or (origin.source in LATE_SOURCES and origin.ts + MINUTE > self._since)


def _told(origin: BarOrigin) -> str:
    revised = f", revised {origin.rev}x" if origin.rev else ""
    return f"{iso_minute(origin.ts)} ({origin.source.name}{revised})"
