"""The one inbox of the engine: whatever comes back from the world arrives here as a message.

In: frozen messages. Out: the same, one at a time. Thread: put from any, take on the engine's.
"""

import queue


class Inbox:
    """A queue on which the engine sleeps until its next due time."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[object] = queue.SimpleQueue()

    @property
    def depth(self) -> int:
        """Return how many messages wait."""
        return self._queue.qsize()

    def put(self, message: object) -> None:
        """Add a message; safe from any thread and from a signal handler."""
        self._queue.put(message)

    def take(self, wait_seconds: float) -> object | None:
        """Return the oldest message, or None when none came in time."""
        try:
            return self._queue.get(timeout=max(wait_seconds, 0.0))
        except queue.Empty:
            return None
