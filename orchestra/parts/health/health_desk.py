"""The health desk: the engine's side and the examiner of the screens, built for one run.

In: an engine, its files, its process. Out: what the API is given of the process. Thread: main builds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from orchestra.api.api_parts import VERSION, ProcessParts
from orchestra.engine import Engine
from orchestra.examination.doctor import Doctor
from orchestra.messages.diagnosis import Diagnosis
from orchestra.messages.engine_readings import EngineReadings, KeepingReading
from orchestra.parts.health.examiner import Examined, Examiner
from orchestra.parts.health.health_side import HealthSide
from orchestra.parts.storage.keeping_side import KeepingSide
from orchestra.run.data_directory import DataDirectory
from orchestra.run.keeping.backup_shelf import BackupShelf
from orchestra.runtime.clock import SystemClock


@dataclass(frozen=True, slots=True)
class LookedAfter:
    """What is looked after. root: the project; resident, limit: of the process, None where it is not watched.

    gauges: of the process, empty where it is not watched.
    """

    root: Path
    directory: DataDirectory
    shelf: BackupShelf
    resident: Callable[[], int] | None
    limit: int | None
    keeping: KeepingSide | None
    gauges: Callable[[], Mapping[str, float]] = dict


class HealthDesk:
    """Wire an engine to the health screen; `parts` is for the API."""

    def __init__(self, engine: Engine, looked: LookedAfter) -> None:
        self._engine = engine
        self._looked = looked
        self._side = HealthSide(engine, resident=looked.resident or no_bytes, keeping=self._keeping)
        world = engine.world
        examined = Examined(
            databases=_databases(looked.directory),
            newest_backup=self._newest_backup,
            version=VERSION,
            mode=str(world.mode),
            readings=self._readings,
            resident=looked.resident,
            limit=looked.limit,
            doctor=self._examine,
            steady=SystemClock(),
        )
        self.parts = ProcessParts(
            examiner=Examiner(examined),
            logs=looked.directory.logs,
            secrets=(world.access.key, world.access.secret),
            requirements=looked.root / "requirements.txt",
            gauges=looked.gauges,
        )

    def _readings(self) -> EngineReadings | None:
        return self._side.readings

    def _keeping(self) -> KeepingReading | None:
        return self._looked.keeping.reading() if self._looked.keeping else None

    def _newest_backup(self) -> datetime | None:
        names = self._looked.shelf.names()
        return names[-1].at if names else None

    def _examine(self) -> list[Diagnosis]:
        """Have the doctor look, who asks the account by the line of this run."""
        looked, alpaca = self._looked, self._engine.world.alpaca
        doctor = Doctor(
            looked.root,
            looked.directory,
            SystemClock(),
            is_online=True,
            account=lambda _settings, _mode, _clock: alpaca,
        )
        return list(doctor.examine())


def _databases(where: DataDirectory) -> dict[str, Path]:
    return {"trades": where.system, "bars": where.market, "sessions": where.door, "exchange": where.exchange}


def no_bytes() -> int:
    """Say nothing of memory."""
    return 0
