"""Database files as they turn up: new, older, newer, foreign, damaged, with columns missing."""

import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from database.bars import market_schema
from database.errors import StorageError
from database.schema_check import inspect_database, open_database, schema_warnings
from database.sqlite_store import SqliteStore

SYSTEM = 0x41545359
older = Migrations("market")
newer = Migrations("market")


@older()
@newer()
def create_notes(db: Database) -> None:
    db.execute("CREATE TABLE notes(id INTEGER PRIMARY KEY, text TEXT NOT NULL)")


@newer()
def add_author(db: Database) -> None:
    db.execute("ALTER TABLE notes ADD COLUMN author TEXT")


def open_market(path: Path, migrations: Migrations = market_schema.migrations) -> SqliteStore:
    return open_database(path, migrations, market_schema.APPLICATION_ID, synchronous="NORMAL")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE photos(id INTEGER)")
        connection.commit()


def ours_of_another_kind(path: Path) -> None:
    open_database(path, older, SYSTEM, synchronous="NORMAL").close()


def no_database(path: Path) -> None:
    path.write_text("Dear diary\n" * 500)


def truncated(path: Path) -> None:
    open_market(path).close()
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def scribbled(path: Path) -> None:
    open_market(path).close()
    whole = bytearray(path.read_bytes())
    whole[4096 : 4096 * 4] = b"\x5a" * (4096 * 3)
    path.write_bytes(bytes(whole))


def from_the_future(path: Path) -> None:
    open_market(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version=999")


@pytest.mark.parametrize(
    ("make", "advice"),
    [
        (foreign, "another program"),
        (ours_of_another_kind, "AutoTrader's system database, not the market database"),
        (no_database, "no SQLite database"),
        (truncated, "damaged"),
        (scribbled, "damaged"),
        (from_the_future, "newer AutoTrader"),
    ],
)
def test_a_file_that_is_not_ours_to_open_is_refused_and_left_untouched(
    tmp_path: Path, make: Callable[[Path], None], advice: str
) -> None:
    path = tmp_path / "market.db"
    make(path)
    before = contents(tmp_path)
    with pytest.raises(StorageError, match=advice) as caught:
        open_market(path)
    message = str(caught.value)
    assert str(path) in message
    assert message.endswith(".")
    assert "\n" not in message
    assert contents(tmp_path) == before


def test_a_folder_that_is_not_there_is_named_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="check that its folder exists"):
        open_market(tmp_path / "nowhere" / "market.db")


def test_a_file_that_cannot_be_read_is_named_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "market.db"
    path.mkdir()
    with pytest.raises(StorageError, match="cannot be read"):
        open_market(path)


def test_a_new_file_gets_the_whole_schema_and_our_marks(tmp_path: Path) -> None:
    store = open_market(tmp_path / "market.db")
    with store.reader() as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (market_schema.APPLICATION_ID,)
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
        assert connection.execute("SELECT count(*) FROM ohlc_bars").fetchone() == (0,)
    assert schema_warnings(store, market_schema.migrations) == []
    store.close()


def test_an_unchanged_database_is_not_written_again(tmp_path: Path) -> None:
    open_market(tmp_path / "market.db").close()
    before = contents(tmp_path)
    open_market(tmp_path / "market.db").close()
    assert contents(tmp_path) == before


def test_an_older_database_is_brought_up_to_date_with_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "market.db"
    store = open_market(path, older)
    with store.transaction() as connection:
        connection.execute("INSERT INTO notes(text) VALUES('kept')")
    store.close()
    store = open_market(path, newer)
    with store.reader() as connection:
        assert connection.execute("SELECT text, author FROM notes").fetchall() == [("kept", None)]
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
    store.close()
    with pytest.raises(StorageError, match="newer AutoTrader"):
        open_market(path, older)


def test_a_start_that_was_killed_half_way_is_completed(tmp_path: Path) -> None:
    path = tmp_path / "market.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA application_id={market_schema.APPLICATION_ID}")
    store = open_market(path)
    assert schema_warnings(store, market_schema.migrations) == []
    store.close()


@pytest.mark.requirement("S0-08")
def test_missing_columns_and_tables_are_warned_about_and_the_rest_works(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "market.db"
    open_market(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE space_weather DROP COLUMN estimated_kp")
        connection.execute("DROP TABLE option_quotes")
        connection.commit()
    with caplog.at_level(logging.WARNING):
        store = open_market(path)
    warnings = [record.getMessage() for record in caplog.records]
    assert len(warnings) == 2
    assert "table option_quotes is missing" in warnings[0]
    assert "column space_weather.estimated_kp is missing" in warnings[1]
    with store.transaction() as connection:
        connection.execute("INSERT INTO space_weather(ts, kp) VALUES(1, 5.0)")
    store.close()


def test_reading_only_neither_creates_nor_migrates(tmp_path: Path) -> None:
    path = tmp_path / "market.db"
    with pytest.raises(StorageError, match="unable to open"):
        open_database(path, older, market_schema.APPLICATION_ID, synchronous="NORMAL", is_read_only=True)
    assert not path.exists()
    open_market(path, older).close()
    store = open_database(path, newer, market_schema.APPLICATION_ID, synchronous="NORMAL", is_read_only=True)
    assert len(schema_warnings(store, newer)) == 1
    with pytest.raises(StorageError, match="readonly"), store.transaction() as connection:
        connection.execute("DELETE FROM notes")
    store.close()


def test_looking_at_a_database_in_use_leaves_its_locks_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "market.db"
    with closing(open_market(path)):
        # Closing a file by other means than SQLite's takes the locks of every connection of this process away.
        monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("opened by other means"))
        inspect_database(path, market_schema.migrations, market_schema.APPLICATION_ID)
