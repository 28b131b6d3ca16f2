"""The owner's PIN as the engine knows it: whether there is one; created once, changed by whoever knows it.

In: SetPin and ChangePin with a digest. Out: an answer, and a gate that opens. Thread: engine.
"""

from database.sqlite_store import SqliteStore
from database.timestamps import iso_milliseconds
from orchestra.messages.commands import Answer, ChangePin, Refusal, SetPin, refused
from orchestra.runtime.clock import Clock
from system_databse.rows import settings


class OwnerPin:
    """Keep the digest in `settings`. The PIN itself and how it is digested are the API's business."""

    def __init__(self, store: SqliteStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._is_known = False

    @property
    def exists(self) -> bool:
        """Say whether a PIN has been created; asks the database until there is one."""
        if not self._is_known:
            with self._store.reader() as connection:
                self._is_known = settings.get(connection, settings.PIN_HASH) is not None
        return self._is_known

    def create(self, command: SetPin) -> Answer:
        """Store the digest of the first PIN."""
        if not command.pin_hash:
            return refused(Refusal.INVALID, "The digest of a PIN is not empty.")
        if self.exists:
            return refused(Refusal.CONFLICT, "A PIN exists already.")
        self._keep(command.pin_hash)
        return Answer()

    def change(self, command: ChangePin) -> Answer:
        """Store the digest of another PIN; that the owner knew the old one is seen to before."""
        if not command.pin_hash:
            return refused(Refusal.INVALID, "The digest of a PIN is not empty.")
        if not self.exists:
            return refused(Refusal.CONFLICT, "There is no PIN yet.")
        self._keep(command.pin_hash)
        return Answer()

    def _keep(self, pin_hash: str) -> None:
        with self._store.transaction() as connection:
            settings.put(connection, settings.PIN_HASH, pin_hash, at=iso_milliseconds(self._clock.now()))
