"""Import into the store: every row accounted for, repeating it changes nothing, recorded days come whole."""

from pathlib import Path

import pytest

from database.bar_store import FOR_EVER
from database.bars.market_world import MarketWorld
from database.errors import ConfigError
from database.files.bar_export import export_bars
from database.files.bar_file import BarFile, FileHints
from database.files.bar_import import ImportReport, import_bars
from tests.database.market import minutes_from_open, open_world, recorded_bars, session_on

NO_HINTS = FileHints()
RECORDED = {
    "aapl_2014_split": (2303, 1133),
    "goog_2015_early_close": (659, 59),
    "nwsa_foxa_2013_rename": (1226, 56),
    "shy_2008_sparse_dst": (652, 6),
    "spy_2011": (22090, 10390),
    "spy_2020": (1173, 3),
    "spy_2023": (947, 557),
    "us_2013_october": (9080, 3231),
}


def take(world: MarketWorld, path: Path) -> ImportReport:
    return import_bars(BarFile(path, NO_HINTS), world.bar_store)


def test_every_row_is_accounted_for_and_repeating_changes_nothing(world: MarketWorld, tmp_path: Path) -> None:
    bars = minutes_from_open(3)
    export_bars(tmp_path / "a.csv", bars)
    with (tmp_path / "a.csv").open("a") as file:
        file.write(
            "SPY,2026-11-20T08:00:00Z,1,1,1,1,1,,\nSPY,never,1,1,1,1,1,,\nSPY,2026-11-20T14:30:00Z,1,1,1,1,1,,\n"
        )
    first, second = take(world, tmp_path / "a.csv"), take(world, tmp_path / "a.csv")
    assert (first.rows, first.stored, first.already_there, first.off_session, first.refused.total) == (6, 3, 0, 1, 2)
    assert (second.stored, second.already_there, second.off_session) == (0, 3, 1)
    assert world.bar_store.bars_between("SPY", 0, FOR_EVER) == bars
    assert {origin.rev for origin in world.bar_store.origins("SPY", 0, FOR_EVER)} == {0}
    assert first.as_lines()[0] == (
        "a.csv: 6 rows, 3 bars stored, 0 were there already, 1 outside regular hours left out"
        " (1 out of order, which does no harm)."
    )


def test_import_notes_nothing_as_asked_of_the_broker(world: MarketWorld, tmp_path: Path) -> None:
    export_bars(tmp_path / "a.csv", minutes_from_open(3))
    take(world, tmp_path / "a.csv")
    session = session_on()
    assert world.bar_store.coverage.uncovered("SPY", session.open, session.close) == [(session.open, session.close)]


def test_file_that_breaks_off_keeps_whole_commits_and_says_so(world: MarketWorld, tmp_path: Path) -> None:
    lines = ["symbol,timestamp,open,high,low,close,volume\n"]
    for day in range(2, 30):
        bars = [f"SPY,2026-01-{day:02}T{14 + m // 60}:{m % 60:02}:00Z,1,1,1,1,1\n" for m in range(30, 390)]
        lines += bars
    (tmp_path / "a.csv").write_bytes("".join(lines).encode() + b"\xff\n")
    with pytest.raises(ConfigError, match=r"no text in UTF-8 .* 3,560 bars that stand before were stored"):
        take(world, tmp_path / "a.csv")
    assert len(world.bar_store.bars_between("SPY", 0, FOR_EVER)) == 3_560


def test_progress_is_told_after_each_commit(world: MarketWorld, tmp_path: Path) -> None:
    export_bars(tmp_path / "a.csv", minutes_from_open(3))
    told: list[int] = []
    import_bars(BarFile(tmp_path / "a.csv", NO_HINTS), world.bar_store, tell=told.append)
    assert told == [3]


@pytest.mark.requirement("S2-36")
@pytest.mark.parametrize("name", RECORDED)
def test_recorded_days_come_whole_and_leave_again_as_they_came(name: str, recorded_days: Path, tmp_path: Path) -> None:
    path = recorded_days / "equity_1min" / f"{name}.csv.gz"
    world = open_world(tmp_path)
    report = take(world, path)
    rows, off_session = RECORDED[name]
    assert (report.rows, report.off_session, report.refused.total, report.unsorted) == (rows, off_session, 0, 0)
    assert report.stored == rows - off_session
    expected = [bar for bar in recorded_bars(path) if world.calendar.is_open(bar.ts)]
    symbols = sorted({bar.symbol for bar in expected})
    stored = [bar for symbol in symbols for bar in world.bar_store.bars_between(symbol, 0, FOR_EVER)]
    assert stored == expected
    export_bars(tmp_path / "out.csv.gz", stored)
    (tmp_path / "again").mkdir()
    again = open_world(tmp_path / "again")
    assert take(again, tmp_path / "out.csv.gz").stored == len(expected)
    assert [bar for symbol in symbols for bar in again.bar_store.bars_between(symbol, 0, FOR_EVER)] == expected
    world.bar_store.store.close()
    again.bar_store.store.close()
