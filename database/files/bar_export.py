"""Bars to a file, by its name: CSV or packed CSV, which a replay and a backtest read too, or parquet, for an import.

In: bars in order. Out: one whole file, or none. Thread: one.
"""

import gzip
import io
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

from database.bar import Bar
from database.errors import ConfigError
from database.files.parquet_rows import ROWS_A_BATCH, load_pyarrow
from database.files.recorded_file import NUMBER_LENGTH, SIGNIFICANT_DIGITS
from database.files.row_reader import without_noise
from database.timestamps import iso_minute

COLUMNS = ("symbol", "timestamp", "open", "high", "low", "close", "volume", "vwap", "trade_count")
ENDINGS = (".csv", ".csv.gz", ".parquet")
_LARGEST_WHOLE = 10**SIGNIFICANT_DIGITS


def require_ending(path: Path) -> None:
    """Raise ConfigError for a name that does not say which kind of file is wanted, or a kind that cannot be had."""
    if not path.name.endswith(ENDINGS):
        raise ConfigError(f"{path}: the name must end with one of {', '.join(ENDINGS)}.")
    if path.suffix == ".parquet":
        load_pyarrow()


def export_bars(path: Path, bars: Iterable[Bar]) -> int:
    """Write the file and return how many bars it holds; a file of that name is replaced at the end.

    Raises ConfigError when it cannot be written.
    """
    require_ending(path)
    counted = _Counted(bars)
    try:
        with _whole_file(path) as file:
            if path.suffix == ".parquet":
                _write_parquet(file, counted)
            elif path.suffix == ".gz":
                # Without name and time of day in it, equal bars make equal files.
                with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
                    _write_csv(cast("BinaryIO", packed), counted)
            else:
                _write_csv(file, counted)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written ({str(error.strerror or error).lower()}).") from error
    return counted.count


class _Counted:
    def __init__(self, bars: Iterable[Bar]) -> None:
        self._bars = bars
        self.count = 0

    def __iter__(self) -> Iterator[Bar]:
        for bar in self._bars:
            self.count += 1
            yield bar


@contextmanager
def _whole_file(path: Path) -> Iterator[BinaryIO]:
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with fresh.open("wb") as file:
            yield file
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _write_csv(file: BinaryIO, bars: Iterable[Bar]) -> None:
    text = io.TextIOWrapper(file, encoding="ascii", newline="")
    text.write(",".join(COLUMNS) + "\n")
    text.writelines(_line(bar) for bar in bars)
    text.detach()


def _line(bar: Bar) -> str:
    numbers = (bar.open, bar.high, bar.low, bar.close, bar.volume, bar.vwap, bar.trade_count)
    return f"{bar.symbol},{iso_minute(bar.ts)},{','.join(_number(number) for number in numbers)}\n"


def _number(number: float | None) -> str:
    """Return the shortest text that reads back as the number."""
    if number is None:
        return ""
    if number == int(number) and number < _LARGEST_WHOLE:
        return str(int(number))
    text = repr(number)
    return text if len(text) <= NUMBER_LENGTH else repr(without_noise(number))


def _write_parquet(file: BinaryIO, bars: Iterable[Bar]) -> None:
    arrow, parquet = load_pyarrow(), load_pyarrow("pyarrow.parquet")
    kinds = (arrow.string(), arrow.timestamp("s", "UTC"), *[arrow.float64()] * 6, arrow.int64())
    schema = arrow.schema(list(zip(COLUMNS, kinds, strict=True)))
    source = iter(bars)
    with parquet.ParquetWriter(file, schema) as writer:
        while batch := list(islice(source, ROWS_A_BATCH)):
            rows = [(*_start(bar), bar.volume, bar.vwap, bar.trade_count) for bar in batch]
            columns = [arrow.array(column, kind) for column, kind in zip(zip(*rows, strict=True), kinds, strict=True)]
            writer.write_table(arrow.Table.from_arrays(columns, schema=schema))


def _start(bar: Bar) -> tuple[str, int, float, float, float, float]:
    return bar.symbol, bar.ts, bar.open, bar.high, bar.low, bar.close
