"""What a thorough look finds, and what it leaves to others."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from database.errors import StorageError
from database.keeping.integrity import thorough_finding, unreadable_text


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "kept.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE parents(id INTEGER PRIMARY KEY, name TEXT)")
        connection.execute("CREATE TABLE children(parent INTEGER REFERENCES parents(id))")
        connection.execute("INSERT INTO parents VALUES(1, 'a')")
        connection.execute("INSERT INTO children VALUES(1)")
    return path


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


def test_a_sound_file_is_sound_and_nothing_is_made_beside_it(path: Path) -> None:
    assert thorough_finding(path) is None
    assert list(path.parent.iterdir()) == [path]


def test_a_reference_to_nobody_is_found(path: Path) -> None:
    change(path, "INSERT INTO children VALUES(7)")
    assert thorough_finding(path) == "a row of children refers to one of parents that is not there"


def test_a_text_that_is_none_is_found_unless_its_table_is_left_out(path: Path) -> None:
    change(path, "UPDATE parents SET name = CAST(x'ff41' AS TEXT)")
    assert thorough_finding(path) == "a text in parents is no text any more"
    assert unreadable_text(path, without=("parents",)) is None


def test_garbage_is_found_and_a_file_that_cannot_be_opened_is_no_finding(path: Path) -> None:
    path.write_bytes(b"garbage" * 1000)
    assert thorough_finding(path) is not None
    with pytest.raises(StorageError, match="cannot be checked"):
        thorough_finding(path.with_name("missing.db"))
