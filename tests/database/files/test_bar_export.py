"""What is written reads back equal, by the tolerant reader and by the strict one of a replay."""

import gzip
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from database.bar import MINUTE, Bar, BarSource
from database.errors import ConfigError
from database.files import parquet_rows
from database.files.bar_export import ENDINGS, export_bars
from database.files.bar_file import BarFile, FileHints
from database.files.recorded_file import read_recorded_file
from database.files.refused_rows import Reason
from database.files.row_reader import without_noise
from database.normaliser import make_bar
from tests.database.market import minutes_from_open
from tests.source_tree import ROOT

NO_HINTS = FileHints()
OPEN = int(datetime(2024, 7, 3, 13, 30, tzinfo=UTC).timestamp())
PRICES = st.floats(1e-6, 1e6).map(without_noise)
COUNTS = st.none() | st.integers(0, 10**9)


@st.composite
def days_of_bars(draw: st.DrawFn) -> list[Bar]:
    """Return bars of two symbols, each symbol's ascending, with numbers as files may hold them."""
    bars = []
    for symbol in ("AAA", "BRK.B"):
        for minute in sorted(draw(st.sets(st.integers(0, 400), max_size=8))):
            low, first, second, high = sorted(draw(st.lists(PRICES, min_size=4, max_size=4)))
            bars.append(
                make_bar(
                    symbol,
                    OPEN + minute * MINUTE,
                    open=second,
                    high=high,
                    low=low,
                    close=first,
                    volume=draw(st.floats(0, 1e11).map(without_noise)),
                    vwap=draw(st.none() | PRICES),
                    trade_count=draw(COUNTS),
                    source=BarSource.HISTORY,
                )
            )
    return bars


@given(days_of_bars(), st.sampled_from(ENDINGS))
def test_bars_written_and_read_are_the_same_bars(
    tmp_path_factory: pytest.TempPathFactory, bars: list[Bar], ending: str
) -> None:
    path = tmp_path_factory.mktemp("file") / f"bars{ending}"
    assert export_bars(path, bars) == len(bars)
    file = BarFile(path, NO_HINTS)
    assert list(file.bars()) == bars
    assert file.refused.total == file.unsorted == 0
    if bars and ending != ".parquet":
        strict = read_recorded_file(path)
        assert strict.problems == []
        assert strict.bars == bars


def test_file_has_the_columns_of_a_replay_and_numbers_as_people_write_them(tmp_path: Path) -> None:
    bar = Bar("SPY", OPEN, 450.0, 451.25, 449.999999999999, 450.1, 1200.0, None, 7)
    export_bars(tmp_path / "a.csv", [bar])
    assert (tmp_path / "a.csv").read_text() == (
        "symbol,timestamp,open,high,low,close,volume,vwap,trade_count\n"
        "SPY,2024-07-03T13:30:00Z,450,451.25,449.999999999999,450.1,1200,,7\n"
    )


def test_number_with_the_noise_of_arithmetic_is_written_without_it(tmp_path: Path) -> None:
    export_bars(tmp_path / "a.csv", [Bar("SPY", OPEN, 0.1 + 0.2, 1.0, 0.1, 0.5, 1.0)])
    assert ",0.3,1,0.1," in (tmp_path / "a.csv").read_text()


def test_equal_bars_make_equal_packed_files(tmp_path: Path) -> None:
    bars = minutes_from_open(50)
    for name in ("a.csv.gz", "b.csv.gz"):
        export_bars(tmp_path / name, bars)
    assert (tmp_path / "a.csv.gz").read_bytes() == (tmp_path / "b.csv.gz").read_bytes()
    assert gzip.decompress((tmp_path / "a.csv.gz").read_bytes()).count(b"\n") == 51


def test_export_that_breaks_off_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("old")

    def bars_until_the_store_fails():
        yield from minutes_from_open(3)
        raise ConfigError("the store fails")

    with pytest.raises(ConfigError, match="the store fails"):
        export_bars(tmp_path / "a.csv", bars_until_the_store_fails())
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.csv", "old")]


@pytest.mark.parametrize(
    ("name", "words"), [("a.txt", "must end with one of"), ("none/a.csv", "cannot be written"), (".csv/", "cannot be")]
)
def test_file_that_cannot_be_written_is_refused(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / ".csv").mkdir()
    with pytest.raises(ConfigError, match=words):
        export_bars(tmp_path / name, minutes_from_open(1))


def write_parquet(path: Path, times: pa.Array) -> Path:
    count = len(times)
    prices = {name: pa.array([10.0] * count, "float32") for name in ("Open", "High", "Low", "Close")}
    columns = {"Ticker": ["SPY"] * count, "Date": times, **prices, "Volume": pa.array([1] * count, "int32")}
    parquet.write_table(pa.table(columns), path)
    return path


@pytest.mark.parametrize(
    "times",
    [
        pa.array([OPEN, OPEN + 60], pa.timestamp("s", "America/New_York")),
        pa.array([OPEN * 10**9, (OPEN + 60) * 10**9], pa.timestamp("ns", "UTC")),
        pa.array([OPEN * 1000, (OPEN + 60) * 1000], "int64"),
        pa.array(["2024-07-03T13:30:00Z", "2024-07-03T13:31:00Z"]),
        pa.array(["2024-07-03T13:30:00Z", "2024-07-03T13:31:00Z"]).dictionary_encode(),
    ],
)
def test_parquet_of_others_is_read(tmp_path: Path, times: pa.Array) -> None:
    file = BarFile(write_parquet(tmp_path / "a.parquet", times), NO_HINTS)
    assert [bar.ts for bar in file.bars()] == [OPEN, OPEN + 60]
    assert file.refused.total == 0


def test_parquet_without_average_and_count_in_a_row_keeps_the_bar(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "a.parquet", pa.array([OPEN * 1000, (OPEN + 60) * 1000]))
    nothing = pa.array([10.0, float("nan")], "float64")
    table = parquet.read_table(path).append_column("vwap", nothing).append_column("trade_count", nothing)
    parquet.write_table(table, path)
    file = BarFile(path, NO_HINTS)
    assert [(bar.vwap, bar.trade_count) for bar in file.bars()] == [(10.0, 10), (None, None)]
    assert file.refused.total == 0


def test_parquet_times_without_zone_or_without_sense_are_refused_with_their_row(tmp_path: Path) -> None:
    times = pa.array([OPEN * 1000, None, 2**62], pa.timestamp("ms"))
    file = BarFile(write_parquet(tmp_path / "a.parquet", times), NO_HINTS)
    assert list(file.bars()) == []
    assert file.refused.counts == {Reason.ZONE: 1, Reason.TIME: 2}
    assert file.refused.examples[0].startswith("a.parquet, row 1: ")


def test_billionth_of_a_second_is_no_whole_minute(tmp_path: Path) -> None:
    times = pa.array([OPEN * 10**9 + 1], pa.timestamp("ns", "UTC"))
    file = BarFile(write_parquet(tmp_path / "a.parquet", times), NO_HINTS)
    assert list(file.bars()) == []
    assert file.refused.counts == {Reason.MINUTE: 1}


def test_without_the_library_one_sentence_names_the_pinned_one(tmp_path: Path) -> None:
    write_parquet(tmp_path / "a.parquet", pa.array([OPEN]))
    script = f"""
import sys
sys.modules["pyarrow"] = None
from pathlib import Path
from database.errors import ConfigError
from database.files.bar_export import export_bars
from database.files.bar_file import BarFile, FileHints
for act in (lambda: BarFile(Path({str(tmp_path / "a.parquet")!r}), FileHints()),
            lambda: export_bars(Path({str(tmp_path / "b.parquet")!r}), [])):
    try:
        act()
    except ConfigError as error:
        print(error)
"""
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    pinned = next(line for line in (ROOT / "requirements-dev.txt").read_text().splitlines() if "pyarrow" in line)
    assert pinned == parquet_rows.PYARROW
    assert (
        ran.stdout.splitlines()
        == [
            f"Parquet files need a package more: run '.venv/bin/pip install {pinned}'.",
        ]
        * 2
    )
    assert [path.name for path in tmp_path.iterdir()] == ["a.parquet"]
