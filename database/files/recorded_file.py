"""Read one file of recorded minute bars, and say line by line what is wrong with it."""

import csv
import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from database.bar import Bar, BarSource
from database.errors import ConfigError, MarketDataError
from database.files.parquet_rows import PARQUET_MAGIC
from database.normaliser import make_bar

REQUIRED = ("symbol", "timestamp", "open", "high", "low", "close", "volume")
# A float keeps every decimal text of so many digits.
SIGNIFICANT_DIGITS = 15
OPTIONAL = {"vwap": "vwap", "vw": "vwap", "trade_count": "trade_count", "n": "trade_count"}
NUMBER_LENGTH = SIGNIFICANT_DIGITS + 1
SHOWN_PROBLEMS = 10
SYMBOL = re.compile(r"[A-Z][A-Z0-9./-]{0,20}")


class RecordedFileError(ConfigError):
    """Say which lines of which files keep a run from starting; nothing of them was used."""

    def __init__(self, problems: list[str]) -> None:
        count = len(problems)
        noun = "problem" if count == 1 else "problems"
        shown = "\n".join(f"  {problem}" for problem in problems[:SHOWN_PROBLEMS])
        more = f"\n  ... and {count - SHOWN_PROBLEMS} more" if count > SHOWN_PROBLEMS else ""
        super().__init__(f"Correct the recorded files and start again; {count} {noun} found:\n{shown}{more}")
        self.problems = tuple(problems)


@dataclass(slots=True)
class RecordedFile:
    """What one file holds. problems: plain sentences that begin with the file's name and line."""

    name: str
    sha256: str = ""
    bars: list[Bar] = field(default_factory=list)
    lines: dict[tuple[str, int], int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def read_recorded_file(path: Path) -> RecordedFile:
    """Return the bars of a `.csv` or `.csv.gz` file and every problem found; it never raises for the file's fault."""
    file = RecordedFile(str(path))
    try:
        raw = path.read_bytes()
        file.sha256 = hashlib.sha256(raw).hexdigest()
        if raw.startswith(PARQUET_MAGIC):
            file.problems.append(f"{path}: is a parquet file: import it first, then play what is stored, or its CSV.")
            return file
        text = _decompressed(path, raw).decode("utf-8-sig")
    except (OSError, EOFError, zlib.error) as error:
        file.problems.append(f"{path}: cannot be read ({_reason(error)}).")
    except UnicodeDecodeError:
        file.problems.append(f"{path}: is not UTF-8 text.")
    else:
        _read_rows(file, text)
    return file


def _decompressed(path: Path, raw: bytes) -> bytes:
    return gzip.decompress(raw) if path.suffix == ".gz" else raw


def _reason(error: Exception) -> str:
    if isinstance(error, gzip.BadGzipFile | EOFError | zlib.error):
        return "it is not a complete gzip file"
    return str(getattr(error, "strerror", None) or error).lower()


def _read_rows(file: RecordedFile, text: str) -> None:
    reader = csv.reader(io.StringIO(text, newline=""))
    header = next(_rows(file, reader), None)
    columns = _columns(file, header)
    if columns is None:
        return
    previous: dict[str, int] = {}
    for row in _rows(file, reader):
        try:
            _take(file, _bar(row, columns, len(header or ())), line=reader.line_num, previous=previous)
        except (MarketDataError, ValueError) as error:
            file.problems.append(f"{file.name}, line {reader.line_num}: {error}")
    if not file.bars and not file.problems:
        file.problems.append(f"{file.name}: holds no bar.")


def _rows(file: RecordedFile, reader: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        for row in reader:
            if row:
                yield row
    except csv.Error as error:
        file.problems.append(f"{file.name}: is no CSV file ({error}).")


def _columns(file: RecordedFile, header: list[str] | None) -> dict[str, int] | None:
    """Return the column of each field, or None when the header cannot be used."""
    if not header:
        file.problems.append(f"{file.name}: is empty.")
        return None
    names = [name.strip().lower() for name in header]
    missing = [name for name in REQUIRED if name not in names]
    unknown = [name for name in names if name not in REQUIRED and name not in OPTIONAL]
    twice = len(names) != len(set(names))
    if missing or unknown or twice:
        file.problems.append(f"{file.name}, line 1: the header must be {','.join(REQUIRED)}, not {','.join(names)}.")
        return None
    return {OPTIONAL.get(name, name): index for index, name in enumerate(names)}


def _bar(row: list[str], columns: dict[str, int], width: int) -> Bar:
    if len(row) != width:
        raise ValueError(f"has {len(row)} fields instead of {width}.")
    vwap = row[columns["vwap"]] if "vwap" in columns else ""
    count = row[columns["trade_count"]] if "trade_count" in columns else ""
    return make_bar(
        _symbol(row[columns["symbol"]]),
        _epoch_seconds(row[columns["timestamp"]]),
        open=_number(row[columns["open"]], "open"),
        high=_number(row[columns["high"]], "high"),
        low=_number(row[columns["low"]], "low"),
        close=_number(row[columns["close"]], "close"),
        volume=_number(row[columns["volume"]], "volume"),
        vwap=_number(vwap, "vwap") if vwap else None,
        trade_count=int(_number(count, "trade_count")) if count else None,
        source=BarSource.HISTORY,
    )


def _symbol(text: str) -> str:
    if SYMBOL.fullmatch(text):
        return text
    raise ValueError(f"symbol {text!r} is not a ticker in capital letters.")


def _number(text: str, name: str) -> float:
    try:
        if len(text) <= NUMBER_LENGTH:
            return float(text)
    except ValueError:
        pass
    raise ValueError(f"{name} {text!r} is not a number of at most {SIGNIFICANT_DIGITS} digits.")


def _epoch_seconds(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"timestamp {text!r} is not a time like 2011-01-03T14:30:00Z.") from None
    if moment.tzinfo is None:
        raise ValueError(f"timestamp {text!r} has no time zone; write it in UTC with Z.")
    if moment.microsecond:
        raise ValueError(f"timestamp {text!r} is not a whole minute.")
    return int(moment.timestamp())


def _take(file: RecordedFile, bar: Bar, *, line: int, previous: dict[str, int]) -> None:
    newest = previous.get(bar.symbol)
    if newest is not None and bar.ts <= newest:
        earlier = file.lines.get((bar.symbol, bar.ts))
        fault = f"repeats line {earlier}" if earlier else "is earlier than the line before it"
        raise ValueError(f"{bar.symbol} {fault}.")
    previous[bar.symbol] = bar.ts
    file.lines[(bar.symbol, bar.ts)] = line
    file.bars.append(bar)


def told_twice(files: Sequence[RecordedFile]) -> list[str]:
    """Return one problem for each bar that two files hold; inside one file the reader has seen to it."""
    owner: dict[tuple[str, int], RecordedFile] = {}
    problems = []
    for file in files:
        for key, line in file.lines.items():
            first = owner.setdefault(key, file)
            if first is not file:
                place = f"{first.name}, line {first.lines[key]}"
                problems.append(f"{file.name}, line {line}: {key[0]} repeats a minute of {place}.")
    return problems
