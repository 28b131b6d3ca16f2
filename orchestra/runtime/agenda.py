"""The agenda: jobs that come back, run by the engine between minutes.

In: jobs and their intervals. Out: calls when they are due. Thread: engine.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from orchestra.runtime.clock import Clock


@dataclass(frozen=True, slots=True)
class _Job:
    run: Callable[[], None]
    every_seconds: float
    due_at: float


class Agenda:
    """Run each job when its time has come; late ones run once, not once for each interval missed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._jobs: list[_Job] = []

    def every(self, seconds: float, run: Callable[[], None]) -> None:
        """Add a job; its first turn is one interval from now."""
        self._jobs.append(_Job(run, seconds, self._clock.monotonic() + seconds))

    def run_due(self) -> None:
        """Run what is due and set its next time."""
        for index, job in enumerate(self._jobs):
            now = self._clock.monotonic()
            if now >= job.due_at:
                self._jobs[index] = replace(job, due_at=now + job.every_seconds)
                job.run()
