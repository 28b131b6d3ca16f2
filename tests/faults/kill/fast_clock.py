"""Market time that runs many times as fast as the machine's, and alike in parent and child."""

import time
from dataclasses import dataclass
from datetime import datetime

from tests.orchestra.execution.order_path import FIRST, moment

SPEED = 600.0


@dataclass(frozen=True, slots=True)
class FastClock:
    """Seconds since the epoch by the machine's monotonic clock, which every process of it shares."""

    epoch: float
    is_simulated: bool = False

    @property
    def seconds(self) -> float:
        return FIRST + (time.monotonic() - self.epoch) * SPEED

    def now(self) -> datetime:
        return moment(round(self.seconds, 3))

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / SPEED)
