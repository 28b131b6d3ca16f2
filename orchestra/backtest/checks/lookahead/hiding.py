"""Take files out of this process's sight, also for what it starts and for libraries that open files below Python.

In: paths. Out: empty files in their places, for this process and its children alone. Thread: main, the only one there
is. Where the system allows no mounts of one's own, nothing is hidden, and only the file guard watches.
"""

import ctypes
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000


def hide(paths: Iterable[Path]) -> bool:
    """Put an empty file over each that is there; tell whether all of them are hidden."""
    there = [path for path in paths if path.is_file()]
    try:
        libc = ctypes.CDLL(None)
        if not there or not _has_own_mounts(libc):
            return not there
    except (OSError, AttributeError):  # no Linux
        return False
    with NamedTemporaryFile() as empty:
        failures = [_mount(libc, path, source=empty.name, flags=MS_BIND) for path in there]
    return not any(failures)


def _has_own_mounts(libc: ctypes.CDLL) -> bool:
    """Give this process mounts that nobody else sees, and tell whether it got them."""
    uid, gid = os.geteuid(), os.getegid()
    # Root needs no other name for that, and under one it could not read everybody's files any more.
    if libc.unshare(CLONE_NEWNS if uid == 0 else CLONE_NEWNS | CLONE_NEWUSER):
        return False
    if uid:
        with suppress(OSError):
            Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
            Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1", encoding="ascii")
            Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1", encoding="ascii")
    return not _mount(libc, Path("/"), source="none", flags=MS_REC | MS_PRIVATE)


def _mount(libc: ctypes.CDLL, target: Path, *, source: str, flags: int) -> int:
    return int(libc.mount(os.fsencode(source), os.fsencode(target), None, ctypes.c_ulong(flags), None))
