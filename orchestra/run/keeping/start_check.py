"""The check at a start: every database whole, or put back from the newest good backup, or no start at all.

In: a directory that is ours alone. Out: what the owner has to be told. Thread: main.
A run never goes on with an empty file in the place of a full one.
"""

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

from database.bars import market_schema
from database.errors import StorageDamaged, StorageError
from database.keeping.integrity import open_to_look, thorough_finding, unreadable_text
from database.schema_check import inspect_database
from orchestra.run.data_directory import DataDirectory
from orchestra.run.keeping.backup_name import BackupName
from orchestra.run.keeping.backup_shelf import BackupShelf
from orchestra.run.keeping.restorer import Restorer
from system_databse import system_schema
from system_databse.door import door_schema
from system_databse.door.pin_digest import PEPPER

# The large tables of the market database, which hold next to no text.
MANY_NUMBERS = ("bars_1m", "bars_derived", "option_quotes")
CHECK = "check your orders and positions, then resume"


class StartCheck:
    """Check one directory. is_thorough: the last run did not end well, so that every index and reference is read."""

    def __init__(
        self, directory: DataDirectory, shelf: BackupShelf, restorer: Restorer, *, now: datetime, is_thorough: bool
    ) -> None:
        self._directory = directory
        self._shelf = shelf
        self._restorer = restorer
        self._now = now
        self._is_thorough = is_thorough

    def run(self) -> list[str]:
        """Repair what can be repaired and return what was done, a sentence each; nothing for sound files.

        Raises StorageDamaged in one sentence that says what to do when no good backup is there.
        """
        told = []
        finished = self._restorer.finish()
        if finished:
            told.append(f"The restoration of backup {finished}, which was cut off, has been finished: {CHECK}.")
        told += self._check_market()
        lost = losses(self._directory, self._shelf, is_thorough=self._is_thorough)
        if lost:
            told.append(self._restore(lost))
        return told

    def _check_market(self) -> Iterator[str]:
        """Set a damaged market database aside: bars can be fetched again, so that this is no reason not to start."""
        market = self._directory.market
        if not market.exists() or not market.stat().st_size:
            return
        try:
            inspect_database(market, market_schema.migrations, market_schema.APPLICATION_ID)
            finding = unreadable_text(market, without=MANY_NUMBERS)
        except StorageDamaged as error:
            finding = error.finding
        if finding:
            aside = self._restorer.set_aside(market, self._now)
            yield (
                f"{market} was damaged and lies in {aside} now. Bars are fetched again as they are needed; an algorithm"
                f" warms up until it has them. What was found: {finding}"
            )

    def _restore(self, lost: dict[Path, str]) -> str:
        path, why = next(iter(lost.items()))
        for name in reversed(self._shelf.names()):
            files = files_to_restore(self._directory, self._shelf.path(name), lost)
            if all(self._is_good(name, file) for file in files):
                aside = self._restorer.restore(self._shelf, name, files, now=self._now)
                return (
                    f"{', '.join(file.name for file in files)} restored from backup {name}, because {path.name} could"
                    f" not be used ({why}).{Restorer.told(aside)} Nothing is bought: {CHECK}."
                )
        raise no_backup(path, why, self._shelf)

    def _is_good(self, name: BackupName, path: Path) -> bool:
        copy = self._shelf.path(name) / path.name
        if not copy.exists():
            return False
        try:
            inspect(copy, self._directory)
            return thorough_finding(copy) is None
        except StorageError:
            return False


def losses(directory: DataDirectory, shelf: BackupShelf, *, is_thorough: bool) -> dict[Path, str]:
    """Return the databases that have to be put back, and why; of a directory that nobody uses.

    One that was never there is no loss. is_thorough: read every index and reference as well.
    """
    kept_files = (directory.system, directory.door, directory.exchange)
    found = ((path, _loss(path, directory, shelf, is_thorough=is_thorough)) for path in kept_files)
    return {path: why for path, why in found if why}


def _loss(path: Path, directory: DataDirectory, shelf: BackupShelf, *, is_thorough: bool) -> str | None:
    if not path.exists() or not path.stat().st_size:
        # A new door.db is made where there is none; whether that is a loss is for the door's own rule to say.
        if path == directory.system and _has_pepper(directory.door):
            return "it is missing, and door.db holds the secret of its PIN"
        is_known = path != directory.door and any((shelf.path(name) / path.name).exists() for name in shelf.names())
        return "it is missing" if is_known else None
    try:
        inspect(path, directory)
    except StorageDamaged as error:
        return error.finding
    return thorough_finding(path) if is_thorough else None


def _has_pepper(door: Path) -> bool:
    """Say whether a PIN was created with this door.db, which is kept in system.db."""
    if not door.exists() or not door.stat().st_size:
        return False
    try:
        with closing(open_to_look(door)) as connection:
            return connection.execute("SELECT 1 FROM control WHERE key = ?", (PEPPER,)).fetchone() is not None
    except sqlite3.Error:
        return False


def no_backup(path: Path, why: str, shelf: BackupShelf) -> StorageDamaged:
    """Return the refusal to start on a damaged file of which there is no good backup."""
    return StorageDamaged(
        f"{path} cannot be used ({why}) and {shelf.folder} holds no good backup of it: "
        "put one back with 'restore --newest --from DIR', or choose another --data-dir.",
        path=path,
    )


def inspect(path: Path, directory: DataDirectory) -> None:
    """Check that a file is what its name says and whole; raises StorageError. The exchange's own is checked less."""
    if path.name == directory.system.name:
        inspect_database(path, system_schema.migrations, system_schema.APPLICATION_ID)
    elif path.name == directory.door.name:
        inspect_database(path, door_schema.migrations, door_schema.APPLICATION_ID)
    elif finding := thorough_finding(path):
        raise StorageDamaged(f"{path} is damaged: {finding}.", path=path, finding=finding)


def files_to_restore(directory: DataDirectory, backup: Path, lost: Collection[Path]) -> list[Path]:
    """Return which files of a backup have to go back when these are lost.

    The books may never be ahead of the exchange that stands for the broker: with it go the books. A lost
    door.db comes back alone; a sound one stays, for it knows the newest halt and the PIN's pepper.
    """
    files = []
    if directory.exchange in lost or (directory.system in lost and not _may_stay(directory, backup)):
        files = [directory.system, directory.exchange]
    elif directory.system in lost:
        files = [directory.system]
    return files + ([directory.door] if directory.door in lost else [])


def _may_stay(directory: DataDirectory, backup: Path) -> bool:
    """Say whether the exchange's present book, if there is any, is the later life of the backup's one."""
    kept, now = backup / directory.exchange.name, directory.exchange
    if not kept.exists():
        return True
    if not now.exists() or not now.stat().st_size:
        return False
    try:
        (account, minute), (account_now, minute_now) = _where_it_stands(kept), _where_it_stands(now)
    except sqlite3.Error:
        return False
    return account == account_now and minute <= minute_now


def _where_it_stands(exchange: Path) -> tuple[str, int]:
    with closing(open_to_look(exchange)) as connection:
        account = connection.execute("SELECT account_number FROM account").fetchone()
        minute = connection.execute("SELECT minute FROM clock").fetchone()
    return (str(account[0]), int(minute[0])) if account and minute else ("", 0)
