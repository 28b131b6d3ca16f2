"""The little line on a card: closes of the session, at most sixty of them.

In: stored bars. Out: closes, oldest first. Thread: engine.
"""

from dataclasses import dataclass, field

from database.bar import MINUTE
from database.bar_store import BarStore
from database.calendar_manager import Session

POINTS = 60


@dataclass(slots=True)
class _Line:
    session_open: int
    newest_ts: int
    closes: list[float]
    shown: tuple[float, ...] = field(default=())


class Sparklines:
    """Keep one line a symbol. The next minute's bar is added to it; whatever else is new is read from the store."""

    def __init__(self, bar_store: BarStore) -> None:
        self._bar_store = bar_store
        self._lines: dict[str, _Line] = {}

    def line(self, symbol: str, session: Session, newest: tuple[int, float]) -> tuple[float, ...]:
        """Return the session's closes up to the newest bar, given as start and close."""
        ts, close = newest
        line = self._lines.get(symbol)
        if line is None or line.session_open != session.open or ts not in (line.newest_ts, line.newest_ts + MINUTE):
            return self._read(symbol, session, until=ts)
        if ts > line.newest_ts:
            line.closes.append(close)
            line.newest_ts, line.shown = ts, _thinned(line.closes)
        return line.shown

    def forget_others(self, symbols: set[str]) -> None:
        """Drop the lines of symbols that no card shows any more."""
        self._lines = {symbol: line for symbol, line in self._lines.items() if symbol in symbols}

    def _read(self, symbol: str, session: Session, *, until: int) -> tuple[float, ...]:
        bars = self._bar_store.bars_between(symbol, session.open, min(until + MINUTE, session.close))
        closes = [bar.close for bar in bars]
        line = _Line(session.open, until, closes, _thinned(closes))
        self._lines[symbol] = line
        return line.shown


def _thinned(closes: list[float]) -> tuple[float, ...]:
    """Return at most sixty of the closes, evenly spaced, the first and the last among them."""
    if len(closes) <= POINTS:
        return tuple(closes)
    step = (len(closes) - 1) / (POINTS - 1)
    return tuple(closes[round(index * step)] for index in range(POINTS))
