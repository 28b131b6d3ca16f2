"""The world of a backtest: what its data functions answer, read from memory.

In: a history, the minute the walk has reached. Out: the contract of database/db_manager.py. Thread: one.
Nothing later than the minute is ever answered: whatever is read ends at its window's `stop`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from threading import Lock
from typing import Any

from database import db_manager
from database.bar import MINUTE, Bar
from database.bars.bar_columns import BarColumns
from database.calendar_manager import MarketCalendar, Session
from database.timeframes.timeframe import Alignment, Grid, Timeframe
from database.timestamps import iso_span
from database.weather.k_index import KIndex, k_index_at, windows_before
from orchestra.backtest.history.history import History
from orchestra.backtest.history.longer_window import LongerWindow
from orchestra.backtest.history.window import Window

ONE_MINUTE = Timeframe.ONE_MINUTE
# Symbols beside those played: a strategy that makes up names must not fill the memory with them.
MOST_OTHERS = 500
_START = attrgetter("ts")


class HistoryWorld:
    """Answer strategies. windows: one a symbol; order: the same ones, and those to come.

    minute: epoch seconds of the minute under way; text: the same, and the very text that strategies are given.
    others: the bars of symbols that are not in the history, by what was asked for. read_other: returns these, empty
    where there are none; called when a strategy first asks.
    """

    def __init__(
        self,
        history: History,
        calendar: MarketCalendar,
        *,
        alignment: Alignment = Alignment.CLOCK,
        read_other: Callable[[str], BarColumns] = BarColumns,
    ) -> None:
        self.calendar = calendar
        self._alignment = alignment
        self._longer: dict[tuple[str, Timeframe], LongerWindow] = {}
        self.windows = {symbol: Window(columns) for symbol, columns in history.columns.items()}
        self.order = list(self.windows.values())
        self.others: dict[str, BarColumns] = {}
        self._read_other = read_other
        # A strategy's own thread may ask too.
        self._lock = Lock()
        self.minute = 0
        self.text = ""
        self._opened: Session | None = None
        self._weather = history.weather

    def rewind(self, ts: int) -> None:
        """Go back to before the second; strategies may look at the bars before it."""
        self.minute = ts
        self._longer = {}
        for window in self.windows.values():
            window.rewind(ts)

    def open(self, session: Session, *, is_growing: bool = False) -> list[str]:
        """Take in a session and return the texts of its decision minutes, each to be reached by `reach`."""
        texts = iso_span(session.open, session.minutes + 1)
        with self._lock:
            self._opened = session
            for window in self.order:
                if is_growing:
                    window.open_empty()
                else:
                    window.open(session, texts[:-1])
        return texts[1:]

    def verify(self) -> None:
        """Raise StrategyError when a strategy has changed what all of them read."""
        for window in self.order:
            window.verify()
        for longer in self._longer.values():
            longer.verify()

    def session_for_decision(self, _minute: int) -> Session | None:
        """Return the session under way: every minute of the walk is decided in it."""
        return self._opened

    def prices(self) -> dict[str, float]:
        """Return the last visible close by symbol."""
        return {window.columns.symbol: window.closes[window.stop - 1] for window in self.order if window.stop}

    def last_bar(self, symbol: str) -> tuple[int, float] | None:
        """Return start and close of the symbol's newest visible bar."""
        window = self._window(symbol)
        if window is None or not window.stop:
            return None
        return window.columns.times[window.base + window.stop - 1], window.closes[window.stop - 1]

    def last(
        self, symbol: str, count: int, *, before: int | None = None, timeframe: Timeframe = ONE_MINUTE
    ) -> Sequence[Mapping[str, Any]]:
        """Return up to `count` visible bars, ascending; before: only those that are over by that second."""
        if timeframe is not ONE_MINUTE:
            longer = self.longer(symbol, timeframe)
            return [] if longer is None else longer.last(count, self.minute if before is None else before)
        window = self._window(symbol)
        if window is None:
            return []
        if before is None or before >= self.minute:
            return window.bars(count)
        end = window.columns.position(before - MINUTE + 1)
        return window.between(window.columns.times[max(0, end - count)], before - MINUTE + 1) if end else []

    def between(
        self, symbol: str, start: int, end: int | None = None, *, timeframe: Timeframe = ONE_MINUTE
    ) -> Sequence[Mapping[str, Any]]:
        """Return the visible bars with start <= ts < end."""
        window = self._window(symbol) if timeframe is ONE_MINUTE else self.longer(symbol, timeframe)
        return [] if window is None else window.between(start, self.minute if end is None else end)

    def longer(self, symbol: str, timeframe: Timeframe) -> LongerWindow | None:
        """Return the longer bars of a symbol as they are visible now, None of one without a history."""
        key = symbol, timeframe
        if key not in self._longer:
            window = self._window(symbol)
            if window is None:
                return None
            grid = Grid(timeframe, self._alignment)
            self._longer[key] = LongerWindow(window.columns, grid, self.calendar, since=self.minute)
        longer = self._longer[key]
        longer.reach(self.minute)
        return longer

    def latest_price(self, symbol: str) -> float | None:
        """Return the last visible close."""
        known = self.last_bar(symbol)
        return None if known is None else known[1]

    def space_weather(self, before: int | None = None) -> KIndex:
        """Return the K-index as it was known then, at the latest now."""
        at = self.minute if before is None else min(before, self.minute)
        first = bisect_left(self._weather, windows_before(at), key=_START)
        return k_index_at(self._weather[first : bisect_right(self._weather, at, key=_START)], at)

    def store_bars(self, _bars: Iterable[Bar]) -> int:
        """Store nothing: the past is what it was."""
        return 0

    def _window(self, symbol: str) -> Window | None:
        """Return the symbol's window; of one that is not played it is made when a strategy first asks."""
        window = self.windows.get(symbol)
        if window is not None or symbol in self.others or not isinstance(symbol, str):
            return window
        with self._lock:
            if symbol not in self.others and len(self.others) < MOST_OTHERS:
                self.others[symbol] = self._read_other(symbol)
                if self.others[symbol]:
                    self._add(Window(self.others[symbol]))
        return self.windows.get(symbol)

    def _add(self, window: Window) -> None:
        """Bring a window to where the others are."""
        window.rewind(self.minute)
        if self._opened is not None:
            window.open(self._opened, ())
        self.order.append(window)
        self.windows[window.columns.symbol] = window

    @property
    def functions(self) -> Mapping[str, Callable[..., Any]]:
        """Return the data functions by the names of the contract.

        What nearly every turn asks for, the bars or closes until now, is answered here; the rest is left to
        db_manager's own functions, which check what they are given and come back to `last` and `between`.
        """
        return {
            **db_manager.OWN_FUNCTIONS,
            "get_data_for_algorithm": _bars_reader(self),
            "get_closes": _closes_reader(self),
            "get_sma": _average_reader(self),
        }


def _bars_reader(world: HistoryWorld) -> Callable[..., Any]:
    windows, at_length = world.windows, db_manager.OWN_FUNCTIONS["get_data_for_algorithm"]

    def get_data_for_algorithm(  # noqa: PLR0917 - the contract's order
        ticker: str, requirement_type: str, n: Any = None, before_timestamp: Any = None, **others: Any
    ) -> Any:
        is_usual = requirement_type == "last_n_bars" and type(n) is int and n > 0 and not others
        if is_usual and ticker in windows and (before_timestamp is None or before_timestamp == world.text):
            window = windows[ticker]
            stop = window.stop
            return window.shaped[stop - n : stop] if window.shaped and n <= stop else window.bars(n)
        given = [value for value in (n, before_timestamp) if value is not None]
        return at_length(ticker, requirement_type, *given, **others)

    return get_data_for_algorithm


def _closes_reader(world: HistoryWorld) -> Callable[..., Any]:
    windows, at_length = world.windows, db_manager.OWN_FUNCTIONS["get_closes"]

    def get_closes(ticker: str, n: int, before_timestamp: Any = None, **others: Any) -> Any:
        is_usual = type(n) is int and n > 0 and ticker in windows and not others
        if is_usual and (before_timestamp is None or before_timestamp == world.text):
            return windows[ticker].last_closes(n)
        return at_length(ticker, n, before_timestamp, **others)

    return get_closes


def _average_reader(world: HistoryWorld) -> Callable[..., Any]:
    windows, at_length = world.windows, db_manager.OWN_FUNCTIONS["get_sma"]

    def get_sma(ticker: str, n: int, before_timestamp: Any = None, **others: Any) -> Any:
        if not others and (before_timestamp is None or before_timestamp == world.text):
            # Nearly every call finds both: asking first whether they are there would take as long as the answer.
            try:
                window = windows[ticker]
                return window.averages[n][window.stop]
            except (KeyError, TypeError):
                if ticker in windows and type(n) is int and n > 0:
                    return windows[ticker].average(n)
        return at_length(ticker, n, before_timestamp, **others)

    return get_sma
