"""Sessions on the server's side, so that they can be ended (ASVS 7.2 to 7.4).

In: logins, tokens of cookies. Out: the session of a request. Thread: any. A token has 256 bits and is stored as its
SHA-256 only; a session ends after 12 idle hours at this machine, 30 idle minutes elsewhere, and after 24 hours.
What a screen at this machine shows goes on after that: see watchers.py.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from orchestra.api.auth.peer import Peer
from orchestra.runtime.clock import Clock
from system_databse.door import session_rows
from system_databse.door.door_store import DoorStore
from system_databse.door.session_rows import SessionRow

KIOSK, LAN, DEVICE = "kiosk", "lan", "device"
IDLE = {KIOSK: timedelta(hours=12), LAN: timedelta(minutes=30)}
LONGEST = {KIOSK: timedelta(hours=24), LAN: timedelta(hours=24), DEVICE: timedelta(days=365)}
# A commit waits for the disk, so a session is not written anew at each request.
TOUCHED_EVERY = timedelta(minutes=1)
# A clock may be corrected by a little; one that was set back by more ends the sessions of "the future".
CLOCK_SLACK = timedelta(minutes=1)
LONGEST_TOKEN = 100
LONGEST_AGENT = 200


@dataclass(frozen=True, slots=True)
class Session:
    """A session in force. opened_at: when its PIN was entered."""

    id: str
    kind: str
    expires_at: datetime
    opened_at: datetime


class Sessions:
    """Open, find and end sessions."""

    def __init__(self, door: DoorStore, clock: Clock) -> None:
        self._door = door
        self._clock = clock
        self._on_end: list[Callable[[str | None], None]] = []

    def on_end(self, listener: Callable[[str | None], None]) -> None:
        """Call the listener with the id of each session that is ended early; None: all of them."""
        self._on_end.append(listener)

    def open(self, peer: Peer, user_agent: str) -> str:
        """Start a session and return its token, for the cookie and for nothing else."""
        return self._add(KIOSK if peer.is_loopback else LAN, peer, user_agent)

    def trust(self, peer: Peer, user_agent: str) -> str:
        """Remember a browser that has logged in, and return the token of its second cookie."""
        return self._add(DEVICE, peer, user_agent)

    def find(self, token: str | None, peer: Peer) -> Session | None:
        """Return the session of a token when it is in force for this peer, and note that it was used.

        The session of the machine's own screen is worth nothing elsewhere.
        """
        row = self.row_of(token)
        now = self._clock.now()
        if row is None or not is_in_force(row, now) or (row.kind == KIOSK and not peer.is_loopback):
            return None
        if now - row.last_seen_at >= TOUCHED_EVERY:
            with self._door.transaction() as connection:
                session_rows.touch(connection, row.id, now)
        return Session(row.id, row.kind, min(row.expires_at, now + IDLE[row.kind]), row.created_at)

    def is_trusted(self, token: str | None) -> bool:
        """Say whether this is the cookie of a browser that has logged in before."""
        row = self.row_of(token)
        return row is not None and row.kind == DEVICE and self._clock.now() < row.expires_at

    def is_live(self, session_id: str) -> bool:
        """Say whether the session is still in force; asking is not using."""
        with self._door.reader() as connection:
            row = session_rows.find(connection, session_id)
        return row is not None and is_in_force(row, self._clock.now())

    def open_ones(self) -> list[SessionRow]:
        """Return the sessions in force or on show, the newest first; trusted browsers are none."""
        with self._door.reader() as connection:
            rows = session_rows.load(connection)
        return [row for row in rows if may_watch(row, self._clock.now())]

    def end_others(self, kept: str) -> int:
        """End every session but one, and forget every other trusted browser; return how many sessions that ended."""
        others = [row.id for row in self.open_ones() if row.id != kept]
        with self._door.transaction() as connection:
            session_rows.end_all(connection, self._clock.now(), kept=kept)
        for each in others:
            self._tell(each)
        return len(others)

    def end(self, session_id: str) -> None:
        """End one session."""
        with self._door.transaction() as connection:
            session_rows.end(connection, session_id, self._clock.now())
        self._tell(session_id)

    def end_all(self) -> None:
        """End every session and forget every trusted browser: the PIN is another one now."""
        with self._door.transaction() as connection:
            session_rows.end_all(connection, self._clock.now())
        self._tell(None)

    def _add(self, kind: str, peer: Peer, user_agent: str) -> str:
        token = secrets.token_urlsafe(32)
        now = self._clock.now()
        row = SessionRow(_digest(token), kind, now, now, now + LONGEST[kind], peer.address, user_agent[:LONGEST_AGENT])
        with self._door.transaction() as connection:
            session_rows.add(connection, row)
        return token

    def row_of(self, token: str | None) -> SessionRow | None:
        """Return what is kept of a token, in force or not."""
        if not token or len(token) > LONGEST_TOKEN:
            return None
        with self._door.reader() as connection:
            return session_rows.find(connection, _digest(token))

    def _tell(self, session_id: str | None) -> None:
        for listener in self._on_end:
            listener(session_id)


def is_in_force(row: SessionRow, now: datetime) -> bool:
    """Say whether a session that was not ended is neither idle for too long nor too old."""
    idle = IDLE.get(row.kind)
    is_begun = row.created_at - CLOCK_SLACK <= now
    return idle is not None and is_begun and now < row.expires_at and now - row.last_seen_at < idle


def may_watch(row: SessionRow, now: datetime) -> bool:
    """Say whether a session may see the live feed: it is in force, or its screen at this machine has shown it since."""
    if is_in_force(row, now):
        return True
    is_begun = row.created_at - CLOCK_SLACK <= now
    is_on_show = row.watched_at is not None and now - row.watched_at < IDLE[KIOSK]
    return row.kind == KIOSK and is_begun and is_on_show


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
