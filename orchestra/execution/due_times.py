"""When to ask again: soon at first, then once a minute.

In: ids of what is in doubt. Out: whether each is due. Thread: engine.
"""

from collections.abc import Callable, Iterable

FIRST_DELAYS_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0)
LATER_DELAY_SECONDS = 60.0


class DueTimes:
    """Keep one schedule an id. monotonic: steady seconds; delays: between the askings, the last one repeats."""

    def __init__(
        self,
        monotonic: Callable[[], float],
        *,
        delays: Iterable[float] = (*FIRST_DELAYS_SECONDS, LATER_DELAY_SECONDS),
    ) -> None:
        self._monotonic = monotonic
        self._delays = tuple(delays)
        self._askings: dict[str, int] = {}
        self._due_at: dict[str, float] = {}

    def watch(self, ids: Iterable[str]) -> None:
        """Start the schedule of new ids, and forget those that are not named any more."""
        wanted = set(ids)
        for id_ in self._due_at.keys() - wanted:
            del self._due_at[id_], self._askings[id_]
        for id_ in wanted - self._due_at.keys():
            self._askings[id_] = 0
            self._plan(id_)

    def take(self, id_: str) -> bool:
        """Say whether the id is due; if so, its next time is planned."""
        if self._monotonic() < self._due_at[id_]:
            return False
        self._askings[id_] += 1
        self._plan(id_)
        return True

    def _plan(self, id_: str) -> None:
        delay = self._delays[min(self._askings[id_], len(self._delays) - 1)]
        self._due_at[id_] = self._monotonic() + delay
