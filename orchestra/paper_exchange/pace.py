"""How fast an exchange's clock may go: a ceiling, and a while of rest at each close.

In: each minute that the clock has reached. Out: how long it has to stay there. Thread: the one that holds the
exchange's lock.
"""

from database.bar import MINUTE
from orchestra.runtime.clock import Clock


class Pace:
    """Hold the clock back.

    speed: market seconds a second at most, None for no limit at all. closed_seconds: how long the market shows
    "closed" before the next open follows, at the least; no matter without a speed.
    """

    def __init__(self, clock: Clock, speed: float | None, *, closed_seconds: float = 0.0) -> None:
        self._clock = clock
        self._seconds_a_minute = MINUTE / speed if speed else 0.0
        self._seconds_a_close = max(self._seconds_a_minute, closed_seconds) if speed else 0.0
        self._not_before = clock.monotonic()

    def reach(self, *, is_close: bool) -> None:
        """Begin a minute's stay. is_close: whether the minute is the close of its session."""
        stay = self._seconds_a_close if is_close else self._seconds_a_minute
        self._not_before = self._clock.monotonic() + stay

    def seconds_left(self) -> float:
        """Return how long the clock has to stay where it is; 0 or less when it may go on."""
        return self._not_before - self._clock.monotonic() if self._seconds_a_minute else 0.0
