"""The file of sessions: equal to what the library says, made anew when damaged, and worth its place at a start."""

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.sessions.exchange_table import SessionRow, exchange_table, rules_version
from database.sessions.kept_table import kept_table
from tests.source_tree import ROOT

ROWS: list[SessionRow] = [(date(2011, 1, 3), 1_294_065_000, 1_294_088_400), (date(2011, 1, 4), 1_294_151_400, 1)]


class Maker:
    """Count how often the table had to be made."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> Sequence[SessionRow]:
        self.calls += 1
        return ROWS


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    path = tmp_path / "sessions.csv"
    kept_table(path, Maker())
    return path


def test_table_is_made_once_and_read_back_equal(kept: Path) -> None:
    maker = Maker()
    assert kept_table(kept, maker) == ROWS
    assert maker.calls == 0
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]


def test_whole_table_of_the_exchange_is_read_back_equal(tmp_path: Path) -> None:
    made = kept_table(tmp_path / "a", lambda: exchange_table(1999))
    assert kept_table(tmp_path / "a", Maker()) == made
    assert (made[0][0], made[-1][0]) == (date(1990, 1, 2), date(1999, 12, 31))


@given(st.data())
def test_damaged_file_is_made_anew_whatever_the_damage(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("kept") / "sessions.csv"
    kept_table(path, Maker())
    whole = path.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    damage = data.draw(st.sampled_from(["cut", "byte", "more"]))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != whole[at]))
    path.write_bytes(
        {"cut": whole[:at], "byte": whole[:at] + bytes([other]) + whole[at + 1 :], "more": whole + b"x"}[damage]
    )
    maker = Maker()
    assert kept_table(path, maker) == ROWS
    assert maker.calls == 1
    assert path.read_bytes() == whole


def test_folder_that_cannot_be_written_costs_time_and_nothing_else(tmp_path: Path) -> None:
    maker = Maker()
    assert kept_table(tmp_path / "missing" / "sessions.csv", maker) == ROWS
    assert kept_table(tmp_path / "missing" / "sessions.csv", maker) == ROWS
    assert maker.calls == 2


def test_second_process_loads_neither_the_library_nor_pandas_and_knows_the_same_sessions(tmp_path: Path) -> None:
    script = """
import json, sys
from pathlib import Path
from database import calendar_manager
calendar_manager._FOLDER = Path(sys.argv[1])
calendar = calendar_manager.MarketCalendar()
sessions = [(session.open, session.close) for session in calendar.sessions_between(0, 1_800_000_000)]
print(json.dumps([sorted({"pandas", "exchange_calendars"} & sys.modules.keys()), sessions]))
"""
    first, second = (
        json.loads(
            subprocess.run(
                [sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, capture_output=True, check=True, timeout=60
            ).stdout
        )
        for _ in range(2)
    )
    assert first[0] == ["exchange_calendars", "pandas"]
    assert second[0] == []
    assert first[1] == second[1]
    assert len(first[1]) > 9_000
    assert [path.name for path in tmp_path.iterdir()] == [f".sessions-{rules_version()}-2029.csv"]
