"""News for onlookers: removing every listener changes no trade.

In: events, after their commit. Out: calls of the listeners. Thread: the publisher's, and one for each listener apart.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from blinker import Signal

log = logging.getLogger(__name__)

Listener = Callable[[Any], None]

MOST_WAITING = 1000


class EventBus:
    """Hand each event to every listener; one that fails is logged and disturbs nobody."""

    def __init__(self) -> None:
        self._signal = Signal()

    def listen(self, listener: Listener) -> None:
        """Call the listener with every event from now on, on the publisher's thread: it never waits for anything."""
        self._signal.connect(listener, weak=False)

    def listen_apart(self, listener: Listener, *, name: str, most_waiting: int = MOST_WAITING) -> "ListenerApart":
        """Call a listener that may take its time on a thread of its own; the caller closes what is returned."""
        apart = ListenerApart(listener, name=name, most_waiting=most_waiting)
        self.listen(apart.take)
        return apart

    def forget(self) -> None:
        """Tell nobody any more."""
        self._signal = Signal()

    def publish(self, event: object) -> None:
        """Tell all listeners."""
        for listener in self._signal.receivers_for(event):
            hand_over(listener, event)


class ListenerApart:
    """A listener behind a queue: whoever is too slow loses news, counted in `lost`, and holds nobody up."""

    def __init__(self, listener: Listener, *, name: str, most_waiting: int = MOST_WAITING) -> None:
        self._listener = listener
        self._most_waiting = most_waiting
        self._waiting: deque[object] = deque()
        self._changed = threading.Condition()
        self._is_closed = False
        self.lost = 0
        self._thread = threading.Thread(target=self._run, name=f"news-{name}", daemon=True)
        self._thread.start()

    def take(self, event: object) -> None:
        """Queue an event, or lose it."""
        with self._changed:
            if self._is_closed or len(self._waiting) >= self._most_waiting:
                self.lost += 1
                return
            self._waiting.append(event)
            self._changed.notify()

    def close(self, wait_seconds: float = 1.0) -> None:
        """Take nothing more, and give the listener that long to hear what waits."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        self._thread.join(wait_seconds)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._is_closed)
                if not self._waiting:
                    return
                event = self._waiting.popleft()
            hand_over(self._listener, event)


def hand_over(listener: Listener, event: object) -> None:
    """Call one listener; what it fails on is its own affair."""
    try:
        listener(event)
    except Exception:
        log.exception("A listener failed on %s.", type(event).__name__)
