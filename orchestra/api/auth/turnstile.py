"""One at a time, a few may wait, the rest is turned away: hashing PINs never becomes an attack on the engine."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

QUEUE = 4


class TurnedAway(Exception):
    """Too many are waiting already."""


class Turnstile:
    """Let one through at a time. waiting: how many may stand in line."""

    def __init__(self, waiting: int = QUEUE) -> None:
        self._places = threading.BoundedSemaphore(waiting + 1)
        self._turn = threading.Lock()

    @contextmanager
    def passage(self) -> Iterator[None]:
        """Wait for one's turn and have it; raises TurnedAway at once when the line is full."""
        if not self._places.acquire(blocking=False):
            raise TurnedAway
        try:
            with self._turn:
                yield
        finally:
            self._places.release()
