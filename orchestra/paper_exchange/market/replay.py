"""The market of a replay: exactly the minute bars of some recorded files.

In: CSV or CSV.gz files. Out: bars by symbol and minute. Thread: any, nothing changes after reading.
"""

import hashlib
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path

from database.bar import MINUTE, Bar
from database.calendar_manager import MarketCalendar
from database.files.recorded_file import RecordedFile, RecordedFileError, read_recorded_file, told_twice
from orchestra.paper_exchange.market.corporate_action import CorporateAction


class ReplayMarket:
    """Recorded bars, regular and extended hours. Satisfies Market.

    sha256: digest of each file by its name as given.
    """

    def __init__(self, files: Sequence[RecordedFile], calendar: MarketCalendar) -> None:
        self.sha256 = {file.name: file.sha256 for file in files}
        self._by_symbol: dict[str, dict[int, Bar]] = defaultdict(dict)
        self._at: dict[int, list[Bar]] = defaultdict(list)
        for file in files:
            for bar in file.bars:
                self._by_symbol[bar.symbol][bar.ts] = bar
                self._at[bar.ts].append(bar)
        self._minutes = {symbol: sorted(bars) for symbol, bars in self._by_symbol.items()}
        self.symbols = tuple(sorted(self._by_symbol))
        self.days = _session_days(sorted(self._at), calendar)

    @classmethod
    def read(cls, paths: Sequence[Path], calendar: MarketCalendar) -> "ReplayMarket":
        """Return the market of these files after checking all of them.

        calendar: all exchange sessions; `days` are those for which a file holds a regular bar.
        Raises RecordedFileError naming up to ten faulty lines; nothing is used of any file then.
        """
        if not paths:
            raise RecordedFileError(["no file was named."])
        files = [read_recorded_file(path) for path in paths]
        problems = [problem for file in files for problem in file.problems] + told_twice(files)
        if problems:
            raise RecordedFileError(problems)
        market = cls(files, calendar)
        if not market.days:
            names = ", ".join(market.sha256)
            raise RecordedFileError([f"{names}: no bar lies within the regular hours of a session."])
        return market

    @property
    def fingerprint(self) -> str:
        """Return one digest of all files, whatever their names and order."""
        return hashlib.sha256("".join(sorted(self.sha256.values())).encode()).hexdigest()

    def knows(self, symbol: str) -> bool:
        """Tell whether a file holds the symbol."""
        return symbol in self._by_symbol

    def name_of(self, symbol: str) -> str:
        """Return the symbol: recorded files tell no names."""
        return symbol

    def is_halted(self, _symbol: str, _ts: int) -> bool:
        """Know of no halt: recorded bars do not tell why nothing traded."""
        return False

    def actions(self, _symbols: Collection[str], _start: date, _end: date) -> Sequence[CorporateAction]:
        """Know of none: a replay serves raw prices only."""
        return ()

    def bar(self, symbol: str, ts: int) -> Bar | None:
        """Return the bar that starts at ts, or None when nothing traded in that minute."""
        return self._by_symbol[symbol].get(ts) if symbol in self._by_symbol else None

    def bars(self, symbol: str, start: int, end: int) -> list[Bar]:
        """Return the bars with start <= ts < end, ascending."""
        minutes = self._minutes.get(symbol, [])
        chosen = minutes[bisect_left(minutes, start) : bisect_left(minutes, end)]
        return [self._by_symbol[symbol][ts] for ts in chosen]

    def bars_at(self, ts: int, among: Collection[str] | None = None) -> Sequence[Bar]:
        """Return the bars that start at ts, of these symbols or of all."""
        bars = self._at.get(ts, ())
        return bars if among is None else [bar for bar in bars if bar.symbol in among]

    def last_bar(self, symbol: str, before: int) -> Bar | None:
        """Return the newest bar whose minute is over at `before`."""
        minutes = self._minutes.get(symbol, [])
        index = bisect_right(minutes, before - MINUTE)
        return self._by_symbol[symbol][minutes[index - 1]] if index else None


def _session_days(minutes: list[int], calendar: MarketCalendar) -> frozenset[date]:
    if not minutes:
        return frozenset()
    sessions = calendar.sessions_between(minutes[0], minutes[-1] + MINUTE)
    return frozenset(
        session.day for session in sessions if bisect_left(minutes, session.open) < bisect_left(minutes, session.close)
    )
