"""A question that is asked again and again on the fetcher, one at a time, while the engine goes on.

In: what is asked, when it is due. Out: the answer, taken on the engine's thread. Thread: engine.
"""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from orchestra.runtime.clock import Clock
from orchestra.runtime.fetcher import has_come

Start = Callable[[Callable[[], Any]], "Future[Any]"]


class StandingQuestion:
    """Ask when due. start: runs a call on the fetcher; take: is given the finished answer, and says `again_in`."""

    def __init__(
        self, clock: Clock, start: Start, *, ask: Callable[[], Any], take: Callable[["Future[Any]"], None]
    ) -> None:
        self._clock = clock
        self._start = start
        self._ask = ask
        self._take = take
        self._due_at = clock.monotonic()
        self._under_way: Future[Any] | None = None

    @property
    def is_due(self) -> bool:
        """Say whether it would be asked now."""
        return self._under_way is None and self._clock.monotonic() >= self._due_at

    def again_in(self, seconds: float) -> None:
        """Ask again after so long."""
        self._due_at = self._clock.monotonic() + seconds

    def ask_anew(self) -> None:
        """Ask at once; an answer that is still under way is to another question."""
        self._under_way = None
        self.again_in(0)

    def run_due(self) -> None:
        """Ask when it is time to, and take the answer that has come."""
        if self.is_due:
            self._under_way = self._start(self._ask)
        elif self._under_way is not None and self._under_way.done():
            answer, self._under_way = self._under_way, None
            self._take(answer)

    def wait(self, seconds: float) -> None:
        """Wait for the answer under way, at most that long, and take it."""
        if has_come(self._under_way, seconds):
            self.run_due()
