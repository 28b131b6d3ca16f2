"""One process a data directory: AutoTrader, or an exchange that runs alone.

In: the path of the lock file. Out: the right to write there, or ConfigError. Thread: main.
"""

import fcntl
import os
from pathlib import Path

from database.errors import ConfigError


class DirectoryLock:
    """An exclusive lock on a directory's `lock` file; it goes with the process, however that ends."""

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
                f"Another AutoTrader or exchange is using {self._path.parent}: stop it, or choose another --data-dir."
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
