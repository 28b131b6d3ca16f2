"""The halt after a restore: set, and nothing that was wished before is carried out by books that forgot doing it."""

from pathlib import Path

from orchestra.api.stored_halt import halt_after_restore, store_halt, stored_halt
from orchestra.messages.halt import Halt, HaltKind
from system_databse.door import wish_rows
from system_databse.door.door_store import DoorStore
from system_databse.door.wish_rows import FLATTEN, Wish

AT = "2026-11-20T17:00:00.000Z"


def test_a_restore_halts_beyond_what_was_halted_and_drops_every_wish(tmp_path: Path) -> None:
    door = DoorStore.open(tmp_path / "door.db")
    store_halt(door, Halt(AT, "me", "lunch", HaltKind.STOP_ENTRIES))
    with door.transaction() as connection:
        wish_rows.add(connection, Wish("sell-all", AT, "me", FLATTEN))
    halt = Halt(AT, "the restored backup 1", "check")
    halt_after_restore(door, halt)
    assert (stored_halt(door), door.wishes()) == (halt, [])
    door.close()
