"""The halt switch: whoever halts wins, in memory and on disk."""

import pytest

from database.errors import StorageError
from orchestra.risk.halt_switch import Halt, HaltSwitch

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
