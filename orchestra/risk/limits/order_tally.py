"""The tally: how many orders passed the gate in this minute and in this session.

In: approved decisions; after a start, the orders on disk. Out: counts. Thread: engine.
"""

from collections import Counter
from collections.abc import Callable, Mapping

from database.calendar_manager import Session

# Orders of a session by algorithm, from the disk.
CountOrders = Callable[[Session], Mapping[int, int]]


class OrderTally:
    """Count by algorithm, and under None all together."""

    def __init__(self, count_orders: CountOrders) -> None:
        self._count_orders = count_orders
        self._session_open = 0
        self._minute = 0
        self._in_minute: Counter[int | None] = Counter()
        self._in_session: Counter[int | None] = Counter()

    def begin(self, minute: int, session: Session) -> None:
        """Take note of the minute that is judged; a new session starts with what the disk holds of it."""
        if minute != self._minute:
            self._minute, self._in_minute = minute, Counter()
        if session.open != self._session_open:
            stored = self._count_orders(session)
            self._in_session = Counter(stored)
            self._in_session[None] = sum(stored.values())
            self._session_open = session.open

    def add(self, algorithm_id: int) -> None:
        """Count an order that passed."""
        for owner in (algorithm_id, None):
            self._in_minute[owner] += 1
            self._in_session[owner] += 1

    def in_minute(self, algorithm_id: int | None) -> int:
        """Return the orders of the minute so far."""
        return self._in_minute[algorithm_id]

    def in_session(self, algorithm_id: int | None) -> int:
        """Return the orders of the session so far."""
        return self._in_session[algorithm_id]

    def forget(self) -> None:
        """Read the disk again at the next minute: orders may have passed uncounted while nothing was limited."""
        self._session_open = 0
