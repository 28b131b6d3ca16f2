"""The price guard: no bar is believed that is more than 40 % away from the one before it, until history says the same.

In: bars of the stream, before they are stored. Out: those that may be stored, and the symbols that have to wait.
Thread: engine. A split explains such a step, and so does a company's worst day; a feed's slip of a decimal does too,
and one traded minute of it would be dear (S2-75).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from database.bar import Bar
from database.calendar_manager import MarketCalendar
from database.sqlite_store import SqliteStore

LARGEST_STEP = 0.40


@dataclass(frozen=True, slots=True)
class PriceJump:
    """A symbol's first bar that was not believed, and the close it was held against."""

    bar: Bar
    previous_close: float


class PriceGuard:
    """Hold bars back. last_close: of the symbol's newest believed bar; has_split: one on the day of that second."""

    def __init__(
        self, last_close: Callable[[str], float | None], *, has_split: Callable[[str, int], bool] = lambda *_: False
    ) -> None:
        self._last_close = last_close
        self._has_split = has_split
        self._jumps: dict[str, PriceJump] = {}

    @property
    def jumps(self) -> Mapping[str, PriceJump]:
        """Return the symbols that wait for history, with what they wait for."""
        return self._jumps

    def screen(self, bars: Iterable[Bar]) -> list[Bar]:
        """Return the bars that can be believed, each held against the one before it; the others are forgotten.

        While a symbol waits, a bar near its last believed close is still taken: a single slip stays a single one.
        """
        believed: list[Bar] = []
        closes: dict[str, float | None] = {}
        for bar in bars:
            previous = closes[bar.symbol] if bar.symbol in closes else self._last_close(bar.symbol)
            if previous is None or self._is_possible(bar, previous):
                believed.append(bar)
                closes[bar.symbol] = bar.close
            elif bar.symbol not in self._jumps:
                self._jumps[bar.symbol] = PriceJump(bar, previous)
        return believed

    def settle(self, symbol: str) -> None:
        """Let a symbol go on: history has spoken, whatever it said."""
        self._jumps.pop(symbol, None)

    def _is_possible(self, bar: Bar, previous: float) -> bool:
        return abs(bar.close / previous - 1.0) <= LARGEST_STEP or self._has_split(bar.symbol, bar.ts)


def has_split(store: SqliteStore, calendar: MarketCalendar, symbol: str, ts: int) -> bool:  # noqa: PLR0917 - partial
    """Say whether a split of the symbol is recorded for the session of that second."""
    session = calendar.session_at(ts)
    if session is None:
        return False
    with store.reader() as connection:
        row = connection.execute(
            "SELECT 1 FROM corporate_actions WHERE symbol=? AND ex_date=? AND kind LIKE '%split%'",
            (symbol, session.day.isoformat()),
        ).fetchone()
    return row is not None
