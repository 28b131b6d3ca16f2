"""The halt in door.db, so that a restart stays halted.

In: the halt switch's `keep`. Out: what the builder gives the switch at the next start. Thread: any.
"""

import json
import logging
from collections.abc import Callable

from database.sqlite_store import SqliteStore
from orchestra.api.auth.pin_keeper import FOREIGN_DOOR, PinKeeper
from orchestra.messages.halt import Halt
from system_databse.door.door_store import DoorStore

log = logging.getLogger(__name__)

KEY = "halt"


def halt_keeper(door: DoorStore) -> Callable[[Halt | None], None]:
    """Return the `keep` of a HaltSwitch; it raises StorageError."""

    def keep(halt: Halt | None) -> None:
        door.put_control(KEY, json.dumps({"at": halt.at, "by": halt.by}) if halt else None)

    return keep


def halt_for_lost_door(system: SqliteStore, door: DoorStore, at: str) -> None:
    """Halt when door.db was lost: a halt may have been lost with it. at: ISO-Z. Only the PIN lets trading go on."""
    if not PinKeeper(system, door).is_door_foreign:
        return
    log.error("%s Until then nothing is bought, for door.db may have held a halt.", FOREIGN_DOOR)
    if stored_halt(door) is None:
        halt_keeper(door)(Halt(at, "the loss of door.db"))


def stored_halt(door: DoorStore) -> Halt | None:
    """Return the halt of an earlier run, `set_by_disk` of a HaltSwitch. One that cannot be read still halts."""
    text = door.control(KEY)
    if text is None:
        return None
    try:
        kept = json.loads(text)
        return Halt(str(kept["at"]), str(kept["by"]))
    except (ValueError, KeyError, TypeError):
        return Halt("", "an earlier run")
