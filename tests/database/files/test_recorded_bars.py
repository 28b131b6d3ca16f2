"""The quick reader of recorded files tells the same as the strict one, of good files and of bad ones."""

import gzip
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from database.bars.bar_columns import BarColumns
from database.calendar_manager import MarketCalendar
from database.files import recorded_bars
from database.files.recorded_bars import HEADER, LONG_HEADER, read_recorded
from database.files.recorded_file import RecordedFileError

CALENDAR = MarketCalendar()
OPEN = int(datetime(2024, 6, 11, 13, 30, tzinfo=UTC).timestamp())
numbers = st.sampled_from(
    ["10", "10.5", "9.75", "11", "0", "-1", "nan", "1e1", "10.123456789012345678", "x", "", "1_0"]
)
times = (
    st.integers(-90, 480)
    .map(lambda minute: OPEN + minute * 60)
    .map(lambda ts: datetime.fromtimestamp(ts, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
)
odd_times = st.sampled_from(
    ["2024-06-11T13:30:30Z", "2024-06-11 13:30:00Z", "2024-06-11T13:30:00+00:00", "", "2024-6-11T13:30:00Z"]
)
good = st.tuples(st.sampled_from(["ACME", "BETA"]), times, st.just("10,11,9.5,10.5,100"))
bad = st.tuples(
    st.sampled_from(["ACME", "acme", ""]), times | odd_times, st.lists(numbers, min_size=4, max_size=6).map(",".join)
)


def both(text: str, *, is_gzip: bool = False) -> tuple[object, object]:
    """Return what the reader tells and what the strict one alone tells."""
    with TemporaryDirectory() as name:
        path = Path(name) / ("bars.csv.gz" if is_gzip else "bars.csv")
        path.write_bytes(gzip.compress(text.encode()) if is_gzip else text.encode())
        return told(read_recorded, path), told(recorded_bars._read_strictly, path)


def told(read: object, path: Path) -> object:
    try:
        columns, sha256 = read([path], CALENDAR)  # type: ignore[operator]
    except RecordedFileError as error:
        return str(error)
    return {symbol: rows(each) for symbol, each in columns.items()}, sha256


def rows(columns: BarColumns) -> list[tuple[object, ...]]:
    return list(
        zip(columns.times, columns.opens, columns.highs, columns.lows, columns.closes, columns.volumes, strict=True)
    )


@given(st.lists(good, max_size=30, unique_by=lambda row: row[:2]), st.lists(bad, max_size=2), st.booleans())
@settings(max_examples=150, deadline=None)
def test_both_readers_tell_the_same(
    usual: list[tuple[str, str, str]], odd: list[tuple[str, str, str]], is_gzip: bool
) -> None:
    lines = [",".join(row) for row in [*sorted(usual), *odd]]
    quick, strict = both("\n".join([HEADER, *lines]) + "\n", is_gzip=is_gzip)
    assert quick == strict


@pytest.mark.parametrize("tail", ["10.1,7", ",", "0,7", "x,7", "10.1,-1", "10.1,1.5", "10.1"])
def test_exports_are_read_with_their_two_more_columns(tail: str) -> None:
    quick, strict = both(f"{LONG_HEADER}\nACME,2024-06-11T13:30:00Z,10,11,9,10,5,{tail}\n")
    assert quick == strict


def test_a_usual_file_never_needs_the_strict_reader(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "bars.csv"
    path.write_text(f"{LONG_HEADER}\nACME,2024-06-11T13:30:00Z,10,11,9,10,5,10.1,7\n")
    monkeypatch.delattr(recorded_bars, "_read_strictly")
    columns, _ = read_recorded([path], CALENDAR)
    assert rows(columns["ACME"]) == [(OPEN, 10.0, 11.0, 9.0, 10.0, 5.0)]


def test_the_earlier_of_two_files_may_come_second(tmp_path: Path) -> None:
    paths = []
    for name, time in (("b", "13:31"), ("a", "13:30")):
        paths.append(tmp_path / f"{name}.csv")
        paths[-1].write_text(f"{HEADER}\nACME,2024-06-11T{time}:00Z,10,11,9,10,5\n")
    columns, sha256 = read_recorded(paths, CALENDAR)
    assert list(columns["ACME"].times) == [OPEN, OPEN + 60]
    assert len(sha256) == 2
