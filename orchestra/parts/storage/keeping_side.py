"""The keeping side of an engine: backups, checks, room on the disk, and what the start had to repair.

In: the files of a run, the parts of its engine. Out: rounds on each pass, reasons not to buy, a halt on damage.
Thread: engine; copies, checks and trimming are made on the fetcher.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from database.bar_store import BarStore
from database.bars import market_schema
from database.calendar_manager import MarketCalendar
from database.errors import StorageError
from database.keeping.ballast import Ballast
from database.keeping.bar_trimming import trim_bars
from database.keeping.free_space import free_bytes
from database.keeping.integrity import thorough_finding
from database.schema_check import inspect_database
from database.sqlite_store import SqliteStore
from database.timestamps import iso_milliseconds
from orchestra.messages.engine_readings import KeepingReading
from orchestra.messages.events import AlertRaised
from orchestra.messages.halt import Halt
from orchestra.parts.storage.backup_rounds import BackupRounds, Rounds
from orchestra.parts.storage.disk_keeper import DiskKeeper, Trimming
from orchestra.parts.storage.storage_guard import StorageGuard
from orchestra.run.data_directory import DataDirectory
from orchestra.run.keeping.backup_shelf import BackupShelf, second_shelf
from orchestra.runtime.clock import Clock, SystemClock
from orchestra.runtime.fetcher import Fetcher
from orchestra.runtime.process.written_bytes import megabytes_a_day, written_bytes
from system_databse.rows import events, settings

log = logging.getLogger(__name__)

DAY_SECONDS = 86_400
METER_SECONDS = 3_600.0
WRITTEN = "written_mb_a_day"
REPAIRED, DAMAGED = "storage.repaired", "storage.damaged"


@dataclass(frozen=True, slots=True)
class KeepingWishes:
    """What the owner has set. second: another place for backups; kept_bar_days: bars kept on a disk nearly full."""

    second: Path | None = None
    kept_bar_days: int = 90


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept safe, and the parts of the engine that help. told: what the start had to repair.

    distrust: has the next start check everything; halt: stops entries until the owner resumes.
    """

    directory: DataDirectory
    shelf: BackupShelf
    told: list[str]
    system: SqliteStore
    bars: BarStore
    calendar: MarketCalendar
    clock: Clock
    fetcher: Fetcher
    guard: StorageGuard
    decided_until: Callable[[], int]
    halt: Callable[[Halt], None]
    distrust: Callable[[], None]
    publish: Callable[[object], None]


class KeepingSide:
    """Everything that keeps a run's files safe. Call run_due on each pass."""

    def __init__(self, kept: Kept, wishes: KeepingWishes) -> None:
        self._kept = kept
        self._wishes = wishes
        self._damage: str | None = None
        self._began_at = self._metered_at = kept.clock.monotonic()
        self._disk = DiskKeeper(
            self._free,
            Ballast(kept.directory.backups / "ballast"),
            Trimming(lambda trim: kept.fetcher.run("trim", trim), self._trim, wishes.kept_bar_days),
            clock=kept.clock,
            publish=kept.publish,
        )
        rounds = Rounds(
            start=kept.fetcher.run,
            back_up=self.back_up,
            check=self.check,
            decided_until=kept.decided_until,
            on_damage=self._on_damage,
            publish=kept.publish,
        )
        self._rounds = BackupRounds(rounds, kept.calendar, kept.clock)
        kept.guard.arm(self._disk.make_room)
        self._tell_repairs()

    def closed_gates(self) -> list[str]:
        """Return why nothing may be opened now."""
        return [*self._disk.closed_gates(), *([self._damage] if self._damage else [])]

    def reading(self) -> KeepingReading:
        """Return how the files are kept, for the health screen."""
        now = self._kept.clock.monotonic()
        written = written_bytes()
        checked_at = self._rounds.checked_at
        return KeepingReading(
            free_bytes=self._disk.free_bytes,
            has_ballast=self._disk.has_ballast,
            written_mb_a_day=None if written is None else megabytes_a_day(written, now - self._began_at),
            seconds_measured=now - self._began_at,
            backup_due_seconds=self._rounds.due_seconds,
            has_backup_failed=self._rounds.has_failed,
            checked_seconds_ago=None if checked_at is None else now - checked_at,
            damage=self._damage,
        )

    def run_due(self) -> None:
        """Do what is due."""
        self._disk.run_due()
        self._rounds.run_due()
        self._meter()

    def back_up(self) -> str:
        """Make a backup, and a copy in the second place; raises StorageError."""
        shelf = self._kept.shelf
        # The machine's own time: a demo's may be years away, and the names are for people.
        name = shelf.make(self._kept.directory, SystemClock().now())
        if self._wishes.second is not None:
            shelf.mirror(name, second_shelf(self._wishes.second, shelf, name))
        return str(name)

    def check(self) -> list[str]:
        """Return what is wrong with the databases: all of what is money's, the pages of the bars'."""
        where = self._kept.directory
        found = [(path, thorough_finding(path)) for path in (where.system, where.door, where.exchange) if path.exists()]
        sentences = [f"{path} is damaged ({finding})." for path, finding in found if finding]
        try:
            inspect_database(where.market, market_schema.migrations, market_schema.APPLICATION_ID)
        except StorageError as error:
            sentences.append(str(error))
        return sentences

    def _on_damage(self, sentence: str) -> None:
        """Halt: the next start puts the newest good backup in the place of what is damaged."""
        self._damage = "a database is damaged"
        self._kept.distrust()
        at = iso_milliseconds(self._kept.clock.now())
        text = f"{sentence} Nothing is bought. Stop AutoTrader and start it again: it restores the newest good backup."
        log.critical("%s", text)
        self._kept.publish(AlertRaised(DAMAGED, text))
        self._kept.halt(Halt(at, "the check of the databases", sentence, is_automatic=True))

    def _tell_repairs(self) -> None:
        if not self._kept.told:
            return
        at = iso_milliseconds(self._kept.clock.now())
        with self._kept.system.transaction() as connection:
            for sentence in self._kept.told:
                events.insert(connection, REPAIRED, {"severity": "critical", "text": sentence}, at=at)
        for sentence in self._kept.told:
            self._kept.publish(AlertRaised(REPAIRED, sentence))

    def _free(self) -> int:
        where = self._kept.directory
        return min(free_bytes(path.parent) for path in (where.system, where.market))

    def _trim(self) -> int:
        before = int(self._kept.clock.now().timestamp()) - self._wishes.kept_bar_days * DAY_SECONDS
        try:
            return trim_bars(self._kept.bars.store, before=before)
        finally:
            self._kept.bars.coverage.read_again()

    def _meter(self) -> None:
        """Write down once an hour how much the disk had to take, for whoever looks after a memory card."""
        now = self._kept.clock.monotonic()
        written = written_bytes() if now >= self._metered_at + METER_SECONDS else None
        if written is None:
            return
        self._metered_at = now
        pace = f"{megabytes_a_day(written, now - self._began_at):.0f}"
        log.info("The disk takes %s MB a day.", pace)
        with self._kept.system.transaction() as connection:
            settings.put(connection, WRITTEN, pace, at=iso_milliseconds(self._kept.clock.now()))
