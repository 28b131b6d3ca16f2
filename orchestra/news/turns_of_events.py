"""Who notices what no part tells by itself: the market's opening and close, jobs that no longer end well.

In: the market's clock, the jobs' last good ends. Out: events. Thread: engine.
"""

from collections.abc import Callable, Mapping

from database.calendar_manager import MarketCalendar
from orchestra.messages.events import MarketClosed, MarketOpened, WorkerFailed
from orchestra.runtime.agenda import GoodEnd
from orchestra.runtime.clock import Clock

INTERVALS = 3
LOOK_SECONDS = 10.0

Publish = Callable[[object], None]


class MarketTurns:
    """Tell when the session begins and ends; what is found at the start is no news."""

    def __init__(self, calendar: MarketCalendar, clock: Clock, publish: Publish) -> None:
        self._calendar = calendar
        self._clock = clock
        self._publish = publish
        self._was_open = self._is_open()

    def run_due(self) -> None:
        """Look, and tell what has changed."""
        is_open = self._is_open()
        if is_open != self._was_open:
            self._was_open = is_open
            self._publish(MarketOpened() if is_open else MarketClosed())

    def _is_open(self) -> bool:
        return self._calendar.is_open(int(self._clock.now().timestamp()))


class WorkerWatch:
    """Tell once of a job whose last good end is more than three intervals ago."""

    def __init__(self, last_ok: Callable[[], Mapping[str, GoodEnd]], clock: Clock, publish: Publish) -> None:
        self._last_ok = last_ok
        self._clock = clock
        self._publish = publish
        self._looked_at = clock.monotonic()
        self._failing: set[str] = set()

    def run_due(self) -> None:
        """Look at every job, now and then."""
        now = self._clock.monotonic()
        if now < self._looked_at + LOOK_SECONDS:
            return
        self._looked_at = now
        for name, end in self._last_ok().items():
            lag_s = now - end.monotonic
            if lag_s <= INTERVALS * end.every_seconds:
                self._failing.discard(name)
            elif name not in self._failing:
                self._failing.add(name)
                self._publish(WorkerFailed(name, lag_s))
