"""Room on the disk: trimmed below 500 MB, nothing opened below 100 MB, ballast in and out."""

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import pytest

from database.errors import StorageUnavailable
from database.keeping.ballast import Ballast
from orchestra.messages.events import AlertRaised
from orchestra.parts.storage.disk_keeper import LOOK_SECONDS, TRIM_SECONDS, DiskKeeper, Trimming
from orchestra.runtime.clock import SystemClock

MB = 1_000_000


class SteadyClock(SystemClock):
    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


class Disk:
    """A keeper on a disk whose free bytes the test sets."""

    def __init__(self, folder: Path) -> None:
        self.free = 900 * MB
        self.clock = SteadyClock()
        self.ballast = Ballast(folder / "ballast", size=1000)
        self.told: list[str] = []
        self.trims = 0
        self.error: Exception | None = None
        self.keeper = DiskKeeper(
            self.read,
            self.ballast,
            Trimming(self.start, self.trim, 90),
            clock=self.clock,
            publish=self.publish,
        )

    def read(self) -> int:
        if self.free < 0:
            raise OSError(5, "Input/output error")
        return self.free

    def trim(self) -> int:
        self.trims += 1
        if self.error:
            raise self.error
        return 7

    def start(self, trim: Callable[[], int]) -> "Future[int]":
        future: Future[int] = Future()
        try:
            future.set_result(trim())
        except StorageUnavailable as error:
            future.set_exception(error)
        return future

    def publish(self, event: object) -> None:
        assert isinstance(event, AlertRaised)
        self.told.append(event.kind)

    def look_at(self, free: int, *, after: float = LOOK_SECONDS) -> None:
        self.free = free
        self.clock.seconds += after
        self.keeper.run_due()


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path)


@pytest.mark.parametrize(
    ("free", "gates", "trims"),
    [(900 * MB, 0, 0), (500 * MB, 0, 0), (499 * MB, 0, 1), (100 * MB, 0, 1), (99 * MB, 1, 1)],
)
def test_each_level_has_its_consequences(disk: Disk, free: int, gates: int, trims: int) -> None:
    disk.look_at(free)
    assert len(disk.keeper.closed_gates()) == gates
    assert disk.trims == trims
    assert disk.ballast.is_there is (trims == 0)


def test_each_change_is_told_once(disk: Disk) -> None:
    for free in (900, 400, 390, 50, 49, 400, 900, 900):
        disk.look_at(free * MB)
    assert disk.told == ["disk.low", "disk.last", "disk.low", "disk.enough"]


def test_the_disk_is_looked_at_now_and_then_and_bars_are_trimmed_once_an_hour(disk: Disk) -> None:
    disk.look_at(400 * MB)
    disk.look_at(50 * MB, after=LOOK_SECONDS / 2)
    assert disk.keeper.closed_gates() == []
    disk.look_at(50 * MB)
    assert disk.keeper.closed_gates() == ["only 50 MB are free on the disk"]
    assert disk.trims == 1
    disk.look_at(50 * MB, after=TRIM_SECONDS)
    assert disk.trims == 2


def test_ballast_goes_when_a_commit_fails_and_comes_back_with_the_room(disk: Disk) -> None:
    disk.look_at(900 * MB)
    assert disk.ballast.is_there
    disk.free = 0
    disk.keeper.make_room()
    assert not disk.ballast.is_there
    disk.look_at(10 * MB, after=0)
    assert disk.keeper.closed_gates()
    assert not disk.ballast.is_there
    disk.look_at(900 * MB)
    assert disk.ballast.is_there
    assert disk.keeper.closed_gates() == []


def test_a_disk_that_cannot_tell_changes_nothing(disk: Disk) -> None:
    disk.look_at(50 * MB)
    disk.look_at(-1)
    assert disk.keeper.closed_gates()


def test_trimming_that_cannot_write_is_tried_again_an_hour_later(disk: Disk) -> None:
    disk.error = StorageUnavailable("full")
    disk.look_at(50 * MB)
    disk.look_at(50 * MB)
    disk.look_at(50 * MB, after=TRIM_SECONDS)
    assert disk.trims == 2
