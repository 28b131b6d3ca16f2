"""The rows of a CSV file, packed or not, one after the other and never all at once.

In: a path. Out: the header, then (line number, fields). Thread: one.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, TextIO, cast

from database.errors import ConfigError

GZIP_MAGIC = b"\x1f\x8b"
# A line of a bar has a hundred characters; a file without line ends must not fill the memory.
LONGEST_LINE = 10_000
_DELIMITERS = ",;\t|"


class CsvRows:
    """A context that reads one file. names: its header.

    Raises ConfigError for a file that cannot be read, from the place on where it cannot.
    """

    place = "line"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._line = 0
        with self._foreign_errors():
            self._file = path.open("rb")
            self._size = path.stat().st_size
        try:
            self._text = _text(self._file)
            header = self._next_line()
            delimiter = max(_DELIMITERS, key=header.count)
            self._rows = csv.reader(self._lines(header), delimiter=delimiter)
            self.names: list[str] = next(self, (0, []))[1]
        except BaseException:
            self._file.close()
            raise

    @property
    def share(self) -> float:
        """Return what part of the file has been read."""
        return self._file.tell() / self._size if self._size else 1.0

    def __enter__(self) -> "CsvRows":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __iter__(self) -> "CsvRows":
        return self

    def __next__(self) -> tuple[int, list[str]]:
        """Return the line number and the fields of the next line that is not empty."""
        with self._foreign_errors():
            row: list[str] = []
            while not row:
                row = next(self._rows)
            return self._line, row

    def _lines(self, line: str) -> Iterator[str]:
        while line:
            yield line
            line = self._next_line()

    def _next_line(self) -> str:
        with self._foreign_errors():
            line = self._text.readline(LONGEST_LINE + 1)
        self._line += 1
        if len(line) > LONGEST_LINE:
            raise ConfigError(f"{self._path}, line {self._line}: is too long for a file of bars.")
        return line

    @contextmanager
    def _foreign_errors(self) -> Iterator[None]:
        try:
            yield
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise ConfigError(f"{self._path}: is no complete gzip file; fetch it again.") from error
        except OSError as error:
            raise ConfigError(f"{self._path}: cannot be read ({str(error.strerror or error).lower()}).") from error
        except UnicodeDecodeError as error:
            raise ConfigError(
                f"{self._path}: is no text in UTF-8 after line {self._line}; give a CSV or parquet file of bars."
            ) from error
        except csv.Error as error:
            raise ConfigError(f"{self._path}, line {self._line}: is no line of a CSV file ({error}).") from error


def _text(file: BinaryIO) -> TextIO:
    """Return the file as text, unpacked if it is packed, whatever its name says."""
    is_packed = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    file.seek(0)
    binary = cast("BinaryIO", gzip.GzipFile(fileobj=file)) if is_packed else file
    return io.TextIOWrapper(binary, encoding="utf-8-sig", newline="")
