"""A file of minute bars as somebody else wrote it: CSV, packed CSV or parquet, read as tolerantly as is safe.

In: a path and what the owner says of the file. Out: bars, and what was refused. Thread: one.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from database.bar import MINUTE, Bar
from database.errors import ConfigError
from database.files.bar_times import BarTimes
from database.files.column_names import find_columns
from database.files.csv_rows import CsvRows
from database.files.parquet_rows import PARQUET_MAGIC, ParquetRows
from database.files.refused_rows import Reason, RefusedRows, RowRefused
from database.files.row_reader import RowReader

_DAY = 24 * 3600


@dataclass(frozen=True, slots=True)
class FileHints:
    """What the owner says of files that do not say it. symbol: of files without such a column; zone: of plain times."""

    symbol: str | None = None
    zone: ZoneInfo | None = None


class Rows(AbstractContextManager["Rows"], Protocol):
    """The rows of one file. place: what its rows are counted in."""

    place: str
    names: list[str]

    @property
    def share(self) -> float:
        """Return what part of the file has been read, from 0 to 1."""

    def __iter__(self) -> Iterator[tuple[int, Sequence[Any]]]:
        """Yield (number, values) of each row after the header."""


class BarFile:
    """One file. rows: how many were read so far, share: which part of it that is; unsorted: rows out of order.

    Raises ConfigError when the file cannot be read or lacks a column.
    """

    def __init__(self, path: Path, hints: FileHints) -> None:
        self.path = path
        self.refused = RefusedRows()
        self.rows = 0
        self.share = 0.0
        self.unsorted = 0
        self._hints = hints
        with _open_rows(path) as rows:
            self._reader_of(rows)

    def bars(self) -> Iterator[Bar]:
        """Yield each bar once, in the order of the file, extended hours included."""
        newest: dict[str, int] = {}
        seen = _SeenMinutes()
        with _open_rows(self.path) as rows:
            reader = self._reader_of(rows)
            for number, row in rows:
                self.rows, self.share = self.rows + 1, rows.share
                try:
                    bar = reader.bar(row)
                    if bar.ts <= newest.get(bar.symbol, 0):
                        seen.require_new(bar)
                        self.unsorted += 1
                except RowRefused as refused:
                    self.refused.add(f"{self.path.name}, {rows.place} {number}", refused)
                    continue
                seen.add(bar)
                newest[bar.symbol] = max(bar.ts, newest.get(bar.symbol, 0))
                yield bar

    def _reader_of(self, rows: Rows) -> RowReader:
        columns = find_columns(rows.names, str(self.path))
        if "symbol" not in columns and self._hints.symbol is None:
            raise ConfigError(f"{self.path}: has no column of tickers; say with --symbol which one its bars are of.")
        return RowReader(columns, len(rows.names), times=BarTimes(self._hints.zone), symbol=self._hints.symbol)


class _SeenMinutes:
    """Which minutes a file has told: one bit each, so that years of many symbols stay small."""

    def __init__(self) -> None:
        self._days: dict[tuple[str, int], int] = {}

    def add(self, bar: Bar) -> None:
        day, second = divmod(bar.ts, _DAY)
        key = (bar.symbol, day)
        self._days[key] = self._days.get(key, 0) | 1 << second // MINUTE

    def require_new(self, bar: Bar) -> None:
        day, second = divmod(bar.ts, _DAY)
        if self._days.get((bar.symbol, day), 0) >> second // MINUTE & 1:
            raise RowRefused(Reason.REPEATED, f"{bar.symbol} has told this minute before; the first one counts.")


def _open_rows(path: Path) -> Rows:
    try:
        with path.open("rb") as file:
            is_parquet = file.read(len(PARQUET_MAGIC)) == PARQUET_MAGIC
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({str(error.strerror).lower()}).") from error
    return ParquetRows(path) if is_parquet else CsvRows(path)
