"""The board the engine writes on and every screen reads: one snapshot, replaced as a whole, and the news since.

In: snapshots and events of the engine. Out: the newest snapshot, events by number. Thread: written by the engine,
read by any.
"""

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from orchestra.messages.live_snapshot import LiveSnapshot

NEWS_KEPT = 1000


@dataclass(frozen=True, slots=True)
class News:
    """One event of the bus, numbered."""

    number: int
    event: object


class LiveBoard:
    """Hold the newest snapshot and the last events; waiting readers are woken by either."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._snapshot: LiveSnapshot | None = None
        self._news: deque[News] = deque(maxlen=NEWS_KEPT)
        self._last_number = 0

    @property
    def snapshot(self) -> LiveSnapshot | None:
        """Return the newest snapshot; None until the engine has begun."""
        return self._snapshot

    def replace(self, snapshot: LiveSnapshot) -> None:
        """Show this from now on."""
        with self._changed:
            self._snapshot = snapshot
            self._changed.notify_all()

    def on_event(self, event: object) -> None:
        """Take an event of the bus; give it to `EventBus.listen`."""
        with self._changed:
            self._last_number += 1
            self._news.append(News(self._last_number, event))
            self._changed.notify_all()

    def news_after(self, number: int) -> Sequence[News]:
        """Return the events later than that number, oldest first; those too old to be kept are missing."""
        with self._changed:
            return [each for each in self._news if each.number > number]

    def wait(self, sequence: int, number: int, wait_seconds: float) -> bool:
        """Wait until there is a snapshot later than `sequence` or an event later than `number`."""
        with self._changed:
            return self._changed.wait_for(lambda: self._is_newer(sequence, number), wait_seconds)

    def _is_newer(self, sequence: int, number: int) -> bool:
        return self._last_number > number or (self._snapshot is not None and self._snapshot.sequence > sequence)
