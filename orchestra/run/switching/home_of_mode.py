"""Which folders of the house a mode has: a database remembers its mode, so each has one of its own.

In: the project's root, a mode. Out: a DataDirectory and its name in the pointer file. Thread: any.
"""

from pathlib import Path

from database.bars.current_directory import DEMO_FOLDER
from database.errors import StorageError
from database.sqlite_store import SqliteStore
from orchestra.run import run_identity
from orchestra.run.data_directory import DataDirectory, below_house
from orchestra.runtime.settings import Mode


def folder_of(root: Path, mode: Mode) -> str:
    """Return the name of the mode's folder below each of the house's: empty for the house's own.

    DEMO has always had its own. Of PAPER and LIVE the first to run takes the house's folders, the other one its own.
    """
    if mode is Mode.DEMO:
        return DEMO_FOLDER
    kept = _mode_kept_in(below_house(root, "").system)
    return "" if kept in (None, mode) else mode.lower()


def home_of(root: Path, mode: Mode) -> DataDirectory:
    """Return the files of the mode when no --data-dir is named."""
    return below_house(root, folder_of(root, mode))


def _mode_kept_in(system: Path) -> str | None:
    if not system.exists() or system.stat().st_size == 0:
        return None
    store = SqliteStore(system, synchronous="FULL", is_read_only=True)
    try:
        return run_identity.mode_of(store)
    except StorageError:
        # Whoever opens it says what is wrong with it.
        return None
    finally:
        store.close()
