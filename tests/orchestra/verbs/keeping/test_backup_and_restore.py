"""The verbs `backup` and `restore`, as a person calls them."""

import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from database.errors import ConfigError, StorageDamaged
from orchestra.runtime.directory_lock import DirectoryLock
from orchestra.verbs.keeping import backup, restore
from tests.orchestra.run.keeping.kept_house import NOW, KeptHouse
from tests.orchestra.verbs.screen import Screen
from tests.source_tree import ROOT


@pytest.fixture
def house(quick_folder: Path) -> KeptHouse:
    house = KeptHouse(quick_folder / "run")
    house.fill()
    return house


def call(verb: object, house: KeptHouse, *arguments: str) -> str:
    screen = Screen()
    assert verb.run(["--data-dir", str(house.directory.system.parent), *arguments], screen) == 0  # type: ignore[attr-defined]
    return "\n".join(screen.said())


@pytest.mark.requirement("S2-48")
@pytest.mark.parametrize("which", ["--newest", "1", "name"])
def test_a_drill_backs_up_loses_and_restores(house: KeptHouse, which: str) -> None:
    assert "system.db" in call(backup, house)
    (name,) = house.shelf.names()
    house.add_algorithms(range(41, 51))
    said = call(restore, house, str(name) if which == "name" else which)
    assert str(name) in said
    assert house.algorithms() == 40
    halt = house.halt()
    assert halt is not None
    assert str(name) in halt.by
    (aside,) = (house.directory.backups / "aside").iterdir()
    assert str(aside) in said
    assert (aside / "system.db").exists()
    assert house.start() == []


def test_the_list_shows_the_newest_first_and_changes_nothing(house: KeptHouse) -> None:
    assert "holds no backup yet" in call(restore, house)
    house.back_up(NOW - timedelta(days=1))
    call(backup, house)
    before = house.algorithms()
    lines = call(restore, house).splitlines()
    assert [line.split("-")[0] for line in lines[1:3]] == ["000002", "000001"]
    assert house.algorithms() == before
    assert house.halt() is None


def test_a_directory_in_use_can_be_backed_up_and_not_restored(house: KeptHouse) -> None:
    lock = DirectoryLock(house.directory.lock)
    lock.take()
    call(backup, house)
    with pytest.raises(ConfigError, match="stop it"):
        call(restore, house, "--newest")
    lock.release()
    assert house.algorithms() == 40


def test_a_sound_door_stays_with_its_pepper_and_the_exchange_with_its_later_life(house: KeptHouse) -> None:
    call(backup, house)
    pepper = house.create_pin()
    call(restore, house, "--newest")
    assert pepper.encode() in house.as_one_file("door.db").read_bytes()
    (aside,) = (house.directory.backups / "aside").iterdir()
    assert [path.name for path in aside.iterdir()] == ["system.db"]


@pytest.mark.parametrize("change", ["UPDATE account SET account_number = 'PA2'", "UPDATE clock SET minute = 60"])
def test_an_exchange_that_is_no_later_life_of_the_backup_goes_back_with_the_books(
    house: KeptHouse, change: str
) -> None:
    call(backup, house)
    with sqlite3.connect(house.directory.exchange) as connection:
        connection.execute(change)
    connection.close()
    assert "system.db, exchange.db" in call(restore, house, "--newest")


def test_a_second_place_gets_a_copy_and_a_new_machine_is_set_up_from_it(house: KeptHouse, tmp_path: Path) -> None:
    call(backup, house, "--to", str(tmp_path / "stick"))
    fresh = KeptHouse(tmp_path / "new machine")
    said = call(restore, fresh, "--newest", "--from", str(tmp_path / "stick"))
    assert "system.db" in said
    assert fresh.algorithms() == 40
    assert fresh.count("exchange.db") == 1
    assert fresh.halt() is not None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--newest"], "holds no backup"),
        (["7"], "holds no backup"),
        (["--from", "/nowhere", "--newest"], "/nowhere"),
    ],
)
def test_what_cannot_be_restored_is_said(house: KeptHouse, arguments: list[str], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        call(restore, house, *arguments)
    assert house.algorithms() == 40
    assert house.halt() is None


def test_a_damaged_backup_is_refused_and_nothing_moves(house: KeptHouse) -> None:
    name = house.back_up()
    copy = house.shelf.path(name) / "system.db"
    copy.write_bytes(copy.read_bytes()[:9000])
    with pytest.raises(StorageDamaged, match="choose another"):
        call(restore, house, "--newest")
    assert house.algorithms() == 40
    assert house.halt() is None


def test_there_is_nothing_to_back_up_in_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="to back up"):
        call(backup, KeptHouse(tmp_path / "empty"))
    assert list((tmp_path / "empty").iterdir()) == []


@pytest.mark.parametrize("verb", ["backup", "restore"])
def test_the_program_knows_the_verb_and_tells_what_it_does(verb: str) -> None:
    ran = subprocess.run(
        [sys.executable, str(ROOT / "orchestrator.py"), verb, "--help"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "--data-dir" in ran.stdout
