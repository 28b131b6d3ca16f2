"""The turn marker: whose code runs now, written where the end of the process does not reach it.

In: turns. Out: a few bytes in a file that stays open. Thread: engine. It is never flushed to the disk: what is to be
found out is who ended or hung the process, and the system keeps the bytes for that. A power cut blames nobody.
"""

import logging
import os
from pathlib import Path

log = logging.getLogger(__name__)

BYTES = 20


class TurnMarker:
    """Remember the algorithm whose turn it is."""

    def __init__(self, path: Path) -> None:
        self._file: int | None = None
        self._left_behind: int | None = None
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            self._left_behind = _read(self._file)
        except OSError as error:
            log.warning("An algorithm that ends the process will not be known (%s: %s).", path, error.strerror)
        self.end()

    @property
    def left_behind(self) -> int | None:
        """Return the algorithm during whose turn the process before this one ended, None when there was none."""
        return self._left_behind

    def begin(self, algorithm_id: int) -> None:
        """Note that this algorithm's code runs from now on."""
        self._write(str(algorithm_id).encode().ljust(BYTES))

    def end(self) -> None:
        """Note that no algorithm's code runs."""
        self._write(b" " * BYTES)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _write(self, content: bytes) -> None:
        if self._file is None:
            return
        try:
            os.pwrite(self._file, content, 0)
        except OSError as error:
            # A full disk has other watchmen; the marker is not worth a turn.
            log.warning("The turn marker cannot be written (%s).", error.strerror)
            self.close()


def _read(file: int) -> int | None:
    text = os.pread(file, BYTES, 0).decode("ascii", errors="replace").strip()
    return int(text) if text.isascii() and text.isdecimal() else None
