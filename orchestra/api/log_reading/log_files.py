"""The files of the log, the newest and those that were rotated away, found by their names alone.

In: the folder of a run's logs. Out: open files, oldest first. Thread: any; nothing is written.
A rotated file keeps its inode, so a place in the log stays the same place when its file gets another name.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

NAME = "orchestrator.log"
MOST_ROTATED = 5


@dataclass(frozen=True, slots=True)
class LogFile:
    """One open file. inode: stays when it is rotated; size: when it was opened."""

    inode: int
    size: int
    stream: BinaryIO

    def read(self, start: int, end: int) -> bytes:
        """Return the bytes from start to end."""
        self.stream.seek(start)
        return self.stream.read(max(0, end - start))


@contextmanager
def opened_logs(folder: Path) -> Iterator[list[LogFile]]:
    """Open the files there are, oldest first: regular ones of these names, never a link."""
    names = [f"{NAME}.{number}" for number in range(MOST_ROTATED, 0, -1)] + [NAME]
    found: dict[int, LogFile] = {}
    with ExitStack() as stack:
        for name in names:
            stream = _opened(folder / name)
            if stream is None:
                continue
            stack.callback(stream.close)
            status = os.fstat(stream.fileno())
            # Rotated between two looks it would be there twice.
            found.setdefault(status.st_ino, LogFile(status.st_ino, status.st_size, stream))
        yield list(found.values())


def _opened(path: Path) -> BinaryIO | None:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        return None
    return os.fdopen(handle, "rb")
