"""Starts on damaged files: never empty, restored from the newest good backup and halted, or refused."""

import random
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from database.errors import StorageDamaged, StorageError
from database.keeping import durable
from orchestra.run.keeping.restorer import PLAN, Restorer
from orchestra.runtime.directory_lock import UNDER_WAY
from tests.orchestra.run.keeping.kept_house import NOW, KeptHouse

KEPT = ("system.db", "door.db", "exchange.db")
DRILLS = 40


class PowerCut(BaseException):
    """The machine goes dark."""


@pytest.fixture
def house(quick_folder: Path) -> KeptHouse:
    house = KeptHouse(quick_folder / "run")
    house.fill()
    return house


def test_sound_files_start_without_a_word(house: KeptHouse) -> None:
    house.back_up()
    assert house.start() == []
    assert house.halt() is None


@pytest.mark.requirement("S2-48")
@pytest.mark.parametrize("name", KEPT)
def test_a_damaged_database_is_restored_from_the_newest_backup_and_everything_halts(
    house: KeptHouse, name: str
) -> None:
    house.back_up()
    house.add_algorithms(range(41, 51))
    newest = house.back_up()
    house.spoil(name)
    spoiled = house.directory.system.with_name(name).read_bytes()
    (told,) = house.start()
    assert str(newest) in told
    assert "resume" in told
    assert house.algorithms() == 50
    assert house.count("exchange.db") == 1
    halt = house.halt()
    assert halt is not None
    assert str(newest) in halt.by
    (aside,) = (house.directory.backups / "aside").iterdir()
    assert (aside / name).read_bytes() == spoiled
    assert house.start() == []


def test_a_backup_that_is_damaged_itself_is_passed_over(house: KeptHouse) -> None:
    good = house.back_up()
    bad = house.back_up(NOW + timedelta(hours=1))
    copy = house.shelf.path(bad) / "system.db"
    copy.write_bytes(copy.read_bytes()[:8192])
    house.spoil("system.db")
    assert str(good) in house.start()[0]
    assert house.algorithms() == 40


@pytest.mark.parametrize("name", KEPT)
@pytest.mark.parametrize("has_backup", [False, True], ids=["no backup", "a damaged backup"])
def test_without_a_good_backup_the_start_is_refused_and_the_files_stay(
    house: KeptHouse, name: str, has_backup: bool
) -> None:
    if has_backup:
        made = house.back_up()
        for path in house.shelf.path(made).iterdir():
            path.write_bytes(path.read_bytes()[:5000])
    house.spoil(name)
    before = house.directory.system.with_name(name).read_bytes()
    with pytest.raises(StorageDamaged, match=name):
        house.start()
    assert house.directory.system.with_name(name).read_bytes() == before
    assert not (house.directory.backups / "aside").exists()


def test_a_lost_system_database_is_put_back_and_never_begun_anew(house: KeptHouse) -> None:
    house.back_up()
    house.as_one_file("system.db").unlink()
    assert "missing" in house.start()[0]
    assert house.algorithms() == 40


def test_a_lost_system_database_whose_pin_is_known_is_never_begun_anew_without_a_backup(house: KeptHouse) -> None:
    house.create_pin()
    house.directory.exchange.unlink()
    for path in house.directory.system.parent.glob("system.db*"):
        path.unlink()
    with pytest.raises(StorageDamaged, match=r"system\.db cannot be used.*restore"):
        house.start()
    assert not house.directory.system.exists()


def test_a_damaged_market_database_is_set_aside_and_nothing_halts(house: KeptHouse) -> None:
    house.spoil("market.db")
    (told,) = house.start()
    assert "fetched again" in told
    assert house.count("market.db") == 0
    assert house.halt() is None


def test_only_a_run_that_was_cut_off_is_checked_reference_by_reference(house: KeptHouse) -> None:
    house.start()
    house.back_up()
    with closing(sqlite3.connect(house.directory.system)) as connection, connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute(
            "INSERT INTO decisions(algo_id, minute, until_minute, action, outcome) VALUES(99, 0, 0, 'hold', 'HELD')"
        )
    assert house.start() == []
    house.directory.lock.write_bytes(UNDER_WAY)
    assert "decisions refers to one of algorithms" in house.start()[0]


def test_a_run_that_ends_on_its_storage_has_not_ended_well(house: KeptHouse) -> None:
    def fail() -> None:
        with house.run_files():
            assert house.directory.lock.read_bytes() == UNDER_WAY
            raise StorageError("full")

    with pytest.raises(StorageError, match="full"):
        fail()
    assert house.directory.lock.read_bytes() == UNDER_WAY
    house.start()
    assert house.directory.lock.read_bytes() != UNDER_WAY


@pytest.mark.parametrize("moment", ["staged", "planned", "before the books", "before the exchange", "before the halt"])
def test_a_restoration_cut_off_anywhere_is_whole_after_the_next_start(
    house: KeptHouse, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Either nothing has happened yet, or the next start finishes it: the books never come back empty."""
    name = house.back_up()
    house.add_algorithms(range(41, 51))
    files = [house.directory.system, house.directory.exchange]

    def cut(_by: str) -> None:
        raise PowerCut

    restorer = Restorer(house.directory, halt=cut)
    steps = {"staged": 0, "planned": 1, "before the books": 2, "before the exchange": 3}
    if moment in steps:
        left = [steps[moment]]
        move = durable.move

        def move_until_cut(source: Path, target: Path) -> None:
            if not left[0]:
                raise PowerCut
            left[0] -= 1
            move(source, target)
            if not left[0] and moment == "planned":
                raise PowerCut

        monkeypatch.setattr("database.keeping.durable.move", move_until_cut)
    with pytest.raises(PowerCut):
        restorer.restore(house.shelf, name, files, now=NOW)
    monkeypatch.undo()
    told = house.start()
    is_begun = moment != "staged"
    assert bool(told) is is_begun
    assert house.algorithms() == (40 if is_begun else 50)
    assert (house.halt() is not None) is is_begun
    assert not (house.directory.backups / PLAN).exists()
    assert not list(house.directory.system.parent.glob("*.restored"))


def start_or_be_refused(house: KeptHouse, name: str) -> list[str] | None:
    """Return what the start told, None when it was refused in a sentence that names the file."""
    try:
        return house.start()
    except StorageError as error:
        told = str(error)
    assert name in told
    return None


def flip(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 64)):
        content[chance.randrange(len(content))] ^= chance.randint(1, 255)
    path.write_bytes(content)


@pytest.mark.parametrize("seed", range(DRILLS))
def test_a_drill_with_flipped_bytes_ends_restored_refused_or_whole_and_never_empty(
    quick_folder: Path, seed: int
) -> None:
    """F5: 1 to 64 bytes of one database are changed, wherever they lie."""
    house = KeptHouse(quick_folder / "run")
    house.fill()
    house.back_up()
    chance = random.Random(seed)
    name = (*KEPT, "market.db")[seed % 4]
    flip(house.as_one_file(name), chance)
    house.directory.lock.write_bytes(UNDER_WAY)
    told = start_or_be_refused(house, name)
    if told is None:
        return
    assert house.algorithms() == 40
    assert house.count("exchange.db") == 1
    if name == "market.db":
        assert house.count(name) == (0 if told else 40)
    else:
        assert (house.halt() is not None) is bool(told)
