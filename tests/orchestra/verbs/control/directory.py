"""A data directory with and without a program in it, as the control verbs meet it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from database.schema_check import open_database
from orchestra.runtime.directory_lock import DirectoryLock
from orchestra.verbs.control.place import Place, place_of
from system_databse import system_schema
from system_databse.algorithm_record import AlgorithmRecord
from system_databse.door.door_store import DoorStore
from system_databse.rows import algorithms
from tests.orchestra.api.api_house import MovedClock
from tests.orchestra.controlled_house import ControlledHouse


class RunningClock(MovedClock):
    """The verb's clock: while the verb waits, the program does its passes."""

    def __init__(self, house: ControlledHouse) -> None:
        super().__init__()
        self._house = house

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self._house.pass_once()


def idle_place(folder: Path) -> Place:
    """Return a place where a program has run and runs no more."""
    system = open_database(
        folder / "system.db", system_schema.migrations, system_schema.APPLICATION_ID, synchronous="NORMAL"
    )
    with system.transaction() as connection:
        algorithms.insert(connection, AlgorithmRecord(1, "toy", "ACME", 1000, "toy.py", "0"), "")  # type: ignore[arg-type]
    system.close()
    return place_of(str(folder))


@contextmanager
def running(folder: Path) -> Iterator[Place]:
    """Lend the place of a program that holds the directory's lock."""
    lock = DirectoryLock(folder / "lock")
    lock.take()
    try:
        yield place_of(str(folder))
    finally:
        lock.release()


@contextmanager
def door_of(folder: Path) -> Iterator[DoorStore]:
    door = DoorStore.open(folder / "door.db")
    yield door
    door.close()
