"""A setting that SQLite ignored is found out before anything is entrusted to the file."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from database.errors import StorageError
from database.keeping import pragmas


def test_a_journal_that_is_no_log_is_refused_with_what_to_do() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        pragmas.apply(connection, "FULL")
        with pytest.raises(StorageError, match=r"journal memory.*on a local disk\.$"):
            pragmas.require(connection, "FULL", Path("system.db"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("synchronous", "NORMAL"),
        ("busy_timeout", 10),
        ("foreign_keys", "OFF"),
        ("wal_autocheckpoint", 0),
        ("journal_size_limit", -1),
        ("trusted_schema", "ON"),
    ],
)
def test_one_setting_that_did_not_take_is_named(tmp_path: Path, name: str, value: object) -> None:
    with closing(sqlite3.connect(tmp_path / "system.db", isolation_level=None)) as connection:
        pragmas.apply(connection, "FULL")
        pragmas.require(connection, "FULL", tmp_path / "system.db")
        connection.execute(f"PRAGMA {name}={value}")
        with pytest.raises(StorageError, match=name):
            pragmas.require(connection, "FULL", tmp_path / "system.db")
