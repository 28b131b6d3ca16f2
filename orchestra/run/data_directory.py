"""Where a run keeps its files, and that only one process uses them.

`--data-dir DIR` holds exactly market.db system.db door.db exchange.db logs/ lock; without it the files lie
in the folders of the house, those of DEMO below `demo/` in each.
"""

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

from database.bars.current_directory import DEMO_FOLDER
from database.errors import ConfigError


@dataclass(frozen=True, slots=True)
class DataDirectory:
    """The paths of one run."""

    market: Path
    system: Path
    exchange: Path
    logs: Path
    lock: Path

    @property
    def folders(self) -> set[Path]:
        """Return every folder that must exist."""
        return {self.market.parent, self.system.parent, self.exchange.parent, self.logs, self.lock.parent}

    def create(self) -> None:
        """Make the folders; raises ConfigError when they cannot be written."""
        for folder in sorted(self.folders):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise ConfigError(
                    f"The folder {folder} cannot be made ({error.strerror}): choose another --data-dir."
                ) from error
            if not os.access(folder, os.W_OK | os.X_OK):
                raise ConfigError(
                    f"The folder {folder} cannot be written: give its owner the right, or choose another."
                )


def in_folder(folder: Path) -> DataDirectory:
    """Return the layout of `--data-dir`."""
    return DataDirectory(
        market=folder / "market.db",
        system=folder / "system.db",
        exchange=folder / "exchange.db",
        logs=folder / "logs",
        lock=folder / "lock",
    )


def in_house(root: Path, *, is_demo: bool) -> DataDirectory:
    """Return the default layout below the project's own folders."""
    below = DEMO_FOLDER if is_demo else "."
    system = root / "system_databse" / below
    return DataDirectory(
        market=root / "database" / below / "market.db",
        system=system / "system.db",
        exchange=system / "exchange.db",
        logs=root / "logs" / below,
        lock=system / "lock",
    )


class DirectoryLock:
    """An exclusive lock on the run's files; it goes with the process, however that ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def take(self) -> None:
        """Lock; raises ConfigError when another process holds the directory."""
        try:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self.release()
            raise ConfigError(
                f"Another AutoTrader is using {self._path.parent}: stop it, or choose another --data-dir."
            ) from error
        except OSError as error:
            raise ConfigError(
                f"{self._path} cannot be written ({error.strerror}): choose another --data-dir."
            ) from error

    def release(self) -> None:
        """Unlock."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
