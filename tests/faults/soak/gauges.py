"""The gauges of a long run, read from outside the program's own objects: the process, its files, its tables."""

import os
import sqlite3
import sys
import threading
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

LOG_LIMIT_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Sample:
    """The gauges after one simulated minute. files: open ones by kind; rows: of each table that was named."""

    minute: int
    resident_bytes: int
    blocks: int
    threads: int
    files: dict[str, int]
    log_bytes: int
    rows: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def sample(minute: int, folder: Path) -> Sample:
    """Read every gauge of this process."""
    return Sample(
        minute,
        _resident_bytes(),
        sys.getallocatedblocks(),
        threading.active_count(),
        _open_files(),
        max((path.stat().st_size for path in folder.glob("*-wal")), default=0),
        _rows(folder / "system.db"),
    )


def _resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _open_files() -> dict[str, int]:
    """Count sockets, databases and what else is open."""
    kinds: Counter[str] = Counter()
    for link in Path("/proc/self/fd").iterdir():
        try:
            target = str(link.readlink())
        except FileNotFoundError:
            continue
        kinds[_kind(target)] += 1
    return dict(kinds)


def _kind(target: str) -> str:
    if target.startswith("socket:"):
        return "socket"
    return "database" if ".db" in target else "other"


def _rows(file: Path) -> dict[str, int]:
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        return {name: connection.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0] for name in names}
    finally:
        connection.close()
