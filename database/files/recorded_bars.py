"""Recorded files as columns: a year of minutes in well under a second.

In: CSV or CSV.gz files. Out: the bars of regular sessions by symbol, the files' digests. Thread: any.

A line that is spelled as all of our own files spell them is taken apart here. Whatever is not, and every file with a
mistake, goes to the strict reader of recorded_file.py, which knows every spelling and names the faulty line.
"""

import gzip
import hashlib
import zlib
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from database.bar import MINUTE
from database.bars.bar_columns import BarColumns
from database.calendar_manager import MarketCalendar
from database.files.recorded_file import (
    NUMBER_LENGTH,
    REQUIRED,
    SYMBOL,
    RecordedFile,
    RecordedFileError,
    read_recorded_file,
    told_twice,
)

HEADER = ",".join(REQUIRED)
# As exports write it; what the two more columns tell is no part of a backtest.
LONG_HEADER = f"{HEADER},vwap,trade_count"
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_DAY_SECONDS = 86_400
_INFINITY = float("inf")
_Line = tuple[str, int, tuple[float, float, float, float, float]]


class _Unusual(Exception):
    """Say that a file is for the strict reader."""


def read_recorded(paths: Sequence[Path], calendar: MarketCalendar) -> tuple[dict[str, BarColumns], dict[str, str]]:
    """Return the bars of regular sessions by symbol, and each file's SHA-256 by its name.

    Raises RecordedFileError naming up to ten faulty lines; nothing is used of any file then.
    """
    try:
        return _read_usual(paths, calendar)
    except (_Unusual, OSError, EOFError, zlib.error, ValueError):
        return _read_strictly(paths, calendar)


def _read_usual(paths: Sequence[Path], calendar: MarketCalendar) -> tuple[dict[str, BarColumns], dict[str, str]]:
    columns: dict[str, BarColumns] = {}
    newest: dict[str, int] = {}
    sha256 = {}
    for path in paths:
        raw = path.read_bytes()
        sha256[str(path)] = hashlib.sha256(raw).hexdigest()
        opens = closes = 0
        for symbol, ts, ohlcv in _usual_lines(gzip.decompress(raw) if path.suffix == ".gz" else raw):
            if ts <= newest.get(symbol, 0):
                raise _Unusual
            newest[symbol] = ts
            if not opens <= ts < closes:
                session = calendar.session_at(ts)
                if session is None:
                    continue
                opens, closes = session.open, session.close
            own = columns.get(symbol)
            if own is None:
                own = columns[symbol] = BarColumns(symbol)
            own.add(ts, ohlcv)
    if not columns:
        raise _Unusual
    return columns, sha256


def _usual_lines(raw: bytes) -> Iterator[_Line]:
    lines = iter(raw.decode("ascii").split("\n"))
    header = next(lines)
    if header not in (HEADER, LONG_HEADER):
        raise _Unusual
    fields = header.count(",") - 1
    known, day, midnight = "", "", 0
    for line in lines:
        if not line:
            continue
        symbol, time, *numbers = line.split(",")
        if symbol != known and not SYMBOL.fullmatch(symbol):
            raise _Unusual
        known = symbol
        if time[:11] != day:
            day, midnight = time[:11], _midnight(time)
        if len(time) != 20 or time[13] != ":" or time[16:] != ":00Z" or len(numbers) != fields:
            raise _Unusual
        ts = midnight + _two_digits(time[11:13], 24) * 3600 + _two_digits(time[14:16], 60) * MINUTE
        if max(map(len, numbers)) > NUMBER_LENGTH:
            raise _Unusual
        open_, high, low, close, volume = map(float, numbers[:5])
        if fields > 5 and not _are_usual(numbers[5], numbers[6]):
            raise _Unusual
        if not (0.0 < low <= open_ <= high < _INFINITY and low <= close <= high and 0.0 <= volume < _INFINITY):
            raise _Unusual
        yield symbol, ts, (open_, high, low, close, volume)


def _midnight(time: str) -> int:
    year, month, day = time[:4], time[5:7], time[8:10]
    if time[10:11] != "T" or time[4] != "-" or time[7] != "-" or not (year + month + day).isdigit() or year > "2099":
        raise _Unusual
    return (date(int(year), int(month), int(day)).toordinal() - _EPOCH_DAY) * _DAY_SECONDS


def _two_digits(text: str, bound: int) -> int:
    if not (text.isdigit() and int(text) < bound):
        raise _Unusual
    return int(text)


def _are_usual(vwap: str, trade_count: str) -> bool:
    is_price = not vwap or 0.0 < float(vwap) < _INFINITY
    return is_price and (not trade_count or trade_count.isdigit())


def _read_strictly(paths: Sequence[Path], calendar: MarketCalendar) -> tuple[dict[str, BarColumns], dict[str, str]]:
    files = [read_recorded_file(path) for path in paths]
    problems = [problem for file in files for problem in file.problems] + told_twice(files)
    if problems or not files:
        raise RecordedFileError(problems or ["no file was named."])
    columns = _columns_of(files, calendar)
    if not columns:
        names = ", ".join(file.name for file in files)
        raise RecordedFileError([f"{names}: no bar lies within the regular hours of a session."])
    return columns, {file.name: file.sha256 for file in files}


def _columns_of(files: Sequence[RecordedFile], calendar: MarketCalendar) -> dict[str, BarColumns]:
    columns: dict[str, BarColumns] = {}
    for bar in sorted((bar for file in files for bar in file.bars), key=lambda bar: bar.ts):
        if calendar.is_open(bar.ts):
            columns.setdefault(bar.symbol, BarColumns(bar.symbol)).extend([bar])
    return columns
