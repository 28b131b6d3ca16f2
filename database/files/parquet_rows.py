"""The rows of a parquet file, batch by batch.

In: a path. Out: the column names, then (row number, values). Thread: one.
pyarrow is large and few owners have parquet files, so it is not installed along: who needs it is told how.
"""

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any

from database.errors import ConfigError

PARQUET_MAGIC = b"PAR1"
PYARROW = "pyarrow==26.0.1"
ROWS_A_BATCH = 5_000
_A_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def load_pyarrow(name: str = "pyarrow") -> Any:
    """Return the module of the library; raises ConfigError saying how to install it where it is missing."""
    try:
        return import_module(name)
    except ImportError as error:
        raise ConfigError(f"Parquet files need a package more: run '.venv/bin/pip install {PYARROW}'.") from error


class ParquetRows:
    """A context that reads one file. names: its columns; times come as datetimes, without zone where it has none.

    Raises ConfigError for a file that cannot be read, from the place on where it cannot.
    """

    place = "row"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._arrow = load_pyarrow()
        try:
            self._file = load_pyarrow("pyarrow.parquet").ParquetFile(path)
        except (OSError, self._arrow.ArrowException) as error:
            raise self._unreadable() from error
        self.names: list[str] = self._file.schema_arrow.names
        self._read = 0

    @property
    def share(self) -> float:
        """Return what part of the file has been read."""
        return float(self._read / max(1, self._file.metadata.num_rows))

    def __enter__(self) -> "ParquetRows":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[tuple[int, Sequence[Any]]]:
        try:
            for batch in self._file.iter_batches(batch_size=ROWS_A_BATCH):
                for row in zip(*(self._values(column) for column in batch.columns), strict=True):
                    self._read += 1
                    yield self._read, row
        except (OSError, self._arrow.ArrowException) as error:
            raise self._unreadable() from error

    def _values(self, column: Any) -> list[Any]:
        """Return plain values; times are made here, because pyarrow would load pandas for some of them."""
        if not self._arrow.types.is_timestamp(column.type):
            values: list[Any] = column.to_pylist()
            return values
        epoch = _EPOCH if column.type.tz is not None else _EPOCH.replace(tzinfo=None)
        a_second = _A_SECOND[column.type.unit]
        return [_moment(epoch, count, a_second) for count in column.cast("int64").to_pylist()]

    def _unreadable(self) -> ConfigError:
        return ConfigError(f"{self._path}: is no parquet file that can be read; fetch it again.")


def _moment(epoch: datetime, count: int | None, a_second: int) -> datetime | None:
    """Return the time, a fraction of a second never rounded away; None for what no calendar holds."""
    if count is None:
        return None
    seconds, rest = divmod(count, a_second)
    try:
        return epoch + timedelta(seconds=seconds, microseconds=math.ceil(rest * 1_000_000 / a_second))
    except OverflowError:
        return None
