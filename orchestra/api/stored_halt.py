"""The halt in door.db, so that a restart stays halted.

In: the halt switch's `keep`. Out: what the builder gives the switch at the next start. Thread: any.
"""

import json
from collections.abc import Callable

from orchestra.messages.halt import Halt
from system_databse.door.door_store import DoorStore

KEY = "halt"


def halt_keeper(door: DoorStore) -> Callable[[Halt | None], None]:
    """Return the `keep` of a HaltSwitch; it raises StorageError."""

    def keep(halt: Halt | None) -> None:
        door.put_control(KEY, json.dumps({"at": halt.at, "by": halt.by}) if halt else None)

    return keep


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
