"""Decisions of a backtest on disk, as the dashboard reads those of the system database."""

import json
import sqlite3
from pathlib import Path

import pytest

from database.errors import StorageError
from orchestra.backtest.jobs.decision_file import DecisionFile
from orchestra.backtest.walk.decision_row import DecisionRow
from tests.source_tree import ROOT

BUY = DecisionRow(1, 120, 120, "buy", "5", "rose", "APPROVED", client_order_id="AT-1", saw={"last": 1.5})
HOLD = DecisionRow(1, 180, 600, "hold", "0", "no swing", "HELD")


def rows(path: Path) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute("SELECT * FROM decisions ORDER BY minute").fetchall()
    finally:
        connection.close()


def columns(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    return connection.execute("SELECT name, type, pk FROM pragma_table_info('decisions')").fetchall()


def test_rows_are_kept_as_they_came_and_a_restart_forgets_them(tmp_path: Path) -> None:
    file = DecisionFile(tmp_path / "decisions.db")
    file.take([HOLD])
    file.restart()
    file.take([BUY])
    file.take([HOLD])
    file.close()
    assert [row[:3] for row in rows(tmp_path / "decisions.db")] == [(1, 120, 120), (1, 180, 600)]
    first = rows(tmp_path / "decisions.db")[0]
    assert first[3:6] == ("buy", "5", "rose")
    assert json.loads(str(first[6])) == {"last": 1.5}
    assert first[7:] == ("APPROVED", None, "AT-1", None)
    assert [path.name for path in tmp_path.iterdir()] == ["decisions.db"]


def test_the_table_has_the_columns_of_the_system_database(tmp_path: Path) -> None:
    file = DecisionFile(tmp_path / "decisions.db")
    file.restart()
    file.close()
    written, system = sqlite3.connect(tmp_path / "decisions.db"), sqlite3.connect(":memory:")
    schema = (ROOT / "system_databse" / "system_schema.sql").read_text(encoding="utf-8")
    system.executescript(schema)
    try:
        assert columns(written) == columns(system) != []
    finally:
        written.close()
        system.close()


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "folder.db").mkdir()
    for path in (tmp_path / "none" / "decisions.db", tmp_path / "folder.db"):
        with pytest.raises(StorageError, match="cannot be written"):
            DecisionFile(path).take([HOLD])


def test_a_disk_that_fills_up_is_told(tmp_path: Path) -> None:
    file = DecisionFile(tmp_path / "decisions.db")
    file.restart()
    assert file._connection is not None
    file._connection.execute("PRAGMA max_page_count=4")
    with pytest.raises(StorageError, match="free some space"):
        file.take([DecisionRow(1, minute, minute, "hold", "0", "x" * 500, "HELD") for minute in range(1_000)])
    file.close()
