"""The data directory: may it be written, is there room, who uses it, are its databases whole, how old is its backup.

In: a directory. Out: diagnoses. Thread: main. Nothing is written, and no lock is taken.
"""

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from database.bars import market_schema
from database.errors import StorageError
from database.keeping.free_space import LAST_BYTES, LOW_BYTES, free_bytes
from database.schema_check import inspect_database
from orchestra.messages.diagnosis import Diagnoses, Diagnosis, bad, doubtful, well
from orchestra.paper_exchange.book import schema as exchange_schema
from orchestra.run.data_directory import DataDirectory
from orchestra.run.keeping.backup_shelf import BackupShelf
from system_databse import system_schema
from system_databse.door import door_schema

MEGABYTE = 1_000_000
OLDEST_BACKUP_HOURS = 26


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is asked of the system about files and processes; a test asks another one."""

    free: Callable[[Path], int] = free_bytes
    processes: Path = Path("/proc")


def examine_directory(where: DataDirectory, around: Surroundings, *, now: datetime) -> Diagnoses:
    """Yield how a data directory is."""
    yield from _folders(where, around)
    yield lock_holder(where.lock, around)
    yield from _databases(where)
    yield _backup(where, now)


def examine_env(env: Path) -> Diagnosis:
    """Return whether others can read the keys."""
    try:
        status = env.stat()
    except FileNotFoundError:
        return well(".env", "there is none, so the demo runs unless the environment says otherwise")
    except OSError as error:
        return bad(".env", f"{env} cannot be looked at ({error.strerror})", "correct the permissions of its folder")
    if status.st_uid != os.getuid():
        return bad(".env", f"{env} belongs to somebody else", f"make it yours: 'sudo chown $USER {env}'")
    if stat.S_IMODE(status.st_mode) & 0o077:
        return bad(".env", f"{env} can be read by others", f"run 'chmod 600 {env}'")
    return well(".env", "only its owner can read it")


def lock_holder(lock: Path, around: Surroundings) -> Diagnosis:
    """Return who uses the directory, as the kernel's list of locks says; asking so disturbs nobody."""
    try:
        inode = lock.stat().st_ino
        lines = (around.processes / "locks").read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return well("lock", "nobody uses the directory")
    except OSError as error:
        return doubtful("lock", f"who uses the directory is not known ({error.strerror})", "run this as its owner")
    for line in lines:
        words = line.replace("-> ", "").split()
        if len(words) > 5 and words[1] == "FLOCK" and words[5].rpartition(":")[2] == str(inode):
            return well("lock", f"used by {_told_process(words[4], around)}")
    return well("lock", "nobody uses the directory")


def _told_process(number: str, around: Surroundings) -> str:
    try:
        command = (around.processes / number / "cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
    except OSError:
        return f"process {number}"
    return f"process {number} ({command.strip()[:80]})"


def _folders(where: DataDirectory, around: Surroundings) -> Diagnoses:
    for folder in sorted(where.folders):
        nearest = next(each for each in (folder, *folder.parents) if each.exists())
        if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
            yield bad("folder", f"{nearest} cannot be written", "give its owner the right, or name another --data-dir")
    nearest = next(each for each in (where.system.parent, *where.system.parent.parents) if each.exists())
    yield _room(around.free(nearest))


def _room(free: int) -> Diagnosis:
    told = f"{free // MEGABYTE} MB free"
    if free < LAST_BYTES:
        return bad("disk", told, "make room: nothing is bought below 100 MB")
    if free < LOW_BYTES:
        return doubtful("disk", told, "make room: below 500 MB old bars are thrown away")
    return well("disk", told)


def _databases(where: DataDirectory) -> Diagnoses:
    kinds = {
        "bars": (where.market, market_schema.migrations, market_schema.APPLICATION_ID),
        "trades": (where.system, system_schema.migrations, system_schema.APPLICATION_ID),
        "door": (where.door, door_schema.migrations, door_schema.APPLICATION_ID),
        "exchange": (where.exchange, exchange_schema.migrations, exchange_schema.APPLICATION_ID),
    }
    for what, (path, migrations, application_id) in kinds.items():
        if not path.exists():
            yield well(what, f"no {path.name} yet")
            continue
        try:
            inspect_database(path, migrations, application_id)
        except StorageError as error:
            told, _, advice = str(error).rstrip(".").partition(": ")
            yield bad(what, told, advice)
        else:
            yield well(what, f"{path.name} is whole, {path.stat().st_size / MEGABYTE:.1f} MB")


def _backup(where: DataDirectory, now: datetime) -> Diagnosis:
    if not where.system.exists():
        return well("backup", "there is nothing to back up yet")
    names = BackupShelf(where.backups).names()
    if not names:
        return doubtful("backup", f"there is none in {where.backups}", "make one with the verb backup")
    hours = (now - names[-1].at).total_seconds() / 3600
    if hours > OLDEST_BACKUP_HOURS:
        return doubtful("backup", f"the newest is {hours / 24:.0f} days old", "make one with the verb backup")
    return well("backup", f"the newest is {max(hours, 0):.1f} hours old")
