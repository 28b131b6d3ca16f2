"""Files as strangers write them: what can be meant is read, every other row is refused with its place."""

import gzip
import math
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.bar import Bar, BarSource
from database.errors import ConfigError
from database.files.bar_file import BarFile, FileHints
from database.files.refused_rows import Reason

OPEN = int(datetime(2024, 7, 3, 13, 30, tzinfo=UTC).timestamp())
HEADER = "symbol,timestamp,open,high,low,close,volume"
GOOD = "AAA,2024-07-03T13:30:00Z,10,10.5,9.5,10.25,100"
BAR = Bar("AAA", OPEN, 10.0, 10.5, 9.5, 10.25, 100.0)
NEW_YORK = FileHints(zone=ZoneInfo("America/New_York"))
NO_HINTS = FileHints()


def read(folder: Path, text: str, hints: FileHints = NO_HINTS, *, name: str = "a.csv") -> tuple[list[Bar], BarFile]:
    path = folder / name
    path.write_bytes(text.encode())
    file = BarFile(path, hints)
    return list(file.bars()), file


def refusal(folder: Path, text: str, hints: FileHints = NO_HINTS) -> str:
    with pytest.raises(ConfigError) as refused:
        read(folder, text, hints)
    return str(refused.value)


@pytest.mark.parametrize(
    ("text", "hints"),
    [
        (f"{HEADER}\n{GOOD}\n", NO_HINTS),
        (f"\ufeff{HEADER}\r\n\r\n{GOOD}\r\n", NO_HINTS),
        (f"{HEADER}\n{GOOD.replace('AAA', ' aaa ')}", NO_HINTS),
        (f"Ticker;Date;O;H;L;C;V\n{GOOD.replace(',', ';')}", NO_HINTS),
        (f"<TICKER>\t<DATETIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<VOL>\n{GOOD.replace(',', chr(9))}", NO_HINTS),
        ("t,o,h,l,c,v,S\n2024-07-03 09:30:00-04:00,10,10.5,9.5,10.25,1e2,AAA", NO_HINTS),
        ("Date,Time,Ticker,Open,High,Low,Close,Volume\n2024-07-03,09:30,AAA,10,10.5,9.5,10.25,100", NEW_YORK),
        ("Date,Time,Ticker,Open,High,Low,Close,Volume\n20240703,093000,AAA,10,10.5,9.5,10.25,100", NEW_YORK),
        (f"time,open,high,low,close,volume,note\n{OPEN},10,10.5,9.5,10.25,100,x", FileHints(symbol="AAA")),
        (f"{HEADER}\nAAA,{OPEN},10,10.5,9.5,10.25,100", NO_HINTS),
        (f"{HEADER}\nAAA,{OPEN}000,10,10.5,9.5,10.25,100", NO_HINTS),
        (f"{HEADER}\nAAA,{OPEN}000000000,10,10.5,9.5,10.25,100", NO_HINTS),
        (f'{HEADER}\n"AAA","2024-07-03T13:30:00.000000+00:00","10","10.5","9.5","10.25","100"', NO_HINTS),
        (f"{HEADER}\nAAA,2024-07-03T13:30:00Z,10,10.500000000000002,9.5,10.249999999999998,100", NO_HINTS),
    ],
)
def test_usual_spelling_of_a_bar_is_read(tmp_path: Path, text: str, hints: FileHints) -> None:
    bars, file = read(tmp_path, text, hints)
    assert bars == [BAR]
    assert bars[0].source is BarSource.HISTORY
    assert (file.rows, file.refused.total) == (1, 0)


def test_packed_file_is_known_by_its_content_whatever_its_name(tmp_path: Path) -> None:
    for name in ("a.csv.gz", "a.gz", "a.csv"):
        (tmp_path / name).write_bytes(gzip.compress(f"{HEADER}\n{GOOD}\n".encode()))
        assert list(BarFile(tmp_path / name, NO_HINTS).bars()) == [BAR]


def test_average_and_count_are_read_and_nothing_or_zero_is_none(tmp_path: Path) -> None:
    rows = [f"{GOOD},10.1,3", f"{GOOD},,".replace("30:00", "31:00"), f"{GOOD},0,0".replace("30:00", "32:00")]
    bars, _ = read(tmp_path, "\n".join([f"{HEADER},vw,n", *rows]))
    assert [(bar.vwap, bar.trade_count) for bar in bars] == [(10.1, 3), (None, None), (None, 0)]


@pytest.mark.parametrize(
    ("row", "reason", "words"),
    [
        ("AAA,2024-07-03T13:31:00Z,10,10.5,9.5,10.25", Reason.FIELDS, "has 6 fields instead of 7"),
        (",2024-07-03T13:31:00Z,10,10.5,9.5,10.25,1", Reason.SYMBOL, "no ticker such as SPY"),
        ("A$,2024-07-03T13:31:00Z,10,10.5,9.5,10.25,1", Reason.SYMBOL, "'A$'"),
        ("AAA,yesterday,10,10.5,9.5,10.25,1", Reason.TIME, "'yesterday' is no time"),
        ("AAA,20240703,10,10.5,9.5,10.25,1", Reason.TIME, "'20240703' is no time"),
        ("AAA,202407031330,10,10.5,9.5,10.25,1", Reason.TIME, "is no time"),
        ("AAA,07/03/2024 09:31,10,10.5,9.5,10.25,1", Reason.TIME, "is no time"),
        (f"AAA,{'9' * 5000},10,10.5,9.5,10.25,1", Reason.TIME, "is no time"),
        ("AAA,2024-07-03 09:31:00,10,10.5,9.5,10.25,1", Reason.ZONE, "--time-zone"),
        ("AAA,2024-07-03T13:31:30Z,10,10.5,9.5,10.25,1", Reason.MINUTE, "no whole minute"),
        ("AAA,2024-07-03T13:31:00.5Z,10,10.5,9.5,10.25,1", Reason.MINUTE, "no whole minute"),
        (f"AAA,{OPEN + 60}500,10,10.5,9.5,10.25,1", Reason.MINUTE, "no whole minute"),
        ("AAA,2024-07-03T13:31:00Z,ten,10.5,9.5,10.25,1", Reason.NUMBER, "open 'ten' is no number"),
        ("AAA,2024-07-03T13:31:00Z,10,10.5,9.5,10.25,", Reason.NUMBER, "volume '' is no number"),
        ("AAA,2024-07-03T13:31:00Z,10,9,9.5,10.25,1", Reason.BAR, "no possible bar"),
        ("AAA,2024-07-03T13:31:00Z,nan,10.5,9.5,10.25,1", Reason.BAR, "no possible bar"),
        ("AAA,2024-07-03T13:31:00Z,0.0000000000000001,10.5,0.0000000000000001,10.25,1", Reason.BAR, "no possible bar"),
        ("AAA,2024-07-03T13:31:00Z,10,10.5,9.5,10.25,-1", Reason.BAR, "no possible bar"),
        (GOOD, Reason.REPEATED, "told this minute before"),
    ],
)
def test_bad_row_is_refused_with_its_line_and_the_others_are_read(
    tmp_path: Path, row: str, reason: Reason, words: str
) -> None:
    bars, file = read(tmp_path, "\n".join([HEADER, GOOD, row, GOOD.replace("13:30", "13:32")]))
    assert [bar.ts for bar in bars] == [OPEN, OPEN + 120]
    assert file.refused.counts == {reason: 1}
    assert file.refused.examples[0].startswith("a.csv, line 3: ")
    assert words in file.refused.examples[0]


@pytest.mark.parametrize("nothing", ["nan", "NaN", " NaN "])
def test_average_and_count_that_are_no_number_are_nothing(tmp_path: Path, nothing: str) -> None:
    bars, file = read(tmp_path, f"{HEADER},vwap,trade_count\n{GOOD},{nothing},{nothing}")
    assert [(bar.vwap, bar.trade_count) for bar in bars] == [(None, None)]
    assert file.refused.total == 0


@pytest.mark.parametrize("count", ["x", "1.5", "inf", "-1", "1e300"])
def test_impossible_count_of_trades_is_refused(tmp_path: Path, count: str) -> None:
    bars, file = read(tmp_path, f"{HEADER},n\n{GOOD},{count}\n")
    assert bars == []
    assert file.refused.counts == {Reason.NUMBER: 1}


def test_times_without_zone_are_of_the_zone_named_over_its_clock_change(tmp_path: Path) -> None:
    rows = ["AAA,2024-03-08 09:30,10,10.5,9.5,10.25,1", "AAA,2024-03-11 09:30,10,10.5,9.5,10.25,1"]
    bars, _ = read(tmp_path, "\n".join([HEADER, *rows]), NEW_YORK)
    assert [datetime.fromtimestamp(bar.ts, UTC).hour for bar in bars] == [14, 13]


def test_rows_out_of_order_are_read_and_repetitions_among_them_found(tmp_path: Path) -> None:
    minutes = [30, 34, 32, 34, 33, 32, 35]
    rows = [GOOD.replace("13:30", f"13:{minute}") for minute in minutes]
    bars, file = read(tmp_path, "\n".join([HEADER, *rows]))
    assert [(bar.ts - OPEN) // 60 + 30 for bar in bars] == [30, 34, 32, 33, 35]
    assert file.unsorted == 2
    assert [example.partition(": ")[0] for example in file.refused.examples] == ["a.csv, line 5", "a.csv, line 7"]


def test_many_refusals_show_ten_and_count_all(tmp_path: Path) -> None:
    _, file = read(tmp_path, "\n".join([HEADER, *["AAA,x,1,1,1,1,1"] * 25, "AAA,2024-07-03T13:31,1,1,1,1,1"]))
    lines = file.refused.as_lines()
    assert lines[0] == "26 refused: 25 no readable time, 1 time without a zone"
    assert len(lines) == 12
    assert lines[-1] == "  ... and 16 more"


def test_ticker_named_for_a_file_that_has_tickers_refuses_the_others(tmp_path: Path) -> None:
    text = f"{HEADER}\n{GOOD}\n{GOOD.replace('AAA', 'BBB')}\n"
    bars, file = read(tmp_path, text, FileHints(symbol="AAA"))
    assert bars == [BAR]
    assert file.refused.counts == {Reason.OTHER_SYMBOL: 1}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "timestamp, open, high, low, close, volume is missing"),
        (f"{GOOD}\n", "the first line must name the columns"),
        ("symbol,timestamp,open,high,low,volume\n", "close is missing"),
        (f"{HEADER},Open\n", "column open is there twice"),
        ("timestamp,open,high,low,close,volume\n", "say with --symbol"),
        (f"{HEADER}\n{'x' * 20_000}\n", "line 2: is too long"),
        ("x" * 20_000, "line 1: is too long"),
    ],
)
def test_useless_file_is_refused_in_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    told = refusal(tmp_path, text)
    assert words in told
    assert told.startswith(str(tmp_path / "a.csv"))
    assert len(told.splitlines()) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (gzip.compress(f"{HEADER}\n{GOOD}\n".encode() * 2000, mtime=0)[:-20], "no complete gzip file"),
        (b"\x1f\x8bnonsense", "no complete gzip file"),
        (f"{HEADER}\n".encode() + b"\xff\xfe\n", "no text in UTF-8"),
        (b"PAR1 and nothing more", "no parquet file"),
        (b"\x00" * 100, "the first line must name the columns"),
    ],
)
def test_damaged_file_is_refused_in_one_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=words) as refused:
        list(BarFile(path, NO_HINTS).bars())
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize("name", ["missing.csv", "folder"])
def test_file_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConfigError, match="cannot be read"):
        BarFile(tmp_path / name, NO_HINTS)


SAMPLES = st.one_of(
    st.text(st.characters(exclude_characters="\n\r", codec="utf-8"), max_size=40),
    st.sampled_from(
        [
            "",
            "nan",
            "1e999",
            "-0",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "9999-12-31 23:59",
            "0001-01-01",
            "٣",
            "1_0",
        ]
    ),
    st.integers().map(str),
    st.floats().map(repr),
)


@given(st.lists(st.lists(SAMPLES, min_size=7, max_size=7), max_size=5), st.sampled_from([NO_HINTS, NEW_YORK]))
def test_whatever_stands_in_a_file_every_row_is_a_bar_or_refused(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], hints: FileHints
) -> None:
    folder = tmp_path_factory.mktemp("file")
    text = "\n".join([HEADER, *(",".join('"' + field.replace('"', '""') + '"' for field in row) for row in rows)])
    bars, file = read(folder, text, hints)
    assert len(bars) + file.refused.total == file.rows == len(rows)
    assert all(math.isfinite(bar.close) and bar.ts % 60 == 0 for bar in bars)
