"""The appliance around the engine: disk, memory, heat, backups, databases, the program itself.

In: what was measured. Out: diagnoses, one a line of the health screen. Thread: any; nothing is measured here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from database.keeping.free_space import LAST_BYTES, LOW_BYTES
from orchestra.examination.wording import megabytes, span
from orchestra.messages.diagnosis import Diagnoses, Diagnosis, bad, doubtful, well
from orchestra.messages.engine_readings import KeepingReading

LARGEST_BROWSER_BYTES = 700_000_000
LARGEST_SHARE = 0.8
# A Raspberry Pi slows itself down at 80 degrees and again at 85 (its documentation, "Frequency management").
WARM_DEGREES, HOT_DEGREES = 75.0, 85.0
OLDEST_BACKUP_SECONDS = 26 * 3600.0
# The first minutes write what a start writes, and say nothing about a day.
FEWEST_SECONDS_METERED = 3600.0


@dataclass(frozen=True, slots=True)
class ApplianceReadings:
    """What was measured of one machine; None where nobody tells, and then no line is shown.

    databases: sizes in bytes by what they hold; backup_seconds: age of the newest backup.
    """

    version: str
    mode: str
    up_seconds: float
    resident_bytes: int | None = None
    limit_bytes: int | None = None
    browser_bytes: int | None = None
    degrees: float | None = None
    backup_seconds: float | None = None
    databases: Mapping[str, int] = field(default_factory=dict)


def examine_appliance(seen: ApplianceReadings, keeping: KeepingReading | None) -> Diagnoses:
    """Yield how the machine is; keeping: None where nothing is kept, as in a replay."""
    if keeping is not None:
        yield _disk(keeping)
    if seen.resident_bytes is not None:
        yield _memory(seen.resident_bytes, seen.limit_bytes)
    if seen.browser_bytes is not None:
        yield _browser(seen.browser_bytes)
    if seen.degrees is not None:
        yield _heat(seen.degrees)
    if keeping is not None:
        yield _backup(seen.backup_seconds, keeping)
        yield _databases(seen.databases, keeping)
    yield well("Program", f"version {seen.version}, {seen.mode}, running for {span(seen.up_seconds)}")


def _disk(kept: KeepingReading) -> Diagnosis:
    told = f"{megabytes(kept.free_bytes)} free"
    told += ", 16 MB held in reserve" if kept.has_ballast else ", no reserve"
    if kept.written_mb_a_day is not None and kept.seconds_measured >= FEWEST_SECONDS_METERED:
        told += f", {kept.written_mb_a_day:,.0f} MB written a day"
    if kept.free_bytes < LAST_BYTES:
        return bad("Disk", told, "make room: nothing is bought below 100 MB")
    if kept.free_bytes < LOW_BYTES:
        return doubtful("Disk", told, "make room: below 500 MB old bars are thrown away")
    if not kept.has_ballast:
        return doubtful("Disk", told, "look at the rights of the folder backups: the reserve could not be put there")
    return well("Disk", told)


def _memory(resident: int, limit: int | None) -> Diagnosis:
    told = f"AutoTrader holds {megabytes(resident)}"
    if limit is None:
        return well("Memory", told)
    told += f" of {megabytes(limit)} it may have"
    if resident > LARGEST_SHARE * limit:
        return doubtful("Memory", told, "nothing to do: it restarts before memory runs out; report it if that recurs")
    return well("Memory", told)


def _browser(held: int) -> Diagnosis:
    told = f"Chromium on this machine holds {megabytes(held)}"
    if held > LARGEST_BROWSER_BYTES:
        return doubtful("Browser", told, "reload this page; restart the display if it stays above 700 MB")
    return well("Browser", told)


def _heat(degrees: float) -> Diagnosis:
    told = f"{degrees:.0f} °C"
    if degrees >= HOT_DEGREES:
        return bad("Temperature", told, "cool it now: give it air or a fan; the machine slows itself down")
    if degrees >= WARM_DEGREES:
        return doubtful("Temperature", told, "give it air: from 80 °C the machine slows itself down")
    return well("Temperature", told)


def _backup(age: float | None, kept: KeepingReading) -> Diagnosis:
    following = f"the next in {span(kept.backup_due_seconds)} if there is anything new"
    told = "none yet" if age is None else f"{span(age)} old"
    if kept.has_backup_failed:
        return doubtful("Backup", f"the last try failed, the newest is {told}", "look at the log, which says why")
    if age is not None and age > OLDEST_BACKUP_SECONDS:
        return doubtful("Backup", f"{told}, {following}", "make one now with the verb backup")
    return well("Backup", f"{told}, {following}")


def _databases(sizes: Mapping[str, int], kept: KeepingReading) -> Diagnosis:
    told = ", ".join(f"{what} {megabytes(size)}" for what, size in sizes.items())
    if kept.damage is not None:
        return bad("Databases", f"{kept.damage}; {told}", "stop AutoTrader and start it again: it restores the backup")
    checked = (
        "checked after each close, not yet since this start"
        if kept.checked_seconds_ago is None
        else f"found whole {span(kept.checked_seconds_ago)} ago"
    )
    return well("Databases", f"{told}; {checked}")
