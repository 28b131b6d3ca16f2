"""The only place that looks at the system clock, and the clock that an exchange owns.

Thread: any.
"""

import time
from datetime import UTC, datetime
from typing import Protocol

from orchestra.messages.lockstep import LockStep, Settlement, Tick


class Clock(Protocol):
    """Market time and the machine's own steady time."""

    is_simulated: bool

    def now(self) -> datetime:
        """Return market time, UTC-aware."""

    def monotonic(self) -> float:
        """Return steady seconds of the machine, for time limits."""

    def sleep(self, seconds: float) -> None:
        """Wait that many seconds of the machine's time."""


class SystemClock:
    """Real time."""

    is_simulated = False

    def now(self) -> datetime:
        """Return the system's time, UTC-aware."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return steady seconds."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class SimulatedClock(SystemClock):
    """Market time that the exchange moves on, one minute at a time, when the engine is done.

    The handshake lives here and never on the Alpaca sockets; lock_step is an in-process exchange
    or its control port.
    """

    is_simulated = True

    def __init__(self, lock_step: LockStep, start: int) -> None:
        self._lock_step = lock_step
        self._minute = start

    def now(self) -> datetime:
        """Return the exchange's minute, as last told by a tick."""
        return datetime.fromtimestamp(self._minute, UTC)

    def reach(self, minute: int) -> None:
        """Take over a tick's minute; market time never falls."""
        self._minute = max(self._minute, minute)

    def done(self, minute: int) -> Settlement:
        """Tell the exchange that the engine wants nothing more at `minute`, for now."""
        return self._lock_step.done(minute)

    def next_tick(self, after: int, wait_seconds: float) -> Tick | None:
        """Wait for the first tick later than `after`."""
        return self._lock_step.next_tick(after, wait_seconds)
