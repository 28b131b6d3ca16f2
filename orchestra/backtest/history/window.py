"""One symbol's newest bars, as strategies read them: lists to slice, an index up to which they may be seen.

In: columns, session by session. Out: bars as dicts, closes, moving averages. Thread: one.

The bars are plain dicts: a strategy reads fifty of them a minute, and reading one that refuses changes takes half as
long again. Whoever changes one is found out when the session is over, and the run is refused.
"""

from array import array
from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from database.bar import MINUTE
from database.bars.bar_columns import BarColumns
from database.bars.exact_average import rolling, rolling_of, running_totals
from database.calendar_manager import Session
from database.timestamps import iso_minutes, iso_span
from system_databse.errors import StrategyError

DEPTH = 1_000
# What is older is forgotten once so much has gathered.
LONGEST = 2_600

ShapedBar = dict[str, Any]
_Row = tuple[str, float, float, float, float, float]
_TIMESTAMP, _FIGURES, _OHLCV = itemgetter("timestamp"), itemgetter("ohlcv"), itemgetter(*"ohlcv")
_FIRST, _REST = itemgetter(0), itemgetter(1, 2, 3, 4, 5)


class Window:
    """Hold bars [base, base + len(closes)) of the columns; `stop` of them are visible now.

    stops: how many are visible at each decision minute of the session that is open. averages: by their count of bars,
    as they stand with 0, 1, 2, ... of the bars held visible.
    """

    __slots__ = ("_rows", "averages", "base", "closes", "columns", "shaped", "stop", "stops")

    def __init__(self, columns: BarColumns) -> None:
        self.columns = columns
        self.base = 0
        self.closes: list[float] = []
        self.shaped: list[ShapedBar] = []
        self.stop = 0
        self.stops: Sequence[int] = ()
        self._rows: list[_Row] = []
        self.averages: dict[int, list[float | None]] = {}

    @property
    def loaded(self) -> int:
        """Return the column index behind the last bar held."""
        return self.base + len(self.closes)

    def rewind(self, ts: int) -> None:
        """Begin before the second: hold the bars just before it, all visible."""
        end = self.columns.position(ts)
        self.base = max(0, end - DEPTH)
        self.closes = self.columns.closes[self.base : end].tolist()
        self.shaped, self._rows, self.averages = [], [], {}
        self.stop = len(self.closes)
        self.stops = ()

    def open(self, session: Session, texts: Sequence[str]) -> None:
        """Take in the bars of a session, none of them visible yet. texts: of the session's minutes."""
        self._forget_old()
        start, end = self.loaded, self.columns.position(session.close)
        is_full = end - start == session.minutes and self.columns.times[start] == session.open
        self.grow(end, texts if is_full else None)
        self.stops = _stops(self.columns.times[start:end], session, start - self.base)
        self.stop = start - self.base

    def open_empty(self) -> None:
        """Begin a session whose bars come one by one: all that has come is visible."""
        self._forget_old()
        self.stops = _AllThatCame(self)

    def grow(self, end: int, texts: Sequence[str] | None = None) -> None:
        """Take in the bars of the columns up to that index. texts: of their times, where they are known already."""
        start = self.loaded
        new = self.columns.closes[start:end].tolist()
        self.closes += new
        if self.shaped:
            self._shape(start, end, texts)
        if self.averages:
            self._average_more()

    def grow_to_end(self) -> None:
        """Take in all bars of the columns, which are over as soon as they are there, and make them visible."""
        self.grow(len(self.columns))
        self._forget_old()
        self.stop = len(self.closes)

    def bars(self, count: int) -> list[ShapedBar]:
        """Return the last visible bars, up to `count`; more than are held come from the columns."""
        stop = self.stop
        if count > stop and self.base:
            end = self.base + stop
            return self._from_columns(max(0, end - count), end)
        if not self.shaped:
            self._shape(self.base, self.loaded)
        return self.shaped[max(0, stop - count) : stop]

    def last_closes(self, count: int) -> list[float]:
        """Return the last visible closes, up to `count`."""
        stop = self.stop
        if count > stop and self.base:
            end = self.base + stop
            return self.columns.closes[max(0, end - count) : end].tolist()
        return self.closes[max(0, stop - count) : stop]

    def average(self, count: int) -> float | None:
        """Return the average of the last `count` visible closes, None when there are fewer."""
        known = self.averages.get(count)
        if known is None:
            known = self.averages[count] = self._averaged(count)
        return known[self.stop]

    def between(self, start: int, end: int) -> list[ShapedBar]:
        """Return the visible bars with start <= ts < end."""
        first, last = self.columns.position(start), self.columns.position(end)
        return self.at(first, min(last, self.base + self.stop))

    def at(self, first: int, end: int) -> list[ShapedBar]:
        """Return the bars with first <= index < end of the columns."""
        return self._from_columns(first, end)

    def verify(self) -> None:
        """Raise StrategyError when a bar that was given out is not what it was."""
        self._verify(len(self.shaped))

    def _verify(self, count: int) -> None:
        """Verify the oldest bars held."""
        told = self.shaped[:count]
        try:
            is_whole = _is_whole(told, self._rows[:count])
        except (AttributeError, KeyError, TypeError):
            is_whole = False
        if not is_whole:
            raise StrategyError(
                f"An algorithm has changed a bar of {self.columns.symbol} that all algorithms read; live that is "
                "refused. Let it work on a copy."
            )

    def _forget_old(self) -> None:
        if len(self.closes) <= LONGEST:
            return
        surplus = len(self.closes) - DEPTH
        self._verify(surplus)
        self.base += surplus
        del self.closes[:surplus], self.shaped[:surplus], self._rows[:surplus]
        for averages in self.averages.values():
            del averages[:surplus]

    def _shape(self, start: int, end: int, texts: Sequence[str] | None = None) -> None:
        rows = self._rows_of(start, end, texts)
        self._rows += rows
        self.shaped += _shaped(rows)

    def _from_columns(self, start: int, end: int) -> list[ShapedBar]:
        return _shaped(self._rows_of(start, max(start, end)))

    def _rows_of(self, start: int, end: int, texts: Sequence[str] | None = None) -> list[_Row]:
        columns = self.columns
        part = slice(start, end)
        times = texts or _texts(columns.times[part])
        prices = (columns.opens[part], columns.highs[part], columns.lows[part], columns.closes[part])
        return list(zip(times, *prices, columns.volumes[part], strict=True))

    def _average_more(self) -> None:
        """Add the averages of new bars; all counts share the sums, from as far back as the longest reaches."""
        done = min(map(len, self.averages.values())) - 1
        reach = min(self.base + done, max(self.averages) - 1)
        totals = running_totals(self.columns.closes[self.base + done - reach : self.loaded])
        for count, averages in self.averages.items():
            averages.extend(rolling_of(totals, count)[reach + len(averages) - 1 - done :])

    def _averaged(self, count: int) -> list[float | None]:
        """Return the averages from before the first bar held on; what they are made of may be older."""
        reach = min(self.base, count - 1)
        return [None, *rolling(self.columns.closes[self.base - reach : self.loaded], count)[reach:]]


class _AllThatCame(Sequence[int]):
    """The stops of a window that grows minute by minute."""

    def __init__(self, window: Window) -> None:
        self._window = window

    def __len__(self) -> int:
        return 1

    def __getitem__(self, _index: Any) -> Any:
        return len(self._window.closes)


def _is_whole(told: Sequence[ShapedBar], rows: Sequence[_Row]) -> bool:
    """Tell whether the bars say what the rows say, and nothing else; a year is a hundred thousand of them."""
    figures = list(map(_FIGURES, told))
    return (
        set(map(len, told)) <= {2}
        and set(map(len, figures)) <= {5}
        and list(map(_TIMESTAMP, told)) == list(map(_FIRST, rows))
        and list(map(_OHLCV, figures)) == list(map(_REST, rows))
    )


def _shaped(rows: Sequence[_Row]) -> list[ShapedBar]:
    return [
        {"timestamp": timestamp, "ohlcv": {"o": open_, "h": high, "l": low, "c": close, "v": volume}}
        for timestamp, open_, high, low, close, volume in rows
    ]


def _texts(times: "array[int]") -> list[str]:
    """Return the times as text; a session without a hole is spelled at once."""
    if times and times[-1] - times[0] == (len(times) - 1) * MINUTE:
        return iso_span(times[0], len(times))
    return iso_minutes(times)


def _stops(times: "array[int]", session: Session, before: int) -> Sequence[int]:
    """Return how many bars are visible at each decision minute: those whose minute is over by then."""
    if len(times) == session.minutes:
        return range(before + 1, before + 1 + session.minutes)
    stops, seen = [], 0
    for minute in range(session.open + MINUTE, session.close + MINUTE, MINUTE):
        while seen < len(times) and times[seen] + MINUTE <= minute:
            seen += 1
        stops.append(before + seen)
    return stops
