"""The PIN: made once, checked in constant time, reset from the command line.

In: digits. Out: a digest for the engine to store, or yes and no. Thread: any request thread. Digits are never logged.
"""

import logging
import secrets

from database.sqlite_store import SqliteStore
from database.timestamps import iso_milliseconds
from orchestra.runtime.clock import Clock
from system_databse.door import lockout_rows, pin_digest, session_rows
from system_databse.door.door_store import DoorStore
from system_databse.rows import settings

log = logging.getLogger(__name__)

PEPPER = pin_digest.PEPPER
FOREIGN_DOOR = (
    "door.db does not belong to this system.db: no PIN can be right. "
    "Put its copy back, or start once with --reset-pin and choose a new PIN."
)


class PinKeeper:
    """Know the PIN's digest, from system.db, and its pepper, from door.db."""

    def __init__(self, system: SqliteStore, door: DoorStore) -> None:
        self._system = system
        self._door = door

    def get_pin(self) -> str | None:
        """Return the digest of the PIN, None as long as there is no PIN."""
        with self._system.reader() as connection:
            return settings.get(connection, pin_digest.SETTING)

    def digest(self, pin: str) -> str:
        """Return the digest of a new PIN; a pepper is made at the first one."""
        pepper = self._pepper()
        if pepper is None:
            pepper = secrets.token_bytes(pin_digest.PEPPER_BYTES)
            self._door.put_control(PEPPER, pepper.hex())
        return pin_digest.make_digest(pin, pepper)

    def is_right(self, pin: str) -> bool:
        """Compare with the stored PIN; without one the answer is no, and takes as long."""
        stored = self.get_pin()
        pepper = self._pepper()
        if _is_foreign(pepper, stored):
            log.error(FOREIGN_DOOR)
        return pin_digest.is_match(pin, pepper or bytes(pin_digest.PEPPER_BYTES), stored or "") and stored is not None

    @property
    def is_door_foreign(self) -> bool:
        """Say whether door.db was lost or is another one's: it lacks the pepper that this PIN was made with."""
        return _is_foreign(self._pepper(), self.get_pin())

    def _pepper(self) -> bytes | None:
        text = self._door.control(PEPPER)
        return bytes.fromhex(text) if text else None


def _is_foreign(pepper: bytes | None, digest: str | None) -> bool:
    return digest is not None and (pepper is None or not pin_digest.is_peppered_with(pepper, digest))


def reset_pin(system: SqliteStore, door: DoorStore, clock: Clock) -> bool:
    """Forget the PIN, its pepper, every session and every lockout; return whether there was a PIN.

    For the command line, while nothing else runs: the next PIN is created at this machine.
    """
    now = clock.now()
    with system.reader() as connection:
        had_pin = settings.get(connection, pin_digest.SETTING) is not None
    with system.transaction() as connection:
        settings.remove(connection, pin_digest.SETTING)
    with door.transaction() as connection:
        connection.execute("DELETE FROM control WHERE key = ?", (PEPPER,))
        session_rows.end_all(connection, now)
        lockout_rows.clear_all(connection)
    log.warning("The PIN was reset at %s.", iso_milliseconds(now))
    return had_pin
