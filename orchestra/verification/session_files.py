"""The files of a session, opened for looking only: nothing is written, not even SQLite's side files where it can be.

In: a data directory. Out: read-only connections, or one plain sentence why not. Thread: any.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from database.errors import StorageError

# The list of changes made to the schema is there first, and the tables come all at once.
ANY_TABLE = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name <> '_sqlite_migrations' LIMIT 1"
MAGIC = b"SQLite format 3\x00"


@dataclass(frozen=True, slots=True)
class SessionFiles:
    """The paths of one session; exchange, door and market need not be there.

    wait_seconds: how long another program's lock is waited for.
    """

    system: Path
    exchange: Path
    door: Path
    market: Path
    logs: Path
    wait_seconds: float = 5.0

    @property
    def databases(self) -> dict[str, Path]:
        """Return the databases by the name of what they keep."""
        return {"system": self.system, "exchange": self.exchange, "door": self.door, "market": self.market}


def files_in(folder: Path) -> SessionFiles:
    """Return the layout of `--data-dir`."""
    return SessionFiles(
        system=folder / "system.db",
        exchange=folder / "exchange.db",
        door=folder / "door.db",
        market=folder / "market.db",
        logs=folder / "logs",
    )


def is_there(path: Path) -> bool:
    """Say whether a database holds anything; an empty file is one that was never begun."""
    try:
        return path.stat().st_size > 0
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StorageError(_unreadable(path, error)) from error


def is_begun(path: Path, wait_seconds: float) -> bool:
    """Say whether a database has tables of its own; a start that was cut off leaves one without.

    Raises StorageError.
    """
    if not is_there(path):
        return False
    with opened(path, wait_seconds) as connection:
        return connection.execute(ANY_TABLE).fetchone() is not None


@contextmanager
def opened(path: Path, wait_seconds: float) -> Iterator[sqlite3.Connection]:
    """Open a database to look at it as it is at this moment; what the block does not understand is told as well.

    Raises StorageError, in one sentence, for a file that is missing, unreadable, locked, damaged or no database.
    """
    try:
        with path.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise StorageError(f"{path} is no SQLite database: restore it from a backup.")
        with closing(_connect(path, wait_seconds)) as connection:
            connection.row_factory = sqlite3.Row
            # One state of the file for everything that is read, whatever is written meanwhile.
            connection.execute("BEGIN")
            yield connection
    except OSError as error:
        raise StorageError(_unreadable(path, error)) from error
    except sqlite3.Error as error:
        raise StorageError(_sentence(path, error)) from error


def _connect(path: Path, wait_seconds: float) -> sqlite3.Connection:
    """Open; a file without a write-ahead log is not being written in WAL mode, so no side file needs to appear."""
    has_log = path.with_name(path.name + "-wal").exists()
    has_journal = path.with_name(path.name + "-journal").exists()
    how = "mode=ro" if has_log or has_journal else "immutable=1"
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?{how}",
        uri=True,
        timeout=wait_seconds,
        isolation_level=None,
        check_same_thread=False,
    )


def _unreadable(path: Path, error: OSError) -> str:
    return f"{path} cannot be read ({error.strerror}): correct its owner or permissions."


def _sentence(path: Path, error: sqlite3.Error) -> str:
    detail = " ".join(str(error).split())
    if "locked" in detail or "busy" in detail:
        return f"{path} is locked by another program: end that program, or try again in a minute."
    if "no such table" in detail or "no such column" in detail:
        return f"{path} has another schema than this program knows ({detail}): start the program once to bring it up."
    if "unable to open" in detail:
        return f"{path} cannot be opened ({detail}): correct the permissions of the file and its folder."
    return f"{path} is damaged ({detail}): keep it, and restore the newest backup."
