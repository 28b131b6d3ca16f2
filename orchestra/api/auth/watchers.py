"""Who may see the live feed: whoever has a session, and the machine's own screen for as long as it goes on showing it.

In: tokens of cookies, ids of sessions with an open feed. Out: yes or no. Thread: any.
An untouched screen on a wall would go blind after a day otherwise, and no critical alert could wake it. What it may do
still ends with the session (reliability.md 4.4): it shows, and for everything else it asks for the PIN.
"""

import logging
from datetime import timedelta

from database.errors import StorageError
from orchestra.api.auth.peer import Peer
from orchestra.api.auth.sessions import KIOSK, Sessions, may_watch
from orchestra.runtime.clock import Clock
from system_databse.door import session_rows
from system_databse.door.door_store import DoorStore
from system_databse.door.session_rows import SessionRow

log = logging.getLogger(__name__)

# Each note is a write to the memory card; one is good for twelve hours.
NOTED_EVERY = timedelta(minutes=10)


class Watchers:
    """Admit screens to the live feed, and note which of them show it."""

    def __init__(self, sessions: Sessions, door: DoorStore, clock: Clock) -> None:
        self._sessions = sessions
        self._door = door
        self._clock = clock

    def find(self, token: str | None, peer: Peer) -> str | None:
        """Return the id of the session of a token when this peer may see the live feed with it."""
        found = self._sessions.find(token, peer)
        if found is not None:
            return found.id
        row = self._sessions.row_of(token)
        return row.id if row and peer.is_loopback and may_watch(row, self._clock.now()) else None

    def goes_on(self, session_id: str) -> bool:
        """Say whether an open feed of the session may go on; it is noted that the machine's own screen shows it."""
        with self._door.reader() as connection:
            row = session_rows.find(connection, session_id)
        if row is None or not may_watch(row, self._clock.now()):
            return False
        if row.kind == KIOSK:
            self._note(row)
        return True

    def _note(self, row: SessionRow) -> None:
        now = self._clock.now()
        if row.watched_at is not None and now - row.watched_at < NOTED_EVERY:
            return
        try:
            with self._door.transaction() as connection:
                session_rows.watch(connection, row.id, now)
        except StorageError as error:
            # It is noted at the next look.
            log.error("That a screen shows the feed could not be noted in door.db: %s", error)  # noqa: TRY400 - the sentence says all
