"""The file guard: while a history is played, nobody opens the files it came from.

In: audit events of the interpreter (PEP 578). Out: a PermissionError for whoever opens a guarded file, a record of it,
and of other programs that were started. Thread: any. A strategy has its data functions; a file holds the future too.

What opens files below Python, as some libraries and other programs do, is not seen.
"""

import os
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

_OPENING = frozenset({"open", "sqlite3.connect"})
_STARTING = frozenset({
    "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system", "pty.spawn", "subprocess.Popen"
})  # fmt: skip
_WATCHED = _OPENING | _STARTING
A_COPY = "a copy of itself"
LONGEST_COMMAND = 80
# A strategy may start another one every minute.
MOST_STARTED = 20
_Identity = tuple[int, int]

_guarded: frozenset[_Identity] = frozenset()
# In the order they came, each once: a strategy tries again every minute.
_opened: dict[str, None] = {}
_started: dict[str, None] = {}
_readers: set[int] = set()
_is_on = False
_is_installed = False


class GuardedFileError(PermissionError):
    """Raised in whoever opens a file of the history."""


@contextmanager
def guarded(paths: Iterable[Path]) -> Iterator[None]:
    """Guard files; `opened` and `started` tell afterwards who tried what."""
    global _guarded, _is_on
    _install()
    before = _guarded, _is_on
    _opened.clear()
    _started.clear()
    _guarded, _is_on = frozenset(identity for path in paths if (identity := _identity(path))), True
    try:
        yield
    finally:
        _guarded, _is_on = before


@contextmanager
def reading() -> Iterator[None]:
    """Let this thread open what is guarded: for the program's own look-ups."""
    thread = threading.get_ident()
    _readers.add(thread)
    try:
        yield
    finally:
        _readers.discard(thread)


def opened() -> tuple[str, ...]:
    """Return what somebody tried to open while files were last guarded."""
    return tuple(_opened)


def started() -> tuple[str, ...]:
    """Return the programs that were started meanwhile: nobody sees what these open."""
    return tuple(_started)


def _install() -> None:
    """Install the hook once: the interpreter never lets go of one."""
    global _is_installed
    if not _is_installed:
        sys.addaudithook(_on_event)
        _is_installed = True


def _on_event(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in _WATCHED or not _is_on:
        return
    if event in _STARTING:
        if len(_started) < MOST_STARTED:
            _started[_program(arguments)] = None
    elif arguments and threading.get_ident() not in _readers:
        _refuse_guarded(arguments[0])


def _refuse_guarded(path: Any) -> None:
    if not isinstance(path, str | bytes | os.PathLike):
        return
    for place in _places(os.fsdecode(path)):
        if _identity(place) in _guarded:
            _opened[place] = None
            raise GuardedFileError(f"{place} holds the future of this backtest: read bars with get_data_for_algorithm")


def _places(name: str) -> tuple[str, ...]:
    """Return what a name may mean: to SQLite it may be a URI."""
    if not name.startswith("file:"):
        return (name,)
    try:
        return name, unquote(urlsplit(name).path)
    except ValueError:
        return (name,)


def _program(arguments: tuple[Any, ...]) -> str:
    """Return the name of a program, or a shell's command in short."""
    if not arguments or not isinstance(arguments[0], str | bytes | os.PathLike):
        return A_COPY
    name = os.fsdecode(arguments[0])
    return name if len(name) <= LONGEST_COMMAND else f"{name[:LONGEST_COMMAND]}..."


def _identity(path: str | Path) -> _Identity | None:
    """Return what a file is on the disk, whatever it is called."""
    try:
        status = os.stat(path)  # noqa: PTH116 - quick: asked for each file that is opened
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino
