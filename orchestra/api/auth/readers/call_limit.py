"""How often one key may ask: so many calls in any minute, whoever shares the key (reliability.md 4.6)."""

import math
import threading
from collections import deque

CALLS_A_MINUTE = 120
MINUTE_S = 60.0


class CallLimit:
    """Count the calls of each key over the last minute. A refused call counts for nothing."""

    def __init__(self, calls_a_minute: int = CALLS_A_MINUTE) -> None:
        self._most = calls_a_minute
        self._lock = threading.Lock()
        # Of known keys only, so there are as many of these as the owner has made.
        self._calls: dict[str, deque[float]] = {}

    def wait_seconds(self, reader_id: str, now: float) -> int:
        """Count a call at `now` (monotonic seconds) and return 0, or the whole seconds until one is free again."""
        with self._lock:
            calls = self._calls.setdefault(reader_id, deque(maxlen=self._most))
            left = MINUTE_S - (now - calls[0]) if len(calls) == self._most else 0
            if left > 0:
                return math.ceil(left)
            calls.append(now)
            return 0
