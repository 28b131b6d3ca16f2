"""The halt in door.db, so that a restart stays halted.

In: the halt switch's `keep`. Out: what the builder gives the switch at the next start. Thread: any.
"""

import json
import logging
import sqlite3
from collections.abc import Callable
from dataclasses import asdict

from database.sqlite_store import SqliteStore
from orchestra.api.auth.pin_keeper import FOREIGN_DOOR, PinKeeper
from orchestra.messages.halt import Halt, HaltKind
from system_databse.door.door_store import DoorStore

log = logging.getLogger(__name__)

KEY = "halt"


def halt_keeper(door: DoorStore) -> Callable[[Halt | None], None]:
    """Return the `keep` of a HaltSwitch; it raises StorageError."""

    def keep(halt: Halt | None) -> None:
        door.put_control(KEY, halt_text(halt) if halt else None)

    return keep


def halt_for_lost_door(system: SqliteStore, door: DoorStore, at: str) -> None:
    """Halt when door.db was lost: a halt may have been lost with it. at: ISO-Z. Only the PIN lets trading go on."""
    if not PinKeeper(system, door).is_door_foreign:
        return
    log.error("%s Until then nothing is bought, for door.db may have held a halt.", FOREIGN_DOOR)
    if stored_halt(door) is None:
        halt_keeper(door)(Halt(at, "the loss of door.db", is_automatic=True))


def stored_halt(door: DoorStore) -> Halt | None:
    """Return the halt of an earlier run, `set_by_disk` of a HaltSwitch. One that cannot be read still halts."""
    text = door.control(KEY)
    return None if text is None else halt_of(text)


def store_halt(door: DoorStore, halt: Halt) -> Halt:
    """Keep a halt of another process unless one that stops as much is kept; return the one that is."""
    with door.transaction() as connection:
        return store_halt_in(connection, halt)


def store_halt_in(connection: sqlite3.Connection, halt: Halt) -> Halt:
    """Do the same within a transaction on door.db."""
    row = connection.execute("SELECT value FROM control WHERE key = ?", (KEY,)).fetchone()
    kept = halt_of(str(row[0])) if row else None
    if kept is not None and not halt.is_beyond(kept):
        return kept
    connection.execute("INSERT OR REPLACE INTO control(key, value) VALUES(?, ?)", (KEY, halt_text(halt)))
    return halt


def halt_after_restore(door: DoorStore, halt: Halt) -> None:
    """Halt, and drop every wish of another process: the books that knew of its being carried out have gone back."""
    with door.transaction() as connection:
        connection.execute("INSERT OR REPLACE INTO control(key, value) VALUES(?, ?)", (KEY, halt_text(halt)))
        connection.execute("DELETE FROM wishes")


def halt_text(halt: Halt) -> str:
    """Return the halt as it is stored."""
    return json.dumps(asdict(halt))


def halt_of(text: str) -> Halt:
    """Return a stored halt; an older version knew only the kind that stops all."""
    try:
        kept = json.loads(text)
        kind = HaltKind(kept.get("kind", HaltKind.STOP_ALL))
        is_automatic = kept.get("is_automatic") is True
        return Halt(str(kept["at"]), str(kept["by"]), str(kept.get("reason", "")), kind, is_automatic=is_automatic)
    except (ValueError, KeyError, TypeError, AttributeError):
        return Halt("", "an earlier run", is_automatic=True)
