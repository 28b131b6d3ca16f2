"""Backfill: fetch the history that was missed, and again until it has come.

In: the wish, at a start and after each connection of the data stream. Out: stored bars. Thread: engine.
"""

import logging
from collections.abc import Callable

from database.errors import MarketDataError
from orchestra.runtime.clock import Clock

log = logging.getLogger(__name__)

FIRST_RETRY_SECONDS = 5.0
LONGEST_RETRY_SECONDS = 60.0


class Backfill:
    """Keep the wish for history until `fill` has worked. fill: raises MarketDataError when it did not."""

    def __init__(self, fill: Callable[[], object], clock: Clock) -> None:
        self._fill = fill
        self._clock = clock
        self._is_wanted = False
        self._due_at = 0.0
        self._retry_seconds = FIRST_RETRY_SECONDS

    def want(self) -> None:
        """Fetch now, and if the broker does not answer, later."""
        self._is_wanted = True
        self._due_at = self._seconds()
        self._retry_seconds = FIRST_RETRY_SECONDS
        self.run_due()

    def run_due(self) -> None:
        """Try again what is still to be done, less and less often."""
        if not self._is_wanted or self._seconds() < self._due_at:
            return
        try:
            self._fill()
        except MarketDataError as error:
            log.warning("History is incomplete for now: %s", error)
            self._due_at = self._seconds() + self._retry_seconds
            self._retry_seconds = min(2 * self._retry_seconds, LONGEST_RETRY_SECONDS)
            return
        self._is_wanted = False

    def _seconds(self) -> float:
        """Return market time where an exchange owns it, so that a replay retries at the same minutes each time."""
        return self._clock.now().timestamp() if self._clock.is_simulated else self._clock.monotonic()
