"""The live feed: one thread compares states, numbers what changed and tells every screen.

In: the live board. Out: SNAPSHOT, UPDATE, HEARTBEAT. Thread: feed; screens join and leave from theirs.
A screen that joins gets the state of the last number, and from then on every number: both happen under one lock,
so nothing falls between. One that does not read is skipped; it sees the gap in the numbers and asks again.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from orchestra.api.answers import time_text
from orchestra.api.feed.state_json import State, changes_between
from orchestra.api.protocol import HEARTBEAT, SNAPSHOT, UPDATE
from orchestra.news.envelopes import envelope_of
from orchestra.runtime.clock import Clock
from orchestra.runtime.owner.live_board import LiveBoard

log = logging.getLogger(__name__)

PULSE_SECONDS = 0.1
UPDATE_SECONDS = 0.5
HEARTBEAT_SECONDS = 2.0
MOST_EVENTS = 200


class Screens(Protocol):
    """The open sockets."""

    def send(self, name: str, body: dict[str, Any], screens: Sequence[str]) -> None:
        """Queue an event for these screens; never waits for them."""

    def waiting(self, screen: str) -> int:
        """Return how many events that screen has not taken yet."""


class LiveFeed:
    """Number the changes of the state. read_state: the state as JSON, from any thread."""

    def __init__(
        self,
        board: LiveBoard,
        read_state: Callable[[], State],
        screens: Screens,
        *,
        clock: Clock,
        boot: str,
        most_waiting: int,
    ) -> None:
        self._board = board
        self._read_state = read_state
        self._screens = screens
        self._clock = clock
        self._boot = boot
        self._most_waiting = most_waiting
        # Sending to a screen may find it gone, which makes it leave: on the same thread, under the same lock.
        self._lock = threading.RLock()
        # Every screen hears the heartbeat; those that fell behind hear nothing else until they ask again.
        self._screens_here: dict[str, bool] = {}
        self._state = read_state()
        self._number = 0
        self._news_number = _newest(board)
        self._looked_at = self._beaten_at = clock.monotonic()
        self._stop = threading.Event()

    @property
    def number(self) -> int:
        """Return the number of the last update."""
        return self._number

    def join(self, screen: str) -> None:
        """Send the whole state to a screen and every update from then on; joining again is asking again."""
        with self._lock:
            self._screens_here[screen] = False
            if self._is_behind(screen):
                return
            # What a screen is told first is how things are now, not half a second ago.
            self._update()
            self._screens_here[screen] = True
            body = {"boot": self._boot, "seq": self._number, "state": self._state}
            self._screens.send(SNAPSHOT, body, [screen])

    def leave(self, screen: str) -> None:
        """Forget a screen."""
        with self._lock:
            self._screens_here.pop(screen, None)

    def pulse(self) -> None:
        """Do what is due: an update when something changed, a heartbeat every two seconds."""
        now = self._clock.monotonic()
        with self._lock:
            if now - self._looked_at >= UPDATE_SECONDS:
                self._looked_at = now
                self._update()
            if now - self._beaten_at >= HEARTBEAT_SECONDS:
                self._beaten_at = now
                body = {"boot": self._boot, "seq": self._number, "now": time_text(self._clock.now())}
                self._screens.send(HEARTBEAT, body, [each for each in self._screens_here if not self._is_behind(each)])

    def run(self) -> None:
        """Pulse until `stop`; the thread of the feed. A pulse that comes too early looks at the clock alone."""
        while not self._stop.wait(PULSE_SECONDS):
            try:
                self.pulse()
            except Exception:
                log.exception("The live feed failed once; it goes on.")
                self._stop.wait(UPDATE_SECONDS)

    def stop(self) -> None:
        """End `run`."""
        self._stop.set()

    def _update(self) -> None:
        state = self._read_state()
        changes = changes_between(self._state, state)
        events = self._events(state)
        self._state = state
        if not changes and not events:
            return
        self._number += 1
        body = {"boot": self._boot, "seq": self._number, "changes": changes, "events": events}
        self._screens.send(UPDATE, body, self._readers())

    def _events(self, state: State) -> list[dict[str, Any]]:
        news = self._board.news_after(self._news_number)
        if news:
            self._news_number = news[-1].number
        market = state["market"]
        now = market["now"] if market else str(time_text(self._clock.now()))
        names = {each["id"]: each["name"] for each in state["algorithms"]}
        told = [envelope_of(each.event, now=now, name_of=lambda id_: names.get(id_, "")) for each in news]
        return [event.to_values() for event in told if event][-MOST_EVENTS:]

    def _readers(self) -> list[str]:
        """Return the screens that take what they are sent; the others miss a number and have to ask again."""
        for screen in self._screens_here:
            if self._is_behind(screen):
                self._screens_here[screen] = False
        return [screen for screen, is_complete in self._screens_here.items() if is_complete]

    def _is_behind(self, screen: str) -> bool:
        return self._screens.waiting(screen) > self._most_waiting


def _newest(board: LiveBoard) -> int:
    news = board.news_after(0)
    return news[-1].number if news else 0
