"""History from the broker: asked once, checked like every other bar, stored in one place.

In: raw Alpaca bars from the fetch function passed in. Out: stored bars and a record of what was asked.
Thread: any; the fetcher's for what an algorithm lacks, the engine's for gaps. Errors of the fetch function pass
through to the caller.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from database.bar import MINUTE, Bar, BarSource
from database.bar_store import BarStore
from database.bars.coverage import Range
from database.calendar_manager import MarketCalendar
from database.errors import MarketDataError
from database.normaliser import bar_from_alpaca

log = logging.getLogger(__name__)

# fetch(symbols, start, end) -> (symbol, raw bar) of the minutes that start in [start, end), extended hours allowed.
Fetch = Callable[[Sequence[str], int, int], Iterable[tuple[str, Mapping[str, Any]]]]

NEW_SYMBOL_MINUTES = 20 * 390
RECENT_SESSIONS = 2
# A late trade may still change a bar half a minute after its end, so younger minutes may be asked for again.
SETTLE_SECONDS = 120
_BARS_A_COMMIT = 1_000


class HistoricalPull:
    """Fetch what is missing of the past.

    now: market time in epoch seconds; nothing later is asked for or stored. settle_seconds: younger minutes
    are not noted as asked for, and their bars may be replaced; 0 where history is exact at once.
    """

    def __init__(
        self,
        bar_store: BarStore,
        calendar: MarketCalendar,
        fetch: Fetch,
        *,
        now: Callable[[], int],
        settle_seconds: int = SETTLE_SECONDS,
    ) -> None:
        self._bar_store = bar_store
        self._calendar = calendar
        self._fetch = fetch
        self._now = now
        self._settle_seconds = settle_seconds

    def pull(self, symbol: str, start: int, end: int) -> int:
        """Fetch the session ranges of [start, end) never asked for; return how many bars were new or better."""
        until = min(end, self._last_minute_end())
        parts = self._bar_store.coverage.uncovered(symbol, start, until)
        return sum(self._pull_range([symbol], part) for part in parts)

    def fill_gaps(self, symbols: Iterable[str], *, new_symbol_minutes: int = NEW_SYMBOL_MINUTES) -> int:
        """Fetch what each symbol lacks of the last two sessions and since its newest bar: after a start or a reconnect.

        A symbol without bars gets its last `new_symbol_minutes` session minutes. Symbols that lack
        the same range share a request. Returns how many bars were new or better.
        """
        lacking: dict[Range, list[str]] = {}
        for symbol in sorted(set(symbols)):
            for part in self._gaps(symbol, new_symbol_minutes):
                lacking.setdefault(part, []).append(symbol)
        return sum(self._pull_range(group, part) for part, group in sorted(lacking.items()))

    def renew(self, symbol: str, *, minutes: int = NEW_SYMBOL_MINUTES) -> tuple[int, int] | None:
        """Fetch the symbol's last session minutes again and put them in the place of all that is stored of it.

        For prices that are on other terms since a split. Returns the older range that was stored too and is still to be
        fetched, if there is one. Raises MarketDataError, and leaves everything as it was, when there is no answer.
        """
        oldest, until = self._bar_store.oldest_ts(symbol), self._last_minute_end()
        if oldest is None:
            return None
        start = self._calendar.minutes_back(until, minutes)
        settled_until = min(until, (self._now() - self._settle_seconds) // MINUTE * MINUTE)
        bars = list(self._checked([symbol], (start, until), settled_until=settled_until))
        newest = self._bar_store.newest_ts(symbol)
        if not bars and newest is not None and newest >= start:
            raise MarketDataError(f"{symbol}: its history could not be fetched on the new terms; it is tried again.")
        self._bar_store.coverage.forget(symbol)
        self._bar_store.replace(symbol, bars, until=until)
        self._bar_store.coverage.record(symbol, (start, settled_until), rows=len(bars), at=self._now())
        return (oldest, start) if oldest < start else None

    def catch_up(self, symbols: Iterable[str]) -> int:
        """Fill the gaps and write down what could not be filled; returns and raises what `fill_gaps` does."""
        wanted = set(symbols)
        try:
            return self.fill_gaps(wanted)
        finally:
            self.note_gaps(wanted)

    def gaps(self) -> list[tuple[str, int, int]]:
        """Return (symbol, start, end) of every gap that is written down."""
        return self._bar_store.coverage.gaps()

    def note_gaps(self, symbols: Iterable[str]) -> None:
        """Keep for each symbol what history should have of the last two sessions and has not told: see `gaps`."""
        now = self._now()
        until = (now - self._settle_seconds) // MINUTE * MINUTE
        for symbol in symbols:
            missing = self.missing_minutes(symbol, self._recent_start(until), until)
            self._bar_store.coverage.note_gaps(symbol, _stretches(missing), at=now)

    def missing_minutes(self, symbol: str, start: int, end: int) -> list[int]:
        """Return the session minutes of [start, end) that are neither stored nor known to be empty."""
        until = min(end, self._last_minute_end())
        parts = self._bar_store.coverage.uncovered(symbol, start, until)
        return [minute for part in parts for minute in self._not_stored(symbol, part)]

    def _gaps(self, symbol: str, new_symbol_minutes: int) -> list[Range]:
        """Return one range, from the first minute missing to the last, for each part that was never asked for."""
        until = self._last_minute_end()
        newest = self._bar_store.newest_ts(symbol)
        if newest is None:
            return self._bar_store.coverage.uncovered(
                symbol, self._calendar.minutes_back(until, new_symbol_minutes), until
            )
        start = min(newest + MINUTE, self._recent_start(until))
        parts = self._bar_store.coverage.uncovered(symbol, start, until)
        missing = [self._not_stored(symbol, part) for part in parts]
        return [(minutes[0], minutes[-1] + MINUTE) for minutes in missing if minutes]

    def _not_stored(self, symbol: str, part: Range) -> list[int]:
        stored = {bar.ts for bar in self._bar_store.bars_between(symbol, *part)}
        return [
            minute
            for session in self._calendar.sessions_between(*part)
            for minute in range(max(part[0], session.open), min(part[1], session.close), MINUTE)
            if minute not in stored
        ]

    def _recent_start(self, until: int) -> int:
        """Return where the session before the current or last one opened."""
        start = until
        for _ in range(RECENT_SESSIONS):
            session = self._calendar.last_session(start)
            start = session.open if session else start
        return start

    def _pull_range(self, symbols: list[str], asked: Range) -> int:
        """Store first, note afterwards: a crash in between only asks again."""
        now = self._now()
        settled = (asked[0], min(asked[1], (now - self._settle_seconds) // MINUTE * MINUTE))
        counts: Counter[str] = Counter()
        changed = 0
        bars = self._checked(symbols, asked, settled_until=settled[1])
        while batch := list(islice(bars, _BARS_A_COMMIT)):
            changed += self._bar_store.insert(batch)
            counts.update(bar.symbol for bar in batch)
        for symbol in symbols:
            self._bar_store.coverage.record(symbol, settled, rows=counts[symbol], at=now)
        return changed

    def _checked(self, symbols: list[str], asked: Range, *, settled_until: int) -> Iterator[Bar]:
        wanted = set(symbols)
        malformed: Counter[str] = Counter()
        for symbol, message in self._fetch(symbols, *asked):
            try:
                bar = bar_from_alpaca(symbol, message, BarSource.HISTORY)
            except MarketDataError as error:
                malformed[symbol] += 1
                if malformed[symbol] == 1:
                    log.warning("%s", error)
                continue
            if bar.symbol in wanted and asked[0] <= bar.ts < asked[1]:
                # An updated bar, or the later answer, must be able to replace what is not settled.
                yield bar if bar.ts < settled_until else replace(bar, source=BarSource.STREAM)
        for symbol, count in malformed.items():
            log.warning("%s: %d bars of the history were malformed and left out", symbol, count)

    def _last_minute_end(self) -> int:
        return self._now() // MINUTE * MINUTE


def _stretches(minutes: Iterable[int]) -> list[Range]:
    """Return ascending minutes as the ranges they make up without a break."""
    found: list[Range] = []
    for minute in minutes:
        if found and found[-1][1] == minute:
            found[-1] = (found[-1][0], minute + MINUTE)
        else:
            found.append((minute, minute + MINUTE))
    return found
