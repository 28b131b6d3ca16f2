"""V7: each database is whole, ours, and of a version that is known.

In: paths. Out: findings. Thread: any.
"""

import sqlite3
from collections.abc import Mapping
from pathlib import Path

from database.errors import StorageError
from orchestra.verification.findings import Findings, Invariant, critical, warning
from orchestra.verification.session_files import SessionFiles, is_begun, opened

# What stands in the header of each of our files: written down here a second time, so that a mistake in the program is
# not repeated by its checker.
APPLICATION_IDS = {"system": 0x41545359, "exchange": 0x41544558, "door": 0x41544452, "market": 0x41544D4B}
MOST_ROWS = 20


def sound_files(files: SessionFiles, known_versions: Mapping[str, int]) -> Findings:
    """Yield V7 of every database that is there. known_versions: the newest schema of each that a program knows."""
    for name, path in files.databases.items():
        try:
            if is_begun(path, files.wait_seconds):
                with opened(path, files.wait_seconds) as connection:
                    yield from _ours(connection, name, path)
                    yield from _version(connection, path, known=known_versions.get(name))
                    yield from _whole(connection, path)
        except StorageError as error:
            yield critical(Invariant.SOUND_FILES, str(error))


def _ours(connection: sqlite3.Connection, name: str, path: Path) -> Findings:
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_IDS[name]:
        yield critical(Invariant.SOUND_FILES, f"{path} is not the {name} database of this program.")


def _version(connection: sqlite3.Connection, path: Path, *, known: int | None) -> Findings:
    """Check that the header claims no more than was done to the file; a start that was cut off may claim less."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    has_history = connection.execute("SELECT 1 FROM sqlite_master WHERE name = '_sqlite_migrations'").fetchone()
    applied = connection.execute("SELECT COUNT(*) FROM _sqlite_migrations").fetchone()[0] if has_history else 0
    if version > applied:
        sentence = f"{path} says schema {version}, and {applied} changes were made to it: restore the newest backup."
        yield critical(Invariant.SOUND_FILES, sentence)
    elif known is not None and applied > known:
        yield critical(
            Invariant.SOUND_FILES, f"{path} has schema {applied}; known are 1 to {known}: use the newer program."
        )


def _whole(connection: sqlite3.Connection, path: Path) -> Findings:
    complaints = [row[0] for row in connection.execute(f"PRAGMA integrity_check({MOST_ROWS})")]
    if complaints != ["ok"]:
        sentence = f"{path} is damaged: keep it, and restore the newest backup."
        yield critical(Invariant.SOUND_FILES, sentence, *complaints)
    orphans = connection.execute("PRAGMA foreign_key_check").fetchmany(MOST_ROWS)
    if orphans:
        rows = [f"{row['table']} row {row['rowid']} refers to a missing row of {row['parent']}" for row in orphans]
        yield warning(Invariant.SOUND_FILES, f"{path} has rows that refer to nothing.", *rows)
