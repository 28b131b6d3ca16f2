"""The shelf of backups: one folder each, complete or not there, the old ones thinned out.

In: a folder, databases. Out: backups by name. Thread: any; two makers at once are kept apart.
A backup is the folder of one moment: system.db, door.db without its secrets, and in a demo exchange.db, which stands
for the broker there.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from database.errors import ConfigError, StorageError, StorageUnavailable
from database.keeping import durable
from database.keeping.free_space import free_bytes
from database.keeping.integrity import open_to_look
from database.keeping.online_copy import Change, copy_all
from orchestra.run.data_directory import DataDirectory
from orchestra.run.keeping.backup_name import BackupName, kept, next_name, read_name
from system_databse.door.door_store import forget_secrets

FRESH = ".new-"
SYSTEM = "system.db"
UNCLAIMED = "unclaimed"
LOCK = ".lock"
FOLDER_MODE = 0o700
# What must still be free beside the copies.
ROOM_LEFT_BYTES = 50 * 1024 * 1024


class BackupShelf:
    """The backups in one folder, which is made with the first of them. free: how much room its disk has."""

    def __init__(self, folder: Path, *, free: Callable[[Path], int] = free_bytes) -> None:
        self.folder = folder
        self._free = free

    def names(self) -> list[BackupName]:
        """Return every backup that is complete, oldest first."""
        if not self.folder.is_dir():
            return []
        return sorted(name for entry in self.folder.iterdir() if (name := read_name(entry.name)))

    def path(self, name: BackupName) -> Path:
        """Return the folder of a backup."""
        return self.folder / str(name)

    def find(self, text: str) -> BackupName:
        """Return the backup that somebody names in full or by its number; raises ConfigError."""
        names = self.names()
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else -1
        found = [name for name in names if str(name) == text or name.number == number]
        if found:
            return found[-1]
        if not names:
            raise ConfigError(f"{self.folder} holds no backup: make one with the verb backup, or name --from DIR.")
        raise ConfigError(f"{self.folder} holds no backup {text}: call restore without a name to see which there are.")

    def make(self, directory: DataDirectory, now: datetime) -> BackupName:
        """Copy the databases of a directory that is in use or not, and thin out older copies.

        Raises ConfigError when there is nothing to copy or somebody else is copying, StorageError when a database is
        damaged, StorageUnavailable when there is no room.
        """
        sources = _sources(directory)
        if directory.system not in sources:
            raise ConfigError(f"There is no {directory.system} to back up: name its folder with --data-dir.")
        needed = sum(path.stat().st_size for path in sources)
        return self.put(now, lambda fresh: copy_all(sources, fresh), needed=needed)

    def mirror(self, name: BackupName, target: "BackupShelf") -> None:
        """Put a copy of a backup on another shelf, under the same name; raises StorageError when it cannot be."""
        if name in target.names():
            return
        source = self.path(name)
        needed = sum(path.stat().st_size for path in source.iterdir())
        target.put(name.at, lambda fresh: _copy_files(source, fresh), needed=needed, name=name)

    def put(
        self, now: datetime, fill: Callable[[Path], None], *, needed: int, name: BackupName | None = None
    ) -> BackupName:
        """Fill a new folder and name it when it is whole; what a cut-off try left behind goes first."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
            with self._alone():
                for left_over in self.folder.glob(f"{FRESH}*"):
                    shutil.rmtree(left_over)
                self._require_room(needed)
                name = name or next_name(self.names(), now)
                fresh = self.folder / f"{FRESH}{name}"
                try:
                    fresh.mkdir(mode=FOLDER_MODE)
                    fill(fresh)
                    durable.move(fresh, self.path(name))
                finally:
                    shutil.rmtree(fresh, ignore_errors=True)
                self._thin_out()
                return name
        except OSError as error:
            raise StorageUnavailable(
                f"No backup could be put into {self.folder} ({error.strerror}): check the disk and its rights."
            ) from error

    def _thin_out(self) -> None:
        names = self.names()
        for name in set(names) - kept(names):
            shutil.rmtree(self.path(name), ignore_errors=True)

    def _require_room(self, needed: int) -> None:
        if self._free(self.folder) < needed + ROOM_LEFT_BYTES:
            raise StorageUnavailable(f"There is no room for a backup in {self.folder}: free some space.", is_full=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep a second maker out; the lock goes with its process."""
        handle = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT, durable.OWNER_ONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            raise ConfigError(f"Another backup into {self.folder} is being made: try again in a moment.") from error
        finally:
            os.close(handle)


def second_shelf(folder: Path, shelf: BackupShelf, name: BackupName) -> BackupShelf:
    """Return the shelf for copies of a backup in a second place, which several installations may share."""
    with closing(open_to_look(shelf.path(name) / SYSTEM)) as connection:
        row = connection.execute("SELECT value FROM settings WHERE key = 'install'").fetchone()
    return BackupShelf(folder / (row[0] if row else UNCLAIMED))


def shelf_in(folder: Path) -> BackupShelf:
    """Return the shelf that somebody names: the folder itself, or the only installation's in a second place.

    Raises ConfigError where there is none, or a choice.
    """
    shelf = BackupShelf(folder)
    if shelf.names():
        return shelf
    inside = [path for path in sorted(folder.iterdir()) if BackupShelf(path).names()] if folder.is_dir() else []
    if len(inside) > 1:
        raise ConfigError(f"{folder} holds backups of {', '.join(path.name for path in inside)}: name one with --from.")
    if not inside:
        raise ConfigError(f"{folder} holds no backups: name the folder that AUTOTRADER_BACKUP_DIR named.")
    return BackupShelf(inside[0])


def _sources(directory: DataDirectory) -> dict[Path, Change]:
    """Return what belongs into a backup; the exchange last, which then knows all that the books know."""
    wanted: dict[Path, Change] = {directory.system: None, directory.door: forget_secrets, directory.exchange: None}
    return {path: change for path, change in wanted.items() if path.exists() and path.stat().st_size}


def _copy_files(source: Path, fresh: Path) -> None:
    for path in sorted(source.iterdir()):
        copied = fresh / path.name
        shutil.copyfile(path, copied)
        copied.chmod(durable.OWNER_ONLY)
        durable.sync(copied)
        if copied.read_bytes() != path.read_bytes():
            raise StorageError(f"{copied} is not what was written: check that disk.")
    durable.sync(fresh)
