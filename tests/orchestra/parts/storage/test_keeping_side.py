"""The keeping side of a real engine: repairs told, backups made on the fetcher, damage halts, little room gates."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from database.bar import MINUTE
from orchestra.parts.storage.backup_rounds import EVERY_SECONDS
from orchestra.parts.storage.keeping_side import METER_SECONDS, KeepingSide, KeepingWishes, Kept
from orchestra.run.data_directory import in_folder
from orchestra.run.keeping.backup_shelf import BackupShelf
from tests.orchestra.owner_house import OPEN, OwnerHouse, open_house


class KeptEngine:
    """A house whose files are kept safe."""

    def __init__(self, house: OwnerHouse, *, told: list[str], second: Path | None = None) -> None:
        self.house = house
        self.is_distrusted = False
        engine = house.engine
        self.directory = in_folder(house.folder)
        self.shelf = BackupShelf(self.directory.backups)
        kept = Kept(
            directory=self.directory,
            shelf=self.shelf,
            told=told,
            system=house.stores.system,
            bars=engine.data.bar_store,
            calendar=house.world.calendar,
            clock=house.clock,
            fetcher=engine.fetcher,
            guard=engine.storage,
            decided_until=lambda: engine.books.minute,
            halt=house.halt.set,
            distrust=self.distrust,
            publish=engine.publish,
        )
        self.side = KeepingSide(kept, KeepingWishes(second=second))
        engine.close_gates_by(self.side.closed_gates)
        engine.each_pass(self.side.run_due, at_stop=lambda: None)

    def distrust(self) -> None:
        self.is_distrusted = True

    def pass_a_quarter_hour(self) -> None:
        self.house.clock.skip(EVERY_SECONDS + 1)
        self.house.engine.loop._on_pass()


@pytest.fixture
def house(quick_folder: Path) -> Iterator[OwnerHouse]:
    opened = open_house(quick_folder, is_real=True)
    yield opened
    opened.close()


def spoil(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xa5" * 4096)


def test_what_the_start_repaired_is_kept_among_the_events(house: OwnerHouse) -> None:
    KeptEngine(house, told=["system.db restored from backup 7."])
    assert [row for row in house.rows("SELECT type FROM events") if row == ("storage.repaired",)]


def test_a_backup_is_made_beside_the_trading_engine_and_copied_to_the_second_place(
    house: OwnerHouse, tmp_path: Path
) -> None:
    kept = KeptEngine(house, told=[], second=tmp_path / "stick")
    house.start_algorithm()
    house.minute_at(OPEN + MINUTE)
    kept.pass_a_quarter_hour()

    def is_copied() -> bool:
        return any((tmp_path / "stick").glob("*/0*/system.db"))

    house.pass_until(is_copied)
    (name,) = kept.shelf.names()
    with closing(sqlite3.connect(kept.shelf.path(name) / "system.db")) as connection:
        assert connection.execute("SELECT count(*) FROM algorithms").fetchone() == (1,)


def test_damage_that_a_check_finds_halts_and_the_next_start_reads_everything(house: OwnerHouse) -> None:
    kept = KeptEngine(house, told=[])
    assert kept.side.check() == []
    kept.side._on_damage("system.db is damaged (a page).")
    assert house.halt.is_set
    assert kept.is_distrusted
    assert "a database is damaged" in house.engine.closed_gates()


def test_the_check_reads_every_database_of_the_directory(house: OwnerHouse) -> None:
    kept = KeptEngine(house, told=[])
    for store in (house.stores.market, house.stores.system):
        with store.transaction() as connection:
            connection.execute("CREATE TABLE more(text TEXT)")
    for path in (kept.directory.market, kept.directory.system):
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        spoil(path)
    found = kept.side.check()
    assert len(found) == 2
    assert {path for path in ("market.db", "system.db") if any(path in text for text in found)} == {
        "market.db",
        "system.db",
    }


def test_the_pace_of_writing_is_written_down_once_an_hour(house: OwnerHouse) -> None:
    KeptEngine(house, told=[])
    house.clock.skip(METER_SECONDS + 1)
    house.engine.loop._on_pass()
    rows = house.rows("SELECT value FROM settings WHERE key = 'written_mb_a_day'")
    assert [float(str(value)) >= 0 for (value,) in rows] == [True]


def test_old_bars_are_trimmed_as_the_owner_set_it(house: OwnerHouse) -> None:
    kept = KeptEngine(house, told=[])
    with house.stores.market.transaction() as connection:
        connection.execute("INSERT INTO symbols(symbol) VALUES('OLD')")
        connection.execute(
            "INSERT INTO bars_1m(symbol_id, ts, o, h, l, c, source) SELECT id, 600, 1, 1, 1, 1, 5 FROM symbols"
            " WHERE symbol = 'OLD'"
        )
    assert kept.side._trim() == 1
