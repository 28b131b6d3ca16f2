import gzip
import hashlib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.bar import MINUTE
from database.calendar_manager import MarketCalendar
from database.errors import ConfigError
from database.files.recorded_file import RecordedFileError
from orchestra.paper_exchange.market.market import exact, traded
from orchestra.paper_exchange.market.replay import ReplayMarket
from tests.orchestra.paper_exchange.made_market import CLOSE, HEADER, NEXT_OPEN, OPEN, line, utc, write

CALENDAR = MarketCalendar()
GOOD = line(OPEN)


def read(*paths: Path) -> ReplayMarket:
    return ReplayMarket.read(paths, CALENDAR)


def test_good_file_gives_bars_days_and_digest(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [line(OPEN - MINUTE), line(OPEN), line(OPEN, symbol="BBB"), line(NEXT_OPEN)])
    market = read(path)
    assert market.symbols == ("AAA", "BBB")
    assert market.days == {date(2024, 7, 3), date(2024, 7, 5)}
    assert market.sha256 == {str(path): hashlib.sha256(path.read_bytes()).hexdigest()}
    assert [bar.ts for bar in market.bars("AAA", OPEN - MINUTE, NEXT_OPEN)] == [OPEN - MINUTE, OPEN]
    assert traded(market, OPEN + MINUTE) == {"AAA", "BBB"}
    assert traded(market, OPEN + 2 * MINUTE) == set()


def test_last_bar_before_a_second_is_one_whose_minute_is_over(tmp_path: Path) -> None:
    market = read(write(tmp_path / "a.csv", [line(OPEN), line(OPEN + 2 * MINUTE)]))
    assert market.last_bar("AAA", OPEN + MINUTE - 1) is None
    assert market.last_bar("AAA", OPEN + MINUTE) == market.bar("AAA", OPEN)
    assert market.last_bar("AAA", OPEN + 3 * MINUTE - 1) == market.bar("AAA", OPEN)
    assert market.last_bar("ZZZ", CLOSE) is None


def test_day_with_only_extended_hours_is_no_session_of_the_replay(tmp_path: Path) -> None:
    market = read(write(tmp_path / "a.csv", [line(OPEN), line(NEXT_OPEN - MINUTE)]))
    assert market.days == {date(2024, 7, 3)}


def test_gzip_extra_columns_and_another_order_of_columns_are_read(tmp_path: Path) -> None:
    header = "timestamp,symbol,close,open,low,high,volume,vw,n"
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(f"{header}\n{utc(OPEN)},AAA,10.1,10,9.5,10.5,7,10.05,3\n".encode()))
    bar = read(path).bar("AAA", OPEN)
    assert bar is not None
    assert (bar.open, bar.high, bar.low, bar.close, bar.volume) == (10.0, 10.5, 9.5, 10.1, 7.0)
    assert (bar.vwap, bar.trade_count) == (10.05, 3)


BAD_LINES = {
    "bad number": (f"AAA,{utc(OPEN)},ten,10,9,10,1", "open 'ten' is not a number"),
    "too many digits": (f"AAA,{utc(OPEN)},10.000000000000001,11,9,10,1", "is not a number of at most 15 digits"),
    "not a price": (f"AAA,{utc(OPEN)},nan,11,9,10,1", "no possible bar"),
    "impossible bar": (f"AAA,{utc(OPEN)},10,9,9,10,1", "no possible bar"),
    "negative volume": (f"AAA,{utc(OPEN)},10,11,9,10,-1", "no possible bar"),
    "no time": ("AAA,yesterday,10,11,9,10,1", "timestamp 'yesterday' is not a time"),
    "no zone": ("AAA,2024-07-03T13:30:00,10,11,9,10,1", "has no time zone"),
    "half a minute": ("AAA,2024-07-03T13:30:30Z,10,11,9,10,1", "no whole minute"),
    "no symbol": (f",{utc(OPEN)},10,11,9,10,1", "symbol '' is not a ticker"),
    "a field short": (f"AAA,{utc(OPEN)},10,11,9,10", "has 6 fields instead of 7"),
}


@pytest.mark.parametrize(("bad", "reason"), BAD_LINES.values(), ids=BAD_LINES)
def test_bad_line_is_named_by_file_and_number(tmp_path: Path, bad: str, reason: str) -> None:
    path = write(tmp_path / "a.csv", [line(OPEN - MINUTE), bad, line(OPEN + MINUTE)])
    with pytest.raises(RecordedFileError) as refused:
        read(path)
    assert len(refused.value.problems) == 1
    assert refused.value.problems[0].startswith(f"{path}, line 3: ")
    assert reason in refused.value.problems[0]
    assert isinstance(refused.value, ConfigError)


def test_repeated_and_unsorted_lines_are_told_apart(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [line(OPEN + MINUTE), line(OPEN + MINUTE), line(OPEN)])
    with pytest.raises(RecordedFileError) as refused:
        read(path)
    assert refused.value.problems == (
        f"{path}, line 3: AAA repeats line 2.",
        f"{path}, line 4: AAA is earlier than the line before it.",
    )


def test_same_minute_in_two_files_is_refused_with_both_places(tmp_path: Path) -> None:
    first, second = write(tmp_path / "a.csv", [GOOD]), write(tmp_path / "b.csv", [line(OPEN - MINUTE), GOOD])
    with pytest.raises(RecordedFileError, match=f"{second}, line 3: AAA repeats a minute of {first}, line 2"):
        read(first, second)


def test_many_problems_show_ten_and_the_total(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [f"AAA,{utc(OPEN)},x,x,x,x,x"] * 25)
    with pytest.raises(RecordedFileError) as refused:
        read(path)
    told = str(refused.value).splitlines()
    assert told[0] == "Correct the recorded files and start again; 25 problems found:"
    assert len(told) == 12
    assert told[-1].strip() == "... and 15 more"


WHOLE_FILES = {
    "missing": (None, "cannot be read (no such file or directory)"),
    "empty": (b"", "is empty"),
    "only a header": (f"{HEADER}\n".encode(), "holds no bar"),
    "bad header": (b"date,price\n", "line 1: the header must be symbol,timestamp"),
    "column twice": (f"{HEADER},volume\n{GOOD},1\n".encode(), "line 1: the header must be symbol,timestamp"),
    "not text": (b"\xff\xfe\x00", "is not UTF-8 text"),
    "parquet": (b"PAR1\x15\x04\x15", "is a parquet file: import it first"),
}


@pytest.mark.parametrize(("content", "reason"), WHOLE_FILES.values(), ids=WHOLE_FILES)
def test_useless_file_is_refused(tmp_path: Path, content: bytes | None, reason: str) -> None:
    path = tmp_path / "a.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RecordedFileError) as refused:
        read(path)
    assert reason in str(refused.value)
    assert str(path) in str(refused.value)


@pytest.mark.parametrize("content", [b"no gzip", gzip.compress(f"{HEADER}\n{GOOD}\n".encode(), mtime=0)[:-12]])
def test_damaged_gzip_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(content)
    with pytest.raises(RecordedFileError, match="it is not a complete gzip file"):
        read(path)


def test_files_without_a_regular_bar_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordedFileError, match="no bar lies within the regular hours"):
        read(write(tmp_path / "a.csv", [line(OPEN - MINUTE)]))


def test_no_file_at_all_is_refused() -> None:
    with pytest.raises(RecordedFileError, match="no file was named"):
        read()


def test_fingerprint_depends_on_content_only(tmp_path: Path) -> None:
    one, two = write(tmp_path / "a.csv", [GOOD]), write(tmp_path / "b.csv", [line(OPEN, symbol="BBB")])
    other = write(tmp_path / "c.csv", [line(OPEN, volume="101")])
    assert read(one, two).fingerprint == read(two, one).fingerprint
    assert read(one).fingerprint != read(other).fingerprint


@given(st.decimals(min_value="0.0001", max_value="99999999", places=4))
def test_price_text_survives_its_way_through_a_float(price: Decimal) -> None:
    assert exact(float(str(price))) == price


def test_recorded_days_are_read_whole(recorded_days: Path) -> None:
    market = read(recorded_days / "equity_1min" / "spy_2011.csv.gz")
    assert sum(len(market.bars(symbol, 0, 1 << 40)) for symbol in market.symbols) == 22_090
    assert len(market.days) == 30
