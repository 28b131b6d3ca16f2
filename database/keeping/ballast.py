"""Ballast: a file that only takes up room, thrown overboard when the disk is full.

In: a path. Out: 16 MiB in which exits and their records still fit. Thread: engine.
"""

import os
from contextlib import suppress
from pathlib import Path

from database.keeping import durable

SIZE_BYTES = 16 * 1024 * 1024
_PIECE = bytes(64 * 1024)


class Ballast:
    """One file of that size; a smaller one does not count and is filled up."""

    def __init__(self, path: Path, *, size: int = SIZE_BYTES) -> None:
        self._path = path
        self._size = size

    @property
    def is_there(self) -> bool:
        """Say whether there is something to throw overboard."""
        try:
            return self._path.stat().st_size >= self._size
        except OSError:
            return False

    def take_in(self) -> bool:
        """Make the file where it is missing, its room really taken; return whether it is there now."""
        if self.is_there:
            return True
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT, durable.OWNER_ONLY)
            try:
                self._fill(handle)
            finally:
                os.close(handle)
        except OSError:
            self.drop()
        return self.is_there

    def drop(self) -> bool:
        """Delete the file; return whether that made room."""
        was_there = self._path.exists()
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
        return was_there

    def _fill(self, handle: int) -> None:
        try:
            os.posix_fallocate(handle, 0, self._size)
        except OSError:
            # A file system that cannot reserve room; or one without any, which fails here again.
            for _ in range(0, self._size, len(_PIECE)):
                os.write(handle, _PIECE)
        os.fsync(handle)
