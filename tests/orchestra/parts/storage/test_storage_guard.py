"""A disk that takes no writes costs minutes: no order without its intent, none doubled, and trading goes on."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from database.bar import MINUTE
from database.errors import StorageDamaged, StorageUnavailable
from orchestra.messages.commands import PauseAlgorithm, Refusal
from orchestra.messages.events import AlertRaised
from orchestra.messages.lockstep import Tick
from tests.orchestra.owner_house import OPEN, OwnerHouse, open_house

FULL, IO_ERROR, BUSY = "database or disk is full", "disk I/O error", "database is locked"


class FailingDisk:
    """Lets the writes of one store fail, as SQLite does it: the nth from now, and so many after it."""

    def __init__(self, house: OwnerHouse, message: str = IO_ERROR) -> None:
        self.message = message
        self.writes = 0
        self.first, self.count = 1 << 40, 0
        house.stores.system._crash_point = self.reach

    def fail(self, *, nth: int = 1, times: int = 1) -> None:
        self.first, self.count = self.writes + nth, times

    def reach(self, point: str) -> None:
        if point != ("begin" if self.message == BUSY else "write"):
            return
        self.writes += 1
        if self.first <= self.writes < self.first + self.count:
            raise sqlite3.OperationalError(self.message)


@pytest.fixture
def house(quick_folder: Path) -> Iterator[OwnerHouse]:
    opened = open_house(quick_folder, is_real=True)
    opened.create_pin()
    opened.engine.storage.arm()
    yield opened
    opened.close()


@pytest.fixture
def lock_step(quick_folder: Path) -> Iterator[OwnerHouse]:
    opened = open_house(quick_folder, is_real=False)
    opened.engine.storage.arm()
    yield opened
    opened.close()


def run_minute(house: OwnerHouse, minute: int) -> None:
    """Run a minute as the loop does it."""
    tick = house.exchange_to(minute)
    house.engine.loop._run_minute(tick)
    house.engine.loop._settle(minute)


def wait_for_the_disk(house: OwnerHouse) -> None:
    house.clock.skip(2)
    house.engine.loop._on_pass()


def alerts(house: OwnerHouse) -> list[str]:
    return [event.kind for event in house.events if isinstance(event, AlertRaised) and "storage" in event.kind]


@pytest.mark.parametrize("message", [FULL, IO_ERROR, BUSY])
def test_a_minute_that_cannot_be_stored_sends_nothing_and_the_next_one_trades(house: OwnerHouse, message: str) -> None:
    algorithm = house.start_algorithm()
    run_minute(house, OPEN + MINUTE)
    FailingDisk(house, message).fail(times=2)
    before = len(house.rows("SELECT * FROM orders"))
    run_minute(house, OPEN + 2 * MINUTE)
    assert house.engine.storage.is_down
    assert len(house.rows("SELECT * FROM orders")) == before
    wait_for_the_disk(house)
    wait_for_the_disk(house)
    assert not house.engine.storage.is_down
    run_minute(house, OPEN + 3 * MINUTE)
    house.fill()
    assert house.position(algorithm) == house.account_position() == 5
    assert alerts(house) == ["storage.down", "storage.back"]
    outcomes = dict(house.rows("SELECT minute, outcome FROM decisions"))  # type: ignore[arg-type]
    assert outcomes[OPEN + 2 * MINUTE] == "MISSED"
    assert [row for row in house.rows("SELECT type FROM events") if row == ("storage.down",)] == [("storage.down",)]


@pytest.mark.requirement("S2-44")
def test_each_write_of_two_minutes_may_fail_once_and_no_order_is_lost_or_doubled(quick_folder: Path) -> None:
    """The finite loop: the 1st write fails, the 2nd, ... until a run comes through untouched."""
    nth, is_untouched = 0, False
    while not is_untouched:
        nth += 1
        folder = quick_folder / str(nth)
        folder.mkdir()
        house = open_house(folder, is_real=True)
        house.create_pin()
        house.engine.storage.arm()
        algorithm = house.start_algorithm()
        disk = FailingDisk(house)
        disk.fail(nth=nth)
        for number in range(1, 5):
            run_minute(house, OPEN + number * MINUTE)
            wait_for_the_disk(house)
        wait_for_the_disk(house)
        house.fill()
        is_untouched = disk.writes < disk.first
        assert not house.engine.storage.is_down
        assert house.position(algorithm) == house.account_position() == 5, nth
        with closing(sqlite3.connect(folder / "exchange.db")) as connection:
            sent = {row[0] for row in connection.execute("SELECT client_order_id FROM orders")}
        assert len(sent) == 1
        assert sent <= {row[0] for row in house.rows("SELECT client_order_id FROM orders")}, nth
        house.close()
    assert nth > 5


def test_a_commit_that_arrived_although_it_failed_is_taken_over(house: OwnerHouse) -> None:
    """Memory is read anew, so that the minute on the disk is not decided a second time."""
    algorithm = house.start_algorithm()
    run_minute(house, OPEN + MINUTE)
    house.fill()
    disk = FailingDisk(house)

    def arrive_and_fail(point: str) -> None:
        if point == "commit":
            house.stores.system._crash_point = disk.reach
            house.stores.system._is_dead = True
            raise sqlite3.OperationalError(IO_ERROR)

    house.stores.system._crash_point = arrive_and_fail
    run_minute(house, OPEN + 2 * MINUTE)
    assert house.engine.storage.is_down
    wait_for_the_disk(house)
    assert house.engine.books.minute == OPEN + 2 * MINUTE
    rows = house.rows(f"SELECT outcome FROM decisions WHERE until_minute >= {OPEN + 2 * MINUTE}")
    assert rows == [("HELD",)]
    assert house.position(algorithm) == 5


def test_in_lock_step_the_exchange_goes_on_after_a_broken_off_minute(lock_step: OwnerHouse) -> None:
    house = lock_step
    algorithm = house.start_algorithm()
    house.step()
    disk = FailingDisk(house)
    disk.fail(times=1)
    tick = house.exchange.next_tick(house.engine.books.minute, 1)
    assert isinstance(tick, Tick)
    house.engine.loop._on_tick(tick)
    assert house.engine.storage.is_down
    house.engine.storage._retry_at = 0.0
    house.engine.loop._on_pass()
    assert not house.engine.storage.is_down
    for _ in range(3):
        house.step()
    assert house.position(algorithm) == house.account_position() == 5


def test_a_command_is_answered_while_nothing_can_be_stored(house: OwnerHouse) -> None:
    algorithm = house.start_algorithm()
    FailingDisk(house).fail(times=100)
    run_minute(house, OPEN + MINUTE)
    answer = house.give(PauseAlgorithm(algorithm))
    assert answer.refusal is Refusal.CONFLICT
    assert "disk" in answer.reason


def test_room_is_made_at_once_on_a_full_disk(house: OwnerHouse) -> None:
    made: list[str] = []
    house.engine.storage.arm(make_room=lambda: made.append("room"))
    house.start_algorithm()
    FailingDisk(house, FULL).fail()
    run_minute(house, OPEN + MINUTE)
    assert made == ["room"]
    assert not house.engine.storage.is_down
    assert house.engine.storage.closed_gates() == []


def test_a_gate_tells_why_nothing_is_bought(house: OwnerHouse) -> None:
    house.start_algorithm()
    FailingDisk(house).fail(times=100)
    run_minute(house, OPEN + MINUTE)
    assert any("check the disk" in reason for reason in house.engine.closed_gates())


def test_a_replay_lets_the_error_end_the_run(quick_folder: Path) -> None:
    house = open_house(quick_folder, is_real=False)
    house.start_algorithm()
    FailingDisk(house).fail()
    with pytest.raises(StorageUnavailable):
        house.engine.loop._on_tick(Tick(OPEN + MINUTE))
    house.close()


def test_a_file_that_turns_out_damaged_ends_the_run(house: OwnerHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    house.start_algorithm()
    FailingDisk(house).fail()
    run_minute(house, OPEN + MINUTE)

    def revive() -> None:
        raise StorageDamaged("damaged")

    monkeypatch.setattr(house.stores.system, "revive", revive)
    with pytest.raises(StorageDamaged):
        wait_for_the_disk(house)
