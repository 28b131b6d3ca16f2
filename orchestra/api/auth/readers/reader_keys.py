"""The keys of other programs: made, shown once, known again, revoked (reliability.md 4.6).

In: keys as programs send them. Out: the Reader of a request. Thread: any. A key is looked up anew with each request,
so revoking it, here or on the command line, takes effect at once.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from orchestra.api.auth.readers.api_key import digest_of, id_of, new_key
from orchestra.api.auth.readers.reader_wishes import ReaderWishes
from orchestra.runtime.clock import Clock
from system_databse.door import key_rows
from system_databse.door.door_store import DoorStore
from system_databse.door.key_rows import KeyRow

# A commit waits for the disk: the owner wants to know whether a key is used, not when exactly.
TOUCHED_EVERY = timedelta(minutes=5)
LONGEST_KEY = 200
# What an owner may ask for.
LONGEST_NAME = 40
MOST_DAYS = 3650


@dataclass(frozen=True, slots=True)
class Reader:
    """A program that may read. id: of its key."""

    id: str


ANYONE = Reader("open")


class ReaderKeys:
    """Make, find and revoke keys."""

    def __init__(self, door: DoorStore, clock: Clock, wishes: ReaderWishes) -> None:
        self._door = door
        self._clock = clock
        self._wishes = wishes
        self._on_end: list[Callable[[str], None]] = []

    def on_end(self, listener: Callable[[str], None]) -> None:
        """Call the listener with the id of each key that is revoked, so that its sockets are closed."""
        self._on_end.append(listener)

    def make(self, name: str, *, days: int) -> tuple[KeyRow, str]:
        """Keep a new key's digest, and return the key itself: for the owner, once, and for nobody else."""
        return make_key(self._door, self._clock.now(), name, days=days)

    def listing(self) -> list[KeyRow]:
        """Return the keys that were not revoked, the newest first."""
        with self._door.reader() as connection:
            return key_rows.load(connection)

    def revoke(self, key_id: str) -> bool:
        """Make a key worthless at once and close its sockets; False when there is no such key."""
        with self._door.transaction() as connection:
            is_known = key_rows.revoke(connection, key_id, self._clock.now())
        for listener in self._on_end if is_known else ():
            listener(key_id)
        return is_known

    def find(self, key: str) -> Reader | None:
        """Return whose key this is, None when it is nobody's; raises StorageError."""
        if len(key) > LONGEST_KEY:
            return None
        digest = digest_of(key)
        # All are compared: the time taken tells nothing of which one, or of how much, is right.
        if sum(hmac.compare_digest(digest, known) for known in self._wishes.digests):
            return Reader(_settings_id(digest))
        row, now = self._load(id_of(key)), self._clock.now()
        if row is None or not hmac.compare_digest(digest, row.key_sha256) or now >= row.expires_at:
            return None
        if row.last_used_at is None or not timedelta(0) <= now - row.last_used_at < TOUCHED_EVERY:
            with self._door.transaction() as connection:
                key_rows.touch(connection, row.id, now)
        return Reader(row.id)

    def without_key(self, *, is_here: bool) -> Reader | None:
        """Return who asks without a key: nobody, unless the settings open the reads to this machine's programs."""
        return ANYONE if self._wishes.is_open and is_here else None

    def is_live(self, reader: Reader) -> bool:
        """Say whether a reader may still read; asking is not using. For sockets, which ask seldom."""
        if reader == ANYONE:
            return self._wishes.is_open
        if reader.id in map(_settings_id, self._wishes.digests):
            return True
        row = self._load(reader.id)
        return row is not None and self._clock.now() < row.expires_at

    def _load(self, key_id: str | None) -> KeyRow | None:
        if key_id is None:
            return None
        with self._door.reader() as connection:
            return key_rows.find(connection, key_id)


def make_key(door: DoorStore, now: datetime, name: str, *, days: int) -> tuple[KeyRow, str]:
    """Keep a new key's digest in door.db, and return the key itself; also for the command line."""
    key = new_key()
    row = KeyRow(id_of(key) or "", name, digest_of(key), now, now + timedelta(days=days))
    with door.transaction() as connection:
        key_rows.add(connection, row)
    return row, key


def _settings_id(digest: str) -> str:
    """Return the id of a key of the settings: no key of ours has a hyphen in its own."""
    return f"env-{digest[:8]}"
