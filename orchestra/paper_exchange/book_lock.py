"""One exchange a data directory: two of them would keep the same book."""

import fcntl
import os
from pathlib import Path

from database.errors import ConfigError

# The file that AutoTrader itself locks: its own exchange and one that runs alone keep out of each other's way too.
LOCK_FILE = "lock"


class BookLock:
    """An exclusive lock on a directory; it goes with the process, however that ends."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._file: int | None = None

    def take(self) -> None:
        """Lock. Raises ConfigError when another process holds the directory or it cannot be written."""
        try:
            self._file = os.open(self._directory / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self.release()
            raise ConfigError(
                f"Another exchange is using {self._directory}: stop it, or choose another --data-dir."
            ) from error
        except OSError as error:
            raise ConfigError(
                f"{self._directory} cannot be used ({error.strerror}): choose another --data-dir."
            ) from error

    def release(self) -> None:
        """Unlock."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
