"""An engine with its owner's door: halts and wishes of other processes reach it by way of door.db."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestra.api.stored_halt import halt_keeper, store_halt, stored_halt
from orchestra.messages.halt import Halt, HaltKind
from orchestra.parts.control_side import ControlSide
from orchestra.risk.halt_switch import HaltSwitch
from system_databse.door import wish_rows
from system_databse.door.door_store import DoorStore
from system_databse.door.wish_rows import Wish
from tests.orchestra.owner_house import OwnerHouse, open_house

AT = "2024-07-03T13:31:00.000Z"


class ControlledHouse:
    """The house, its door, and the same door as another process has it open."""

    def __init__(self, folder: Path, *, is_real: bool = True, limit_seconds: float = 5.0) -> None:
        self.owner = open_house(folder, is_real=is_real, limit_seconds=limit_seconds)
        self.door = DoorStore.open(folder / "door.db")
        self.elsewhere = DoorStore.open(folder / "door.db")
        self._begin()

    def restart(self) -> None:
        """Die and start again on the same files."""
        self.owner.engine.stop()
        self._begin()

    def close(self) -> None:
        self.owner.close()
        self.door.close()
        self.elsewhere.close()

    def pass_once(self) -> None:
        """Do one pass of the loop, whatever is due on it."""
        self.owner.pass_once()
        self.control.run_due()
        self.owner.pass_once()

    def halt_elsewhere(self, kind: HaltKind = HaltKind.STOP_ALL) -> Halt:
        return store_halt(self.elsewhere, Halt(AT, "the command line", "why", kind))

    def resume_elsewhere(self) -> None:
        self.elsewhere.put_control("halt", None)

    def wish(self, wish_id: str, act: str, body: str = "{}") -> None:
        with self.elsewhere.transaction() as connection:
            wish_rows.add(connection, Wish(wish_id, AT, "the command line", act, body))

    def _begin(self) -> None:
        house: OwnerHouse = self.owner
        house.engine.stop()
        house.halt = self.halt = HaltSwitch(halt_keeper(self.door), set_by_disk=stored_halt(self.door))
        house.start()
        self.control = ControlSide(house.engine, self.door, self.halt)
        if not house.world.clock.is_simulated:
            house.come_to_rest()


@contextmanager
def controlled(folder: Path, **options: bool) -> Iterator[ControlledHouse]:
    house = ControlledHouse(folder, **options)
    if not house.owner.world.clock.is_simulated:
        house.owner.create_pin()
    yield house
    house.close()
