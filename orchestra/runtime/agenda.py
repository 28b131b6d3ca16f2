"""The agenda: jobs that come back, run by the engine between minutes.

In: jobs and their intervals. Out: calls when they are due. Thread: engine.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from orchestra.runtime.clock import Clock


@dataclass(frozen=True, slots=True)
class _Job:
    run: Callable[[], None]
    every_seconds: float
    due_at: float
    name: str


@dataclass(frozen=True, slots=True)
class GoodEnd:
    """When a job last ended well: market time and steady seconds; every_seconds: how often it comes back."""

    at: datetime
    monotonic: float
    every_seconds: float


class Agenda:
    """Run each job when its time has come; late ones run once, not once for each interval missed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._jobs: list[_Job] = []
        self._last_ok: dict[str, GoodEnd] = {}

    @property
    def last_ok(self) -> Mapping[str, GoodEnd]:
        """Return by name when each job last ended well."""
        return self._last_ok

    def every(self, seconds: float, run: Callable[[], None], *, name: str = "") -> None:
        """Add a job; its first turn is one interval from now. name: as a health report calls it, '' to leave it out."""
        self._jobs.append(_Job(run, seconds, self._clock.monotonic() + seconds, name))

    def note_end(self, name: str, every_seconds: float) -> None:
        """Take note that a job which others run has ended well now."""
        self._last_ok[name] = GoodEnd(self._clock.now(), self._clock.monotonic(), every_seconds)

    def run_due(self) -> None:
        """Run what is due and set its next time."""
        for index, job in enumerate(self._jobs):
            now = self._clock.monotonic()
            if now >= job.due_at:
                self._jobs[index] = replace(job, due_at=now + job.every_seconds)
                job.run()
                if job.name:
                    self.note_end(job.name, job.every_seconds)
