"""How long one algorithm's turn may wait for the broker's history, over all its look-ups.

In: waits. Out: the seconds left. Thread: engine.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from orchestra.runtime.clock import Clock


class WaitBudget:
    """Count seconds of waiting against a limit, until it is renewed."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._left = seconds

    def renew(self) -> None:
        """Grant the whole budget again: the next algorithm's turn."""
        self._left = self._seconds

    @contextmanager
    def spend(self) -> Iterator[float]:
        """Yield the seconds left, 0 when it is spent, and take off what the wait took."""
        started = self._clock.monotonic()
        try:
            yield self._left
        finally:
            self._left = max(self._left - (self._clock.monotonic() - started), 0.0)
