"""A rate: so many at once, so many a second after that."""

import threading

KEPT_SOURCES = 1000


class TokenBuckets:
    """Count what each source does. burst: at once; per_second: refilled."""

    def __init__(self, *, burst: float, per_second: float) -> None:
        self._burst = burst
        self._per_second = per_second
        self._lock = threading.Lock()
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, source: str, now: float) -> bool:
        """Take one of the source's tokens at `now` (monotonic seconds); False when there is none."""
        with self._lock:
            left, then = self._left.pop(source, (self._burst, now))
            left = min(self._burst, left + (now - then) * self._per_second)
            is_allowed = left >= 1
            self._left[source] = (left - 1 if is_allowed else left, now)
            # The source that was quiet for longest has a full bucket again by then.
            while len(self._left) > KEPT_SOURCES:
                self._left.pop(next(iter(self._left)))
            return is_allowed
