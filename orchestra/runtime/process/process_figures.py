"""What the process needs of the machine: memory, threads, open files.

In: /proc/self. Out: figures. Thread: any.
"""

import gc
import os
import re
import threading
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

MEGABYTE = 1024 * 1024
STATM = Path("/proc/self/statm")
OPEN_FILES = Path("/proc/self/fd")
CGROUP_OF_PROCESS = Path("/proc/self/cgroup")
CGROUPS = Path("/sys/fs/cgroup")
# What a thread is called when nobody named it: "Thread-12 (serve_forever)".
UNNAMED = re.compile(r"Thread-\d+(?: \((?P<target>\w+)\))?")
NUMBER_AT_THE_END = re.compile(r"[-_]?\d+$")


class ResidentMemory:
    """Read how many bytes of memory the process holds; the file stays open, so that a reading costs microseconds."""

    def __init__(self, statm: Path = STATM) -> None:
        self._file = os.open(statm, os.O_RDONLY | os.O_CLOEXEC)
        self._page_bytes = os.sysconf("SC_PAGE_SIZE")

    def __call__(self) -> int:
        """Return the resident bytes."""
        return int(os.pread(self._file, 128, 0).split()[1]) * self._page_bytes

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


def threads_by_name() -> Mapping[str, float]:
    """Return how many threads there are of each kind; numbers of a pool's threads are left out of their names."""
    return Counter(_kind_of_thread(thread.name) for thread in threading.enumerate())


def files_by_kind(folder: Path = OPEN_FILES) -> Mapping[str, float]:
    """Return how many open files there are of each kind: socket, pipe, database, other."""
    kinds: Counter[str] = Counter()
    for entry in list(folder.iterdir()):
        try:
            kinds[_kind_of_file(str(entry.readlink()))] += 1
        except OSError:
            continue  # closed since the folder was listed
    return kinds


def objects_of_python() -> float:
    """Return how many objects the garbage collector knows."""
    return float(len(gc.get_objects()))


def bytes_of(path: Path) -> float:
    """Return the size of a file, 0 when there is none."""
    try:
        return float(path.stat().st_size)
    except FileNotFoundError:
        return 0.0


def memory_limit(of_process: Path = CGROUP_OF_PROCESS, cgroups: Path = CGROUPS) -> int | None:
    """Return the bytes the system allows this process, the lowest limit of its control groups; None without one.

    Source: cgroup-v2 of the kernel's documentation, memory.max; systemd writes MemoryMax= there.
    """
    try:
        lines = of_process.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    inside = next((line.removeprefix("0::/") for line in lines if line.startswith("0::/")), None)
    if inside is None:
        return None
    folder = cgroups / inside
    limits = [_limit_in(each / "memory.max") for each in (folder, *folder.parents) if each.is_relative_to(cgroups)]
    return min((limit for limit in limits if limit is not None), default=None)


def _limit_in(file: Path) -> int | None:
    try:
        return int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None  # "max", or no such limit here


def _kind_of_thread(name: str) -> str:
    unnamed = UNNAMED.fullmatch(name)
    if unnamed:
        return unnamed["target"] or "unnamed"
    return NUMBER_AT_THE_END.sub("", name).replace(" ", "_") or "unnamed"


def _kind_of_file(target: str) -> str:
    if target.startswith("socket:"):
        return "socket"
    if target.startswith(("pipe:", "anon_inode:")):
        return "pipe"
    return "database" if ".db" in Path(target).name else "other"
