"""The heartbeat: an address outside that is pinged by finished passes of the engine, and by nothing else.

In: finished passes, how the engine is. Out: GET of the address, `/fail` while something is wrong. Thread: the engine's
calls `beat`; a thread of its own waits for the network, and pings only what a pass has given it.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import requests

from database.timestamps import iso_milliseconds
from orchestra.notifications.addresses import without_secrets
from orchestra.runtime.clock import Clock
from orchestra.runtime.plain_text import plain_line

TIMEOUT_SECONDS = (5.0, 10.0)
LONGEST_PROBLEM = 200
FAIL = "/fail"

# Pings an address with a text; returns why it failed, None when it did not.
Ping = Callable[[str, str], str | None]


@dataclass(frozen=True, slots=True)
class HeartbeatState:
    """How it goes. last_success: the machine's time as ISO-Z, empty for never; problem: of the last ping."""

    last_success: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Beat:
    address: str
    problem: str


class Heartbeat:
    """Ping every so many minutes. clock: the machine's."""

    def __init__(self, clock: Clock, *, minutes: float, ping: Ping | None = None) -> None:
        self._clock = clock
        self._seconds = minutes * 60
        self._ping = ping or ping_by_http
        self._due_at = 0.0
        self._address = ""
        self._given: _Beat | None = None
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._is_stopping = False
        self.state = HeartbeatState()

    def beat(self, address: str, problem: str = "") -> None:
        """Take note that a pass of the engine has finished; ping when it is time. problem: what is wrong."""
        now = self._clock.monotonic()
        if address != self._address:
            self._address, self._due_at, self.state = address, now, HeartbeatState()
        if not address or now < self._due_at:
            return
        self._due_at = now + self._seconds
        with self._changed:
            # One that still waits for the network gives way to the newer one.
            self._given = _Beat(address, problem)
            self._begin()
            self._changed.notify()

    def stop(self) -> None:
        """End; a ping that is under way ends with its own time limit."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify()

    def _begin(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._given is not None or self._is_stopping)
                beat, self._given = self._given, None
            if beat is None:
                return
            self._send(beat)

    def _send(self, beat: _Beat) -> None:
        address = beat.address.rstrip("/") + FAIL if beat.problem else beat.address
        failed = self._ping(address, beat.problem)
        if beat.address != self._address:
            return
        if failed is None:
            self.state = HeartbeatState(last_success=iso_milliseconds(self._clock.now()))
        else:
            words = plain_line(without_secrets(failed, beat.address), longest=LONGEST_PROBLEM)
            self.state = HeartbeatState(self.state.last_success, words)


def ping_by_http(address: str, text: str) -> str | None:
    """Ask for the address, or send it a text; return why that failed."""
    try:
        with requests.Session() as session:
            if text:
                answer = session.post(address, data=text.encode(), timeout=TIMEOUT_SECONDS)
            else:
                answer = session.get(address, timeout=TIMEOUT_SECONDS)
    except requests.Timeout:
        return "The heartbeat's address did not answer in time."
    except (requests.RequestException, ValueError):
        return "The heartbeat's address cannot be reached."
    return None if answer.ok else f"The heartbeat's address answered {answer.status_code}."
