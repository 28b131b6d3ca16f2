"""From a row of a file to a bar, or to the reason why there is none.

In: the values of a row, texts or numbers. Out: Bar, or RowRefused. Thread: any.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from database.bar import Bar, BarSource
from database.errors import MarketDataError
from database.files.bar_times import BarTimes
from database.files.column_names import TIME_OF_DAY
from database.files.recorded_file import NUMBER_LENGTH, SIGNIFICANT_DIGITS, SYMBOL
from database.files.refused_rows import Reason, RowRefused
from database.normaliser import make_bar

# What goes beyond comes from somebody's arithmetic, not from a market, and no replay would take it.
DECIMALS = 9
_MOST_TRADES = 1e15


class RowReader:
    """Make bars of rows. columns: of find_columns; symbol: named by the owner, needed when the file has none."""

    def __init__(self, columns: Mapping[str, int], width: int, *, times: BarTimes, symbol: str | None = None) -> None:
        self._columns = columns
        self._width = width
        self._times = times
        self._symbol = symbol
        self._time = columns["timestamp"]
        self._time_of_day = columns.get(TIME_OF_DAY)
        self._prices = tuple(columns[name] for name in ("open", "high", "low", "close", "volume"))

    def bar(self, row: Sequence[Any]) -> Bar:
        """Return the bar of a row; raises RowRefused."""
        if len(row) != self._width:
            raise RowRefused(Reason.FIELDS, f"has {len(row)} fields instead of {self._width}.")
        opening, high, low, close, volume = self._prices
        try:
            return make_bar(
                self._symbol_of(row),
                self._time_of(row),
                open=_number(row[opening], "open"),
                high=_number(row[high], "high"),
                low=_number(row[low], "low"),
                close=_number(row[close], "close"),
                volume=_number(row[volume], "volume"),
                # Alpaca writes 0 for "no average"; a price of 0 does not exist.
                vwap=self._optional(row, "vwap") or None,
                trade_count=self._count(row),
                source=BarSource.HISTORY,
            )
        except MarketDataError as error:
            raise RowRefused(Reason.BAR, str(error)) from error

    def _symbol_of(self, row: Sequence[Any]) -> str:
        if "symbol" not in self._columns:
            return self._symbol or ""
        symbol = str(row[self._columns["symbol"]]).strip().upper()
        if self._symbol not in (None, symbol):
            raise RowRefused(Reason.OTHER_SYMBOL, f"{symbol[:40]!r} is not {self._symbol}.")
        if not SYMBOL.fullmatch(symbol):
            raise RowRefused(Reason.SYMBOL, f"symbol {symbol[:40]!r} is no ticker such as SPY or BRK.B.")
        return symbol

    def _time_of(self, row: Sequence[Any]) -> int:
        value = row[self._time]
        if self._time_of_day is not None:
            value = f"{str(value).strip()} {str(row[self._time_of_day]).strip()}"
        return self._times.minute_start(value)

    def _optional(self, row: Sequence[Any], name: str) -> float | None:
        if name not in self._columns or row[self._columns[name]] in ("", None):
            return None
        number = _number(row[self._columns[name]], name)
        # Tables of numbers hold a NaN where nothing is known.
        return None if math.isnan(number) else number

    def _count(self, row: Sequence[Any]) -> int | None:
        count = self._optional(row, "trade_count")
        if count is None:
            return None
        if not (0 <= count < _MOST_TRADES and count.is_integer()):
            raise RowRefused(Reason.NUMBER, f"trade_count {count} is no whole number from 0.")
        return int(count)


def without_noise(number: float) -> float:
    """Return the number at nine decimals and fifteen significant digits, so that its shortest text is short."""
    return float(f"{round(number, DECIMALS):.{SIGNIFICANT_DIGITS}g}")


def _number(value: Any, name: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise RowRefused(Reason.NUMBER, f"{name} {str(value)[:40]!r} is no number.") from None
    text = value if isinstance(value, str) else repr(number)
    return number if len(text) <= NUMBER_LENGTH else without_noise(number)
