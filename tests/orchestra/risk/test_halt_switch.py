"""The halt switch: whoever halts wins, in memory and on disk."""

import pytest

from database.errors import StorageError
from orchestra.risk.halt_switch import Halt, HaltKind, HaltSwitch

FIRST, SECOND = Halt("2026-11-20T17:00:00.000Z", "kiosk"), Halt("2026-11-20T17:01:00.000Z", "phone")


class Disk:
    """What is kept, and what somebody else does while it is being written."""

    def __init__(self) -> None:
        self.kept: Halt | None = None
        self.meanwhile: list[Halt] = []
        self.switch: HaltSwitch | None = None
        self.is_full = False

    def keep(self, halt: Halt | None) -> None:
        if halt is None and self.meanwhile and self.switch:
            self.switch.set(self.meanwhile.pop())
        if self.is_full:
            raise StorageError("the disk is full")
        self.kept = halt


@pytest.fixture
def disk() -> Disk:
    disk = Disk()
    disk.switch = HaltSwitch(disk.keep)
    return disk


def test_a_halt_while_a_resume_is_being_stored_stands_in_memory_and_on_disk(disk: Disk) -> None:
    assert disk.switch is not None
    disk.switch.set(FIRST)
    disk.meanwhile = [SECOND]
    disk.switch.clear()
    assert disk.switch.is_set
    assert disk.switch.halt == disk.kept == FIRST
    disk.switch.clear()
    assert not disk.switch.is_set
    assert disk.kept is None


def test_a_full_disk_neither_hinders_a_halt_nor_lets_it_be_cleared(disk: Disk) -> None:
    assert disk.switch is not None
    disk.is_full = True
    for act in (lambda: disk.switch.set(FIRST), disk.switch.clear):
        with pytest.raises(StorageError):
            act()
        assert disk.switch.halt == FIRST


STOPPED = Halt("2026-11-20T16:59:00.000Z", "kiosk", kind=HaltKind.STOP_ENTRIES)


def test_a_halt_that_stops_more_takes_the_place_of_one_that_stops_less_and_not_the_other_way(disk: Disk) -> None:
    assert disk.switch is not None
    disk.switch.set(STOPPED)
    disk.switch.set(FIRST)
    assert disk.switch.halt == disk.kept == FIRST
    disk.switch.set(STOPPED)
    disk.switch.set(SECOND)
    assert disk.switch.halt == disk.kept == FIRST


def test_asking_looks_on_the_disk_only_while_nothing_is_halted(disk: Disk) -> None:
    assert disk.switch is not None
    looks: list[int] = []
    disk.switch.look = lambda: looks.append(1)
    assert not disk.switch.ask()
    disk.switch.adopt(FIRST)
    assert disk.switch.ask()
    assert looks == [1]
    assert disk.kept is None


def test_a_halt_is_forgotten_only_when_it_is_the_one_in_force_and_nothing_was_done_here_since(disk: Disk) -> None:
    switch = disk.switch
    assert switch is not None
    switch.adopt(FIRST)
    before = switch.steady()
    assert before is not None
    assert switch.forget(SECOND, since=before)
    assert switch.halt == FIRST
    switch.set(SECOND)
    assert not switch.forget(FIRST, since=before)
    assert switch.halt == FIRST
    now = switch.steady()
    assert now is not None
    assert switch.forget(FIRST, since=now)
    assert not switch.is_set


def test_while_a_halt_is_being_stored_nothing_is_forgotten(disk: Disk) -> None:
    switch = disk.switch
    assert switch is not None
    switch.adopt(FIRST)
    seen: list[int | None] = []

    def keep(halt: Halt | None) -> None:
        seen.append(switch.steady())
        assert not switch.forget(FIRST, since=1)
        disk.kept = halt

    switch._keep = keep
    switch.set(SECOND)
    assert seen == [None]
    assert switch.halt == disk.kept == FIRST
