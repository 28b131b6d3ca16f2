"""Transactions are whole or absent, readers never wait, a busy file is waited for."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from database.errors import StorageError
from database.sqlite_store import READER_COUNT, SqliteStore
from tests.source_tree import ROOT


class Stop(BaseException):
    """Stands for an interruption that is no Exception."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "test.db", synchronous="NORMAL")
    with store.transaction() as connection:
        connection.execute("CREATE TABLE numbers(value INTEGER UNIQUE)")
    yield store
    store.close()


def values(store: SqliteStore) -> list[int]:
    with store.reader() as connection:
        return [value for (value,) in connection.execute("SELECT value FROM numbers ORDER BY value")]


@pytest.mark.parametrize("error", [ValueError, Stop, KeyboardInterrupt])
def test_any_exception_rolls_the_whole_transaction_back(store: SqliteStore, error: type[BaseException]) -> None:
    def insert_and_fail() -> None:
        with store.transaction() as connection:
            connection.execute("INSERT INTO numbers VALUES(1)")
            raise error

    with pytest.raises(error):
        insert_and_fail()
    assert values(store) == []
    with store.transaction() as connection:
        connection.execute("INSERT INTO numbers VALUES(2)")
    assert values(store) == [2]


@pytest.mark.parametrize("point", ["begin", "write", "commit"])
def test_a_crash_point_is_before_or_after_the_commit_and_never_in_it(tmp_path: Path, point: str) -> None:
    def crash(reached: str) -> None:
        if reached == point:
            raise Stop

    path = tmp_path / "crash.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE numbers(value INTEGER)")
    store = SqliteStore(path, synchronous="FULL", crash_point=crash)
    with pytest.raises(Stop), store.transaction() as connection:
        connection.execute("INSERT INTO numbers VALUES(1)")
    assert values(store) == ([1] if point == "commit" else [])
    store.close()


def test_a_reader_sees_the_last_commit_while_a_transaction_is_open(store: SqliteStore) -> None:
    with store.transaction() as connection:
        connection.execute("INSERT INTO numbers VALUES(1)")
        assert values(store) == []
    assert values(store) == [1]


def test_a_reader_cannot_write(store: SqliteStore) -> None:
    with pytest.raises(StorageError, match="readonly"), store.reader() as connection:
        connection.execute("INSERT INTO numbers VALUES(1)")


def test_a_broken_constraint_is_the_callers_to_understand(store: SqliteStore) -> None:
    with pytest.raises(sqlite3.IntegrityError), store.transaction() as connection:
        connection.executemany("INSERT INTO numbers VALUES(?)", [(1,), (1,)])
    assert values(store) == []


@pytest.mark.requirement("S0-20")
def test_a_writer_waits_for_another_program_to_let_go(store: SqliteStore) -> None:
    other = sqlite3.connect(store.path, check_same_thread=False, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    started = threading.Event()

    def write() -> None:
        started.set()
        with store.transaction() as connection:
            connection.execute("INSERT INTO numbers VALUES(1)")

    thread = threading.Thread(target=write)
    thread.start()
    started.wait()
    other.execute("COMMIT")
    thread.join()
    other.close()
    assert values(store) == [1]


@pytest.mark.requirement("S0-19")
def test_readers_are_pooled_and_bounded(store: SqliteStore) -> None:
    with store.reader() as first:
        pass
    with store.reader() as again:
        assert again is first
    lent = [store.reader() for _ in range(READER_COUNT + 3)]
    connections = [reader.__enter__() for reader in lent]
    assert len({id(connection) for connection in connections}) == READER_COUNT + 3
    for reader in lent:
        reader.__exit__(None, None, None)
    closed = 0
    for connection in connections:
        try:
            connection.execute("SELECT 1")
        except sqlite3.ProgrammingError:
            closed += 1
    assert closed == 3


def test_durability_settings_are_read_back(store: SqliteStore) -> None:
    with store.transaction() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)


def test_opening_a_database_loads_neither_pandas_nor_numpy_and_leaves_both_to_be_had() -> None:
    script = """
import sys
import database.db_manager, system_databse.system_db_manager
print(sorted({"numpy", "pandas"} & sys.modules.keys()))
import pandas
print(pandas.Series([1]).sum())
"""
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert ran.stdout.split() == ["[]", "1"]
