"""A broker's request budget: what may be asked now, and what has to leave room for something more important.

In: wishes with a priority, refusals of the broker. Out: leave to go on. Thread: any; nobody waits with the lock
held. Alpaca allows 200 requests a minute and host; 150 are ours, so that a second program of the owner finds room.
"""

import threading
from collections.abc import Callable
from enum import IntEnum

from system_databse.errors import BrokerUnavailable

PER_MINUTE = 150
MINUTE_SECONDS = 60.0
# A broker that names no time, or one of a clock that is not ours, is asked again after a minute at most.
SHORTEST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
# Of a token: less than this is a rounded sum, and waiting for it could last for ever.
ROUNDING = 1e-6


class Priority(IntEnum):
    """What a request is for; the value is how many requests it must leave to those above it."""

    CANCEL = 0
    QUERY = 5
    EXIT = 40
    ENTRY = 50
    BACKFILL = 75


WAIT_SECONDS = {
    # Somebody's minute waits for all but the backfill, so these are refused rather than kept waiting.
    Priority.CANCEL: 2.0,
    Priority.QUERY: 2.0,
    Priority.EXIT: 2.0,
    Priority.ENTRY: 2.0,
    Priority.BACKFILL: 60.0,
}


class BudgetSpent(BrokerUnavailable):
    """There is no room for the request within its time; nothing was sent, and asking again at once is no use."""


class TokenBucket:
    """Count the requests to one host. monotonic: steady seconds; sleep: waits that many; per_minute: how many."""

    def __init__(
        self, monotonic: Callable[[], float], sleep: Callable[[float], None], *, per_minute: int = PER_MINUTE
    ) -> None:
        self._monotonic = monotonic
        self._sleep = sleep
        self._per_minute = per_minute
        self._lock = threading.Lock()
        self._tokens = float(per_minute)
        self._filled_at = monotonic()
        self._closed_until = 0.0

    @property
    def left(self) -> int:
        """Return how many requests may go now, by our own count; 0 while the broker wants to be left alone."""
        with self._lock:
            if self._closed_until > self._monotonic():
                return 0
            self._fill()
            return max(0, int(self._tokens))

    @property
    def paused_seconds(self) -> float:
        """Return for how long nothing goes, because the broker has said that it is too much; 0 without a pause."""
        return max(0.0, self._closed_until - self._monotonic())

    def take(self, priority: Priority) -> None:
        """Take one request's token, waiting a little for it.

        Raises BudgetSpent when there will be none within the priority's time.
        """
        deadline = self._monotonic() + WAIT_SECONDS[priority]
        while wait := self._seconds_until(priority):
            if self._monotonic() + wait > deadline:
                raise BudgetSpent(f"Our own limit of requests is reached for {wait:.0f} s; nothing was sent.")
            self._sleep(wait)

    def spend(self) -> None:
        """Count a request that was not asked for by `take`: the further pages of an answer."""
        with self._lock:
            self._fill()
            self._tokens -= 1.0

    def close(self, seconds: float) -> None:
        """Let nothing go for that long: the broker has said that it is too much (429). Then its count starts anew."""
        with self._lock:
            pause = min(max(seconds, SHORTEST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
            self._closed_until = max(self._closed_until, self._monotonic() + pause)
            self._tokens = float(self._per_minute)
            self._filled_at = self._closed_until

    def _seconds_until(self, priority: Priority) -> float:
        """Take a token and return 0, or return how long it takes until there may be one."""
        with self._lock:
            left = self._closed_until - self._monotonic()
            if left > 0:
                return left
            self._fill()
            lacking = priority + 1.0 - self._tokens
            if lacking > ROUNDING:
                return lacking * MINUTE_SECONDS / self._per_minute
            self._tokens -= 1.0
            return 0.0

    def _fill(self) -> None:
        now = max(self._monotonic(), self._filled_at)
        refill = (now - self._filled_at) * self._per_minute / MINUTE_SECONDS
        self._tokens = min(self._tokens + refill, float(self._per_minute))
        self._filled_at = now
