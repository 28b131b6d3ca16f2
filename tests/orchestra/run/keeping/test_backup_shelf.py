"""Backups: whole or not there, without secrets, thinned out, and on a second disk where one is given."""

import sqlite3
import stat
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from database.errors import ConfigError, StorageError, StorageUnavailable
from orchestra.run.keeping.backup_shelf import BackupShelf
from tests.orchestra.run.keeping.kept_house import NOW, KeptHouse


@pytest.fixture
def house(quick_folder: Path) -> KeptHouse:
    house = KeptHouse(quick_folder / "run")
    house.fill()
    return house


def test_a_backup_holds_every_database_but_the_bars_and_each_is_one_file(house: KeptHouse) -> None:
    name = house.back_up()
    assert str(name) == "000001-20261126T141500Z"
    files = sorted(house.shelf.path(name).iterdir())
    assert [path.name for path in files] == ["door.db", "exchange.db", "system.db"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    with closing(sqlite3.connect(house.shelf.path(name) / "system.db")) as connection:
        assert connection.execute("SELECT count(*) FROM algorithms").fetchone() == (40,)
    assert house.shelf.names() == [name]


def test_no_backup_holds_the_pepper_or_a_session(house: KeptHouse) -> None:
    pepper = house.create_pin()
    with closing(sqlite3.connect(house.directory.door)) as connection, connection:
        connection.execute(
            "INSERT INTO sessions VALUES('token-of-a-session', 'lan', 'a', 'a', 'a', '10.0.0.1', '', NULL, NULL)"
        )
    assert pepper in house.as_one_file("door.db").read_bytes().decode("latin-1")
    name = house.back_up()
    for path in house.shelf.path(name).iterdir():
        content = path.read_bytes()
        assert pepper.encode() not in content
        assert b"token-of-a-session" not in content
    with closing(sqlite3.connect(house.shelf.path(name) / "door.db")) as connection:
        assert connection.execute("SELECT count(*) FROM control").fetchone() == (40,)


def test_a_backup_is_one_moment_while_somebody_writes(house: KeptHouse) -> None:
    with closing(sqlite3.connect(house.directory.system, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM algorithms")
        name = house.back_up()
        writer.execute("COMMIT")
    with closing(sqlite3.connect(house.shelf.path(name) / "system.db")) as connection:
        assert connection.execute("SELECT count(*) FROM algorithms").fetchone() == (40,)


def test_a_damaged_database_is_not_taken_for_a_backup(house: KeptHouse) -> None:
    house.spoil("system.db")
    with pytest.raises(StorageError, match=r"system\.db"):
        house.back_up()
    assert house.shelf.names() == []
    assert [path.name for path in house.directory.backups.iterdir()] == [".lock"]


def test_what_a_cut_off_backup_left_is_cleared_away(house: KeptHouse) -> None:
    left = house.directory.backups / ".new-000001-20261126T141500Z"
    left.mkdir(parents=True)
    (left / "system.db").write_bytes(b"half")
    house.back_up()
    assert not left.exists()
    assert len(house.shelf.names()) == 1


def test_a_full_disk_leaves_the_former_backups_alone(house: KeptHouse) -> None:
    first = house.back_up()
    full = BackupShelf(house.directory.backups, free=lambda _folder: 1024)
    with pytest.raises(StorageUnavailable, match="free some space") as caught:
        full.make(house.directory, NOW)
    assert caught.value.is_full
    assert full.names() == [first]


def test_two_makers_at_once_are_told_apart(house: KeptHouse) -> None:
    def make_another(_folder: Path) -> int:
        house.back_up()
        return 1 << 40

    with pytest.raises(ConfigError, match="try again"):
        BackupShelf(house.directory.backups, free=make_another).make(house.directory, NOW)


def test_old_backups_are_thinned_out(house: KeptHouse) -> None:
    for hours in range(30):
        house.shelf.make(house.directory, NOW + timedelta(hours=hours))
    assert [name.number for name in house.shelf.names()] == [10, *range(23, 31)]


def test_a_second_shelf_gets_the_same_bytes_once(house: KeptHouse, tmp_path: Path) -> None:
    name = house.back_up()
    second = BackupShelf(tmp_path / "stick")
    house.shelf.mirror(name, second)
    house.shelf.mirror(name, second)
    assert second.names() == [name]
    for path in house.shelf.path(name).iterdir():
        assert (second.path(name) / path.name).read_bytes() == path.read_bytes()


def test_a_second_shelf_that_cannot_be_written_is_told(house: KeptHouse, tmp_path: Path) -> None:
    name = house.back_up()
    (tmp_path / "stick").write_text("")
    with pytest.raises(StorageUnavailable, match="stick"):
        house.shelf.mirror(name, BackupShelf(tmp_path / "stick" / "backups"))


@pytest.mark.parametrize("text", ["1", "000001", "000001-20261126T141500Z"])
def test_a_backup_is_found_by_its_name_or_number(house: KeptHouse, text: str) -> None:
    assert house.shelf.find(text) == house.back_up() if house.shelf.names() else house.back_up()
    assert house.shelf.find(text).number == 1


@pytest.mark.parametrize("text", ["2", "../1", "", "-1", "\u0661"])
def test_a_backup_that_is_not_there_is_named(house: KeptHouse, text: str) -> None:
    with pytest.raises(ConfigError, match="make one"):
        house.shelf.find(text)
    house.back_up()
    with pytest.raises(ConfigError, match="holds no backup"):
        house.shelf.find(text)
