"""Transactions are whole or absent, readers never wait, a busy file is waited for."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from database.errors import StorageError, StorageUnavailable
from database.keeping import pragmas
from database.sqlite_store import READER_COUNT, CrashPoint, SqliteStore
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


@pytest.mark.requirement("S0-19", "S1-09")
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


@pytest.mark.parametrize("synchronous", ["FULL", "NORMAL"])
def test_every_setting_of_a_writer_has_taken(tmp_path: Path, synchronous: pragmas.Synchronous) -> None:
    store = SqliteStore(tmp_path / "kept.db", synchronous=synchronous)
    with store.transaction() as connection:
        found = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas.expected(synchronous)}
    assert found == pragmas.expected(synchronous)
    store.close()


def fail_with(message: str, *, times: int) -> CrashPoint:
    """Return a crash point that lets so many writes fail as SQLite does."""
    left = [times]

    def fail(reached: str) -> None:
        if reached == "write" and left[0]:
            left[0] -= 1
            raise sqlite3.OperationalError(message)

    return fail


def add(store: SqliteStore, value: int) -> None:
    with store.transaction() as connection:
        connection.execute("INSERT INTO numbers VALUES(?)", (value,))


def failing_store(path: Path, message: str, *, heals_itself: bool) -> SqliteStore:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE numbers(value INTEGER)")
    return SqliteStore(path, synchronous="FULL", crash_point=fail_with(message, times=1), heals_itself=heals_itself)


@pytest.mark.parametrize("message", ["database or disk is full", "disk I/O error"])
def test_a_failed_write_kills_the_connection_and_is_never_repeated(tmp_path: Path, message: str) -> None:
    store = failing_store(tmp_path / "kept.db", message, heals_itself=True)
    with pytest.raises(StorageUnavailable) as caught:
        add(store, 1)
    assert caught.value.is_full is ("full" in message)
    assert store.is_dead
    add(store, 2)
    assert not store.is_dead
    assert values(store) == [2]
    store.close()


def test_a_store_whose_memory_must_be_read_anew_writes_nothing_before_it_is_revived(tmp_path: Path) -> None:
    store = failing_store(tmp_path / "kept.db", "disk I/O error", heals_itself=False)
    with pytest.raises(StorageUnavailable, match="check the disk"):
        add(store, 1)
    with pytest.raises(StorageUnavailable, match="not been opened again"):
        add(store, 2)
    store.revive()
    add(store, 3)
    assert values(store) == [3]
    store.close()


def test_a_file_that_was_damaged_meanwhile_is_not_revived(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    store = failing_store(path, "disk I/O error", heals_itself=True)
    with pytest.raises(StorageUnavailable):
        add(store, 1)
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * 4096)
    with pytest.raises(StorageError, match=r"kept\.db"):
        add(store, 2)
    store.close()


def test_a_disk_that_is_really_full_stores_nothing_and_takes_writes_again_with_room(store: SqliteStore) -> None:
    with store.transaction() as connection:
        connection.execute("CREATE TABLE texts(text TEXT)")
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages + 1}")

    def fill() -> None:
        with store.transaction() as connection:
            connection.executemany("INSERT INTO texts VALUES(?)", [("x" * 4000,)] * 20)

    with pytest.raises(StorageUnavailable, match="free some space") as caught:
        fill()
    assert caught.value.is_full
    fill()
    with store.reader() as connection:
        assert connection.execute("SELECT count(*) FROM texts").fetchone() == (20,)


def test_a_file_that_stays_locked_is_given_up_after_the_waiting_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pragmas, "BUSY_TIMEOUT_MS", 50)
    monkeypatch.setattr("database.sqlite_store.BUSY_TIMEOUT_MS", 50)
    store = SqliteStore(tmp_path / "kept.db", synchronous="FULL")
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StorageUnavailable, match="locked"), store.transaction() as connection:
            connection.execute("CREATE TABLE never(value)")
        assert not store.is_dead
        other.execute("ROLLBACK")
    with store.reader() as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    store.close()


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
