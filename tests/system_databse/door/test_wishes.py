"""What another process wishes: kept in order, dropped after a day, and noticed by whoever watches the door."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from database.bars.schema_library import Migrations
from database.errors import StorageError
from database.schema_check import open_database
from database.timestamps import iso_milliseconds
from system_databse.door import door_schema, wish_rows
from system_databse.door.door_store import DoorStore
from system_databse.door.door_watch import DoorWatch
from system_databse.door.wish_rows import Wish

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


def add(door: DoorStore, wish_id: str, act: str = "limit", *, hours_ago: int = 0) -> None:
    with door.transaction() as connection:
        at = iso_milliseconds(NOW - timedelta(hours=hours_ago))
        wish_rows.add(connection, Wish(wish_id, at, "me", act))


def test_wishes_come_in_their_order_and_are_forgotten_by_act_or_after_a_day(tmp_path: Path) -> None:
    door = DoorStore.open(tmp_path / "door.db")
    add(door, "z", hours_ago=25)
    add(door, "b", hours_ago=23)
    add(door, "a", "flatten")
    assert [wish.id for wish in door.wishes()] == ["z", "b", "a"]
    door.prune(NOW)
    assert [wish.id for wish in door.wishes()] == ["b", "a"]
    with door.transaction() as connection:
        wish_rows.forget(connection, "flatten")
    assert [wish.id for wish in door.wishes()] == ["b"]
    with pytest.raises(sqlite3.IntegrityError):
        add(door, "b")
    door.close()


def test_a_watch_tells_once_of_each_commit_of_another_connection_and_nothing_else(tmp_path: Path) -> None:
    door, elsewhere = DoorStore.open(tmp_path / "door.db"), DoorStore.open(tmp_path / "door.db")
    watch = door.watch()
    assert watch.has_changed()
    assert not watch.has_changed()
    elsewhere.put_control("halt", "x")
    assert watch.has_changed()
    assert not watch.has_changed()
    door.put_control("halt", None)
    assert watch.has_changed()
    watch.look_again()
    assert watch.has_changed()
    watch.close()
    door.close()
    elsewhere.close()


def test_a_door_that_cannot_be_watched_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be watched"):
        DoorWatch(tmp_path / "nowhere.db").has_changed()


def test_a_door_of_the_first_version_learns_to_keep_wishes(tmp_path: Path) -> None:
    first = Migrations("door")
    first(name="create_door")(door_schema.create_door)
    path = tmp_path / "door.db"
    old = open_database(path, first, door_schema.APPLICATION_ID, synchronous="FULL")
    with old.transaction() as connection:
        connection.execute("INSERT INTO control VALUES('halt', 'x')")
    old.close()
    door = DoorStore.open(path)
    add(door, "a")
    assert door.control("halt") == "x"
    assert [wish.id for wish in door.wishes()] == ["a"]
    door.close()
