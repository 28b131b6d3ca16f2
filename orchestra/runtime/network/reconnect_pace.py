"""How often a stream may connect: a server that throws us out is not stormed.

In: the attempts. Out: how long the next one has to wait. Thread: the stream's.
"""

from collections import deque
from collections.abc import Callable

MOST_A_MINUTE = 6
MINUTE_SECONDS = 60.0


class ReconnectPace:
    """Keep any sixty seconds to six attempts, whatever a backoff allows. monotonic: steady seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._attempts: deque[float] = deque(maxlen=MOST_A_MINUTE)

    def note_attempt(self) -> None:
        """Count an attempt that begins now."""
        self._attempts.append(self._monotonic())

    def seconds_to_wait(self) -> float:
        """Return how long it takes until one more attempt is allowed."""
        if len(self._attempts) < MOST_A_MINUTE:
            return 0.0
        return max(self._attempts[0] + MINUTE_SECONDS - self._monotonic(), 0.0)
