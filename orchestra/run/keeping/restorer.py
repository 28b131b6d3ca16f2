"""Put a backup in the place of databases that are lost, damaged or not wanted any more.

In: a backup, a directory that nobody uses. Out: the backup's files in place, the former ones set aside, a halt.
Thread: main. Nothing is ever deleted, and a restoration that is cut off is finished by the next start: a plan is
written down before the first file moves, and the halt is set before the plan is crossed out.
"""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from database.errors import StorageDamaged, StorageError
from database.keeping import durable
from database.keeping.integrity import thorough_finding
from orchestra.run.data_directory import DataDirectory
from orchestra.run.keeping.backup_name import BackupName, stamp
from orchestra.run.keeping.backup_shelf import FOLDER_MODE, BackupShelf

ASIDE = "aside"
PLAN = "restoring"
SIDE_FILES = ("", "-wal", "-shm", "-journal")


class Restorer:
    """Restore into one directory. halt: sets the halt on disk; it is told what was restored, in the owner's words."""

    def __init__(self, directory: DataDirectory, *, halt: Callable[[str], None]) -> None:
        self._directory = directory
        self._halt = halt
        self._plan = directory.backups / PLAN

    def restore(self, shelf: BackupShelf, name: BackupName, files: Sequence[Path], *, now: datetime) -> Path:
        """Put these files of the directory back as the backup has them and return where the former ones are now.

        Raises StorageDamaged when the backup is not sound, and has then changed nothing.
        """
        for path in files:
            self._stage(shelf.path(name) / path.name, path)
        plan = {"backup": str(name), "aside": stamp(now), "files": [path.name for path in files]}
        self._directory.backups.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
        durable.write(self._plan, json.dumps(plan))
        return self._carry_out(plan)

    def finish(self) -> str | None:
        """Finish what an earlier process began; return the backup's name, None when there was nothing to finish."""
        if not self._plan.exists():
            for path in self._databases().values():
                _staged(path).unlink(missing_ok=True)
            return None
        try:
            plan = json.loads(self._plan.read_text(encoding="utf-8"))
            self._carry_out(plan)
            return str(plan["backup"])
        except (ValueError, KeyError, TypeError) as error:
            raise StorageError(
                f"{self._plan} cannot be read, so a restoration that was cut off cannot be finished: "
                "call the verb restore again after moving that file away."
            ) from error

    @staticmethod
    def told(aside: Path) -> str:
        """Return where the former files are, as a sentence; "" when there were none."""
        return f" The former files lie in {aside}." if aside.exists() else ""

    def set_aside(self, path: Path, now: datetime) -> Path:
        """Move a database with its side files out of the way and return where it is now."""
        return _move_aside(path, self._directory.backups / ASIDE / stamp(now))

    def _carry_out(self, plan: Mapping[str, Any]) -> Path:
        aside = self._directory.backups / ASIDE / str(plan["aside"])
        databases = self._databases()
        for name in plan["files"]:
            staged = _staged(databases[name])
            if staged.exists():
                _move_aside(databases[name], aside)
                durable.move(staged, databases[name])
        self._halt(f"the restored backup {plan['backup']}")
        self._plan.unlink()
        durable.sync(self._plan.parent)
        return aside

    def _stage(self, source: Path, target: Path) -> None:
        """Lay a checked copy of a backup's file beside its place."""
        finding = thorough_finding(source) if source.exists() else "it is missing"
        if finding:
            raise StorageDamaged(f"The backup {source} is not sound ({finding}): choose another one.", path=source)
        try:
            shutil.copyfile(source, _staged(target))
            _staged(target).chmod(durable.OWNER_ONLY)
            durable.sync(_staged(target))
        except OSError as error:
            _staged(target).unlink(missing_ok=True)
            raise StorageError(f"{target} cannot be written ({error.strerror}): free some space.") from error

    def _databases(self) -> dict[str, Path]:
        where = self._directory
        return {path.name: path for path in (where.system, where.door, where.exchange)}


def _staged(path: Path) -> Path:
    return path.with_name(f"{path.name}.restored")


def _move_aside(path: Path, aside: Path) -> Path:
    """Move the file last: while it is still there a cut-off move is begun anew."""
    present = [path.with_name(path.name + suffix) for suffix in reversed(SIDE_FILES)]
    present = [file for file in present if file.exists()]
    if not present:
        return aside
    aside.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
    for file in present:
        shutil.move(file, aside / file.name)
    durable.sync(aside)
    durable.sync(path.parent)
    return aside
