"""Whether the PIN was entered within the last five minutes: what keys, limits and real money ask for (4.4).

In: sessions, right PINs. Out: nothing, or Refused with `needs_pin`, upon which the page asks for the PIN. Thread: any.
"""

import threading
from datetime import datetime, timedelta

from orchestra.api.answers import Refused
from orchestra.api.auth.sessions import Session
from orchestra.runtime.clock import Clock

FRESH = timedelta(minutes=5)
MOST_SESSIONS = 100


class FreshPins:
    """Remember when each session last gave the PIN; a restart forgets, and then it is asked for again."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._entered: dict[str, datetime] = {}

    def note(self, session: Session | None) -> None:
        """Note that this session has just given the right PIN."""
        if session is None:
            return
        with self._lock:
            self._entered.pop(session.id, None)
            self._entered[session.id] = self._clock.now()
            while len(self._entered) > MOST_SESSIONS:
                del self._entered[next(iter(self._entered))]

    def is_fresh(self, session: Session | None) -> bool:
        """Say whether this session gave the PIN, at its login or since, within the last five minutes."""
        if session is None:
            return False
        with self._lock:
            entered = self._entered.get(session.id, session.opened_at)
        # A clock that was set back has said nothing of how long ago that is.
        return timedelta(0) <= self._clock.now() - entered < FRESH

    def require(self, session: Session | None) -> None:
        """Raise Refused unless the PIN is fresh."""
        if not self.is_fresh(session):
            raise Refused(403, "Enter the PIN: this needs the PIN of the last five minutes.", needs_pin=True)
