"""Backfill: fetch the history that was missed, and again until it has come.

In: the wish, at a start, after each connection of the data stream and now and then. Out: stored bars. Thread: engine;
in real time the fetching itself is done by the fetcher, so that no minute waits for it.
"""

import logging
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from typing import Any

from database.errors import MarketDataError
from orchestra.runtime.clock import Clock
from orchestra.runtime.fetcher import has_come

log = logging.getLogger(__name__)

FIRST_RETRY_SECONDS = 5.0
LONGEST_RETRY_SECONDS = 60.0

Start = Callable[[Callable[[], Any]], "Future[Any]"]


def here_and_now(work: Callable[[], Any]) -> "Future[Any]":
    """Do the work before returning: on simulated time the market stands still meanwhile."""
    future: Future[Any] = Future()
    try:
        future.set_result(work())
    except MarketDataError as error:
        future.set_exception(error)
    return future


class Backfill:
    """Keep the wish for history until `fill` has worked.

    fill: fetches what the symbols lack, raises MarketDataError when it could not. symbols: those needed now, asked on
    the engine thread. start: runs a call on the fetcher. on_filled: told on the engine thread that bars were stored.
    """

    def __init__(
        self,
        fill: Callable[[frozenset[str]], object],
        clock: Clock,
        *,
        symbols: Callable[[], frozenset[str]],
        start: Start = here_and_now,
        on_filled: Callable[[], None] = lambda: None,
    ) -> None:
        self._fill = fill
        self._clock = clock
        self._symbols = symbols
        self._start = start
        self._on_filled = on_filled
        self._is_wanted = False
        self._under_way: Future[Any] | None = None
        self._due_at = 0.0
        self._retry_seconds = FIRST_RETRY_SECONDS
        self.is_catching_up = False

    def want(self) -> None:
        """Fetch now, and if the broker does not answer, later: bars were missed."""
        self.is_catching_up = True
        self._retry_seconds = FIRST_RETRY_SECONDS
        self.look()

    def look(self) -> None:
        """Look now whether history has what we lack; nothing is known to be missing."""
        self._is_wanted = True
        self._due_at = self._seconds()
        self.run_due()

    def run_due(self) -> None:
        """Take what has been fetched; try again what is still to be done, less and less often."""
        if self._under_way is not None and self._under_way.done():
            self._take(self._under_way)
        if self._under_way is not None or not self._is_wanted or self._seconds() < self._due_at:
            return
        self._is_wanted = False  # what is wished for from now on is another one
        symbols = self._symbols()
        self._under_way = self._start(lambda: self._fill(symbols))
        if self._under_way.done():
            self._take(self._under_way)

    def wait(self, seconds: float) -> None:
        """Wait for what is under way, at most that long."""
        if has_come(self._under_way, seconds):
            self.run_due()

    def _take(self, fetched: "Future[Any]") -> None:
        self._under_way = None
        try:
            fetched.result()
        except (MarketDataError, CancelledError) as error:
            log.warning("History is incomplete for now: %s", error)
            self._is_wanted = True
            self._due_at = self._seconds() + self._retry_seconds
            self._retry_seconds = min(2 * self._retry_seconds, LONGEST_RETRY_SECONDS)
            return
        self.is_catching_up = self.is_catching_up and self._is_wanted
        self._on_filled()

    def _seconds(self) -> float:
        """Return market time where an exchange owns it, so that a replay retries at the same minutes each time."""
        return self._clock.now().timestamp() if self._clock.is_simulated else self._clock.monotonic()
