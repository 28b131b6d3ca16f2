"""One process a data directory: AutoTrader, or an exchange that runs alone.

In: the path of the lock file. Out: the right to write there, or ConfigError. Thread: main.
"""

import fcntl
import os
from pathlib import Path

from database.errors import ConfigError

ENDED_WELL = b"the last run ended well\n"
UNDER_WAY = b"a run is under way, or was cut off\n"


class DirectoryLock:
    """An exclusive lock on a directory's `lock` file; it goes with the process, however that ends.

    What the file says stays behind: how the last run ended.
    """

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

    def begin_run(self) -> bool:
        """Note on disk that a run is under way, for whoever holds the lock; return whether the last one ended well."""
        has_ended_well = self._path.read_bytes() == ENDED_WELL
        self._note(UNDER_WAY)
        return has_ended_well

    def end_run(self) -> None:
        """Note on disk that everything of this run was closed in order."""
        self._note(ENDED_WELL)

    def release(self) -> None:
        """Unlock."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _note(self, text: bytes) -> None:
        if self._file is not None:
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, text, 0)
            os.fsync(self._file)
