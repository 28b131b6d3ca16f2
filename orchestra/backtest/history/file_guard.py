"""The file guard: while a history is played, nobody opens the files it came from.

In: audit events of the interpreter (PEP 578). Out: a PermissionError for whoever opens a guarded file, and a record of
it. Thread: any. A strategy has its data functions; a file holds the future too.

What opens files below Python, as some libraries do, is not seen.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_WATCHED = frozenset({"open", "sqlite3.connect"})
_Identity = tuple[int, int]

_guarded: frozenset[_Identity] = frozenset()
_hits: list[str] = []
_is_installed = False


class GuardedFileError(PermissionError):
    """Raised in whoever opens a file of the history."""


@contextmanager
def guarded(paths: Iterable[Path]) -> Iterator[None]:
    """Guard files; `opened` tells afterwards who tried."""
    global _guarded
    _install()
    before = _guarded
    _hits.clear()
    _guarded = frozenset(identity for path in paths if (identity := _identity(path)))
    try:
        yield
    finally:
        _guarded = before


def opened() -> tuple[str, ...]:
    """Return what somebody tried to open while files were last guarded."""
    return tuple(_hits)


def _install() -> None:
    """Install the hook once: the interpreter never lets go of one."""
    global _is_installed
    if not _is_installed:
        sys.addaudithook(_on_event)
        _is_installed = True


def _on_event(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in _WATCHED or not _guarded or not arguments:
        return
    path = arguments[0]
    if isinstance(path, str | bytes | os.PathLike) and _identity(path) in _guarded:
        name = os.fsdecode(path)
        _hits.append(name)
        raise GuardedFileError(f"{name} holds the future of this backtest: read bars with get_data_for_algorithm")


def _identity(path: str | bytes | os.PathLike[Any]) -> _Identity | None:
    """Return what a file is on the disk, whatever it is called."""
    try:
        status = os.stat(path)  # noqa: PTH116 - bytes too
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino
