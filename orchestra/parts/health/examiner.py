"""The examiner: what the health screen asks. The machine is measured at most every few seconds, whoever looks.

In: what the engine said of itself, files, /proc. Out: diagnoses, the doctor's too. Thread: requests; one measures at a
time, the others take what was measured last.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from database.errors import AutoTraderError
from orchestra.examination.appliance import ApplianceReadings, examine_appliance
from orchestra.examination.running import examine_running
from orchestra.messages.diagnosis import Diagnosis, bad
from orchestra.messages.engine_readings import EngineReadings
from orchestra.messages.health_report import HealthReport
from orchestra.runtime.clock import Clock
from orchestra.runtime.process.machine_figures import browser_bytes, temperature

FRESH_SECONDS = 3.0
# Adding up a browser's memory takes the kernel a while.
BROWSER_SECONDS = 30.0
DOCTOR_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Examined:
    """What is looked at. readings: the engine's; doctor: looks at everything, which takes its time.

    databases: by what they hold; newest_backup: when it was made; steady: the machine's clock, never an exchange's.
    """

    databases: Mapping[str, Path]
    newest_backup: Callable[[], datetime | None]
    version: str
    mode: str
    readings: Callable[[], EngineReadings | None]
    resident: Callable[[], int] | None
    limit: int | None
    doctor: Callable[[], list[Diagnosis]]
    steady: Clock


class Examiner:
    """Answer what the health screen asks; temperature and browser: what measures them, a test's own."""

    def __init__(
        self,
        examined: Examined,
        *,
        degrees: Callable[[], float | None] = temperature,
        browser: Callable[[], int | None] = browser_bytes,
    ) -> None:
        self._examined = examined
        self._degrees = degrees
        self._browser = browser
        self._began_at = examined.steady.monotonic()
        self._measuring, self._doctoring = threading.Lock(), threading.Lock()
        self._report: HealthReport | None = None
        self._browser_held: int | None = None
        self._browser_at: float | None = None
        self._found: tuple[float, list[Diagnosis]] | None = None

    def report(self) -> HealthReport:
        """Return what was found at most three seconds ago."""
        with self._measuring:
            now = self._examined.steady.monotonic()
            if self._report is None or now - self._report.at >= FRESH_SECONDS:
                self._report = self._measure(now)
            return self._report

    def examine(self) -> list[Diagnosis]:
        """Look at everything, as the verb doctor does; who asks again within 20 s gets the same."""
        with self._doctoring:
            now = self._examined.steady.monotonic()
            if self._found is None or now - self._found[0] >= DOCTOR_SECONDS:
                self._found = self._examined.steady.monotonic(), self._doctor()
            return self._found[1]

    def _doctor(self) -> list[Diagnosis]:
        try:
            return self._examined.doctor()
        except (AutoTraderError, OSError) as error:
            return [bad("doctor", f"could not finish ({error})", "run the verb doctor at a terminal")]

    def _measure(self, now: float) -> HealthReport:
        seen = self._examined.readings()
        appliance = examine_appliance(self._appliance(now), seen.keeping if seen else None)
        if seen is None:
            return HealthReport(now, tuple(appliance))
        return HealthReport(now, (*examine_running(seen, now), *appliance), seen.trend)

    def _appliance(self, now: float) -> ApplianceReadings:
        examined = self._examined
        return ApplianceReadings(
            version=examined.version,
            mode=examined.mode,
            up_seconds=now - self._began_at,
            resident_bytes=examined.resident() if examined.resident else None,
            limit_bytes=examined.limit,
            browser_bytes=self._held_by_browser(now),
            degrees=self._degrees(),
            backup_seconds=self._backup_seconds(),
            databases=_sizes(examined.databases),
        )

    def _held_by_browser(self, now: float) -> int | None:
        if self._browser_at is None or now - self._browser_at >= BROWSER_SECONDS:
            self._browser_at, self._browser_held = now, self._browser()
        return self._browser_held

    def _backup_seconds(self) -> float | None:
        try:
            made_at = self._examined.newest_backup()
        except OSError:
            return None
        return (self._examined.steady.now() - made_at).total_seconds() if made_at else None


def _sizes(databases: Mapping[str, Path]) -> Mapping[str, int]:
    """Return the size of each database there is, what waits beside it included."""
    sizes = {what: _size(path) + _size(Path(f"{path}-wal")) for what, path in databases.items()}
    return {what: size for what, size in sizes.items() if size}


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
