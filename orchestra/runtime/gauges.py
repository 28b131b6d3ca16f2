"""The gauges: everything that could grow for ever has a name here and a function that reads it.

In: functions of the parts. Out: figures by name, hourly one log line. Thread: any.
A leak shows as a gauge that climbs from hour to hour (reliability.md, section 6).
"""

import logging
from collections import deque
from collections.abc import Callable, Collection, Mapping

log = logging.getLogger(__name__)

HOUR_SECONDS = 3_600.0

CONTAINERS = (dict, list, set, deque)
# One figure, or several that share the gauge's name: `threads` with {"fetcher": 2} is read as threads.fetcher.
Reading = float | Mapping[str, float]


class GaugeBoard:
    """Every gauge of the process by name."""

    def __init__(self) -> None:
        self._gauges: dict[str, Callable[[], Reading]] = {}

    def register(self, name: str, read: Callable[[], Reading]) -> None:
        """Add a gauge, or replace the one of that name; read: cheap, and raises nothing but OSError."""
        self._gauges[name] = read

    def read_all(self, *, but: Collection[str] = ()) -> dict[str, float]:
        """Return every figure by name; what the system refuses to tell is left out. but: gauges to leave alone."""
        figures: dict[str, float] = {}
        for name, read in list(self._gauges.items()):
            if name in but:
                continue
            try:
                reading = read()
            except OSError as error:
                log.debug("The gauge %s cannot be read: %s", name, error)
                continue
            if isinstance(reading, Mapping):
                figures.update({f"{name}.{part}": float(value) for part, value in sorted(reading.items())})
            else:
                figures[name] = float(reading)
        return figures


class HourlyGauges:
    """Write the gauges into the log once an hour, first a minute after the start."""

    def __init__(self, board: GaugeBoard, monotonic: Callable[[], float]) -> None:
        self._board = board
        self._monotonic = monotonic
        # By then everything that is built once has been built.
        self._due_at = monotonic() + 60.0

    def run_due(self) -> None:
        """Write the line when its time has come."""
        now = self._monotonic()
        if now >= self._due_at:
            self._due_at = now + HOUR_SECONDS
            log.info("Gauges: %s", as_text(self._board.read_all()))


def sizes_of(part: object) -> dict[str, float]:
    """Return how much is in each container that a part holds, by the attribute's name, so that none is forgotten."""
    # A copy: the part may be given another attribute meanwhile.
    held = dict(vars(part)).items()
    return {name.strip("_"): float(len(value)) for name, value in held if isinstance(value, CONTAINERS)}


def as_text(figures: Mapping[str, float]) -> str:
    """Return figures as `name=value` pairs, in the order of their registration."""
    return " ".join(
        f"{name}={value:g}" if value < 1_000_000 else f"{name}={value:.0f}" for name, value in figures.items()
    )
