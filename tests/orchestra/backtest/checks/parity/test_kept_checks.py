"""The checks of past evenings."""

import json
from datetime import date
from pathlib import Path

import pytest

from database.errors import StorageError
from orchestra.backtest.checks.parity.kept_checks import file_of, forget_old, write_check

DAY = date(2026, 11, 20)


def test_a_check_is_written_as_a_whole_and_replaced(tmp_path: Path) -> None:
    path = file_of(tmp_path, DAY)
    for number in (1, 2):
        write_check(path, {"number": number})
    assert path == tmp_path / "parity" / "2026-11-20.json"
    assert json.loads(path.read_text(encoding="utf-8")) == {"number": 2}
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "parity").write_text("in the way", encoding="utf-8")
    with pytest.raises(StorageError, match=r"2026-11-20\.json could not be written"):
        write_check(file_of(tmp_path, DAY), {})


def test_checks_of_more_than_a_year_ago_are_removed(tmp_path: Path) -> None:
    folder = tmp_path / "parity"
    folder.mkdir()
    for name in ("2025-10-15.json", "2025-10-16.json", "2026-11-19.json", "notes.json", "2020-01-01.txt"):
        (folder / name).touch()
    forget_old(tmp_path, DAY)
    left = {path.name for path in folder.iterdir()}
    assert left == {"2025-10-16.json", "2026-11-19.json", "notes.json", "2020-01-01.txt"}
    forget_old(tmp_path / "nowhere", DAY)
