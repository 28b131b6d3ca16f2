"""Steps on a disk that survive a power cut: a file, a folder, a name.

In: paths. Out: nothing that was reported done is lost. Thread: any.
"""

import os
from pathlib import Path

OWNER_ONLY = 0o600


def sync(path: Path) -> None:
    """Have a file's content, or the names in a folder, on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def move(source: Path, target: Path) -> None:
    """Give a file or folder another name, both names on the disk afterwards; an existing file is replaced."""
    source.replace(target)
    sync(target.parent)
    if source.parent != target.parent:
        sync(source.parent)


def write(path: Path, text: str) -> None:
    """Write a small file as a whole: either the old content is there or the new one."""
    fresh = path.with_name(f"{path.name}.new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    move(fresh, path)
