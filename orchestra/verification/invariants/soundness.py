"""V7: each database is whole, ours, and of a version that is known.

In: paths. Out: findings. Thread: any.
"""

from pathlib import Path

from database.errors import StorageError
from orchestra.verification.findings import Findings, Invariant, Unchecked, critical, warning
from orchestra.verification.session_files import SessionFiles, is_there, opened

# What stands in the header of each of our files, and the newest schema of each: written down here a second time, so
# that a mistake in the program is not repeated by its checker.
APPLICATION_IDS = {"system": 0x41545359, "exchange": 0x41544558, "door": 0x41544452, "market": 0x41544D4B}
NEWEST_VERSIONS = {"system": 2, "exchange": 2, "door": 1, "market": 2}
MOST_ROWS = 20


def sound_files(files: SessionFiles) -> Findings:
    """Yield V7 of every database that is there."""
    for name, path in files.databases.items():
        try:
            if is_there(path):
                yield from _sound(name, path, wait_seconds=files.wait_seconds)
            elif name == "system":
                yield Unchecked(Invariant.SOUND_FILES, f"{path} is not there")
        except StorageError as error:
            yield critical(Invariant.SOUND_FILES, str(error))


def _sound(name: str, path: Path, *, wait_seconds: float) -> Findings:
    with opened(path, wait_seconds) as connection:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if application != APPLICATION_IDS[name]:
            yield critical(Invariant.SOUND_FILES, f"{path} is not the {name} database of this program.")
        if not 1 <= version <= NEWEST_VERSIONS[name]:
            known = NEWEST_VERSIONS[name]
            yield critical(
                Invariant.SOUND_FILES, f"{path} has schema {version}; known are 1 to {known}: use the newer program."
            )
        complaints = [row[0] for row in connection.execute(f"PRAGMA integrity_check({MOST_ROWS})")]
        if complaints != ["ok"]:
            yield critical(
                Invariant.SOUND_FILES, f"{path} is damaged: keep it, and restore the newest backup.", *complaints
            )
        orphans = connection.execute("PRAGMA foreign_key_check").fetchmany(MOST_ROWS)
        if orphans:
            rows = [f"{row['table']} row {row['rowid']} refers to a missing row of {row['parent']}" for row in orphans]
            yield warning(Invariant.SOUND_FILES, f"{path} has rows that refer to nothing.", *rows)
