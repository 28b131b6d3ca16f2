"""What the health screen is answered, measured at one moment."""

from dataclasses import dataclass

from orchestra.messages.diagnosis import Diagnosis
from orchestra.messages.engine_readings import TrendPoint


@dataclass(frozen=True, slots=True)
class HealthReport:
    """Everything that was found. at: the machine's steady seconds; trend: of the last day, oldest first."""

    at: float
    lines: tuple[Diagnosis, ...]
    trend: tuple[TrendPoint, ...] = ()
