"""The engine's loop: sleep on the inbox until something is due, act, repeat.

In: ticks and messages. Out: calls of the pipeline and of the message handlers. Thread: main.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from database.bar import MINUTE
from orchestra.messages.events import StopRequested
from orchestra.messages.lockstep import Tick
from orchestra.runtime.clock import Clock
from orchestra.runtime.inbox import Inbox

log = logging.getLogger(__name__)

START_AFTER_SECONDS = 2.0
LATEST_START_SECONDS = 50.0
# Also how soon a clock that was set is noticed.
IDLE_SECONDS = 1.0
# What the process slept through longer ago than this is not written down.
LONGEST_GAP = 7 * 24 * 60 * MINUTE
# By how much market time may outrun the machine's steady time, or fall behind it, before it is a clock that was set.
LARGEST_DRIFT_SECONDS = 1.0

Handlers = Mapping[type, Callable[[Any], None]]


def nobody_asks(_minutes: Sequence[int]) -> None:
    """Leave missed minutes unrecorded."""


def never_decided() -> int:
    """Know of no earlier run."""
    return 0


def nothing_to_do() -> None:
    """Leave the time between minutes unused."""


def always() -> bool:
    """Trust the clock."""
    return True


class MinuteLoop:
    """Run until a StopRequested arrives or the market ends.

    run_minute: the pipeline; settle: called after each minute, ends it in simulated time; handlers: one
    for each type of message; is_trading_minute: whether real time has a minute to run at all; on_missed:
    told the trading minutes, ascending, that real time passed over; they are never run afterwards.
    decided_until: the minute an earlier run came to, 0 without one; what passed since then is missed.
    is_time_known: whether real time may be believed; while it may not, no minute is run, and the minutes that have gone
    by are missed once it may again. between_minutes: called at least once a second in real time; on_pass: at least
    once a second in every world.
    """

    def __init__(
        self,
        inbox: Inbox,
        clock: Clock,
        *,
        run_minute: Callable[[Tick], None],
        settle: Callable[[int], None],
        handlers: Handlers,
        is_trading_minute: Callable[[int], bool],
        on_missed: Callable[[Sequence[int]], None] = nobody_asks,
        decided_until: Callable[[], int] = never_decided,
        between_minutes: Callable[[], None] = nothing_to_do,
        on_pass: Callable[[], None] = nothing_to_do,
    ) -> None:
        self._inbox = inbox
        self._clock = clock
        self._run_minute = run_minute
        self._settle = settle
        self._handlers = handlers
        self._is_trading_minute = is_trading_minute
        self._on_missed = on_missed
        self._decided_until = decided_until
        self.is_time_known: Callable[[], bool] = always
        self._between_minutes = between_minutes
        self._on_pass = on_pass
        self._stop: StopRequested | None = None
        # 0 until the time is known for the first time.
        self._last_minute = 0
        self._drift = 0.0

    @property
    def is_stopping(self) -> bool:
        """Say whether the loop is to end."""
        return self._stop is not None

    def run(self) -> StopRequested:
        """Loop; returns what ended it."""
        self._begin()
        while self._stop is None:
            self.pump(self._seconds_until_due())
            if not self._clock.is_simulated:
                self._between_minutes()
                self._run_if_due()
            self._on_pass()
        return self._stop

    def _begin(self) -> None:
        """Take the time, if it is known, and in real time tell what went by since an earlier run."""
        self._drift = self._now() - self._clock.monotonic()
        if not self.is_time_known():
            return
        self._last_minute = _floor(self._now())
        decided_until = self._decided_until()
        if decided_until and not self._clock.is_simulated:
            self._tell_missed(decided_until + MINUTE, self._last_minute + MINUTE)

    def pump(self, wait_seconds: float) -> None:
        """Take one message, waiting at most that long, and act on it."""
        message = self._inbox.take(wait_seconds)
        if message is None:
            return
        if isinstance(message, StopRequested):
            self._stop = message
        elif isinstance(message, Tick):
            self._on_tick(message)
        else:
            self._handlers[type(message)](message)

    def _on_tick(self, tick: Tick) -> None:
        if tick.has_ended:
            self._stop = StopRequested("the end of the recorded market", is_market_end=True)
            return
        self._run_minute(tick)
        self._settle(tick.minute)

    def _run_if_due(self) -> None:
        """Run the newest minute once; minutes that went by meanwhile are missed, never replayed."""
        now = self._now()
        if self._was_set(now) or not self.is_time_known():
            return
        if not self._last_minute:
            self._begin()
        minute = _floor(now - START_AFTER_SECONDS)
        if minute <= self._last_minute:
            return
        is_too_late = now >= minute + LATEST_START_SECONDS
        self._tell_missed(self._last_minute + MINUTE, minute + MINUTE if is_too_late else minute)
        self._last_minute = minute
        if not is_too_late and self._is_trading_minute(minute):
            self._run_minute(Tick(minute))
            self._settle(minute)

    def _was_set(self, now: float) -> bool:
        """Say whether the clock was set, or the machine slept, since the last pass: others have to look at it first."""
        drift = now - self._clock.monotonic()
        seconds, self._drift = drift - self._drift, drift
        if abs(seconds) <= LARGEST_DRIFT_SECONDS:
            return False
        log.warning("The machine's clock was set %s by %d s.", "forward" if seconds > 0 else "back", abs(seconds))
        return True

    def _tell_missed(self, start: int, end: int) -> None:
        gap = range(max(start, end - LONGEST_GAP), end, MINUTE)
        missed = [minute for minute in gap if self._is_trading_minute(minute)]
        if missed:
            log.warning("%d minutes of the session went by without a run.", len(missed))
            self._on_missed(missed)

    def _seconds_until_due(self) -> float:
        """Return how long to sleep: at most a second, and until two seconds past the next minute in real time."""
        if self._clock.is_simulated or not self.is_time_known():
            return IDLE_SECONDS
        due = self._last_minute + MINUTE + START_AFTER_SECONDS
        return min(max(due - self._now(), 0.0), IDLE_SECONDS)

    def _now(self) -> float:
        return self._clock.now().timestamp()


def _floor(seconds: float) -> int:
    return int(seconds // MINUTE) * MINUTE
