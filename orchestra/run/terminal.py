"""The way to the person at the terminal, which no strategy can close or replace.

In: lines. Out: the process's first standard output and error. Thread: any.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import TextIO


class Terminal:
    """Hold duplicates of the standard streams, made before any stranger's code runs."""

    def __init__(self) -> None:
        self.output = _duplicate(1)
        self.errors = _duplicate(2)

    def say(self, text: str) -> None:
        """Print a result; a reader that went away is nobody to complain to."""
        _write(self.output, text)

    def complain(self, text: str) -> None:
        """Print why something is refused or ended."""
        _write(self.errors, text)


def _write(stream: TextIO, text: str) -> None:
    with suppress(OSError, ValueError):
        stream.write(f"{text}\n")
        stream.flush()


def _duplicate(number: int) -> TextIO:
    """Return an own stream on a standard file number, or one into nothing where there is none."""
    try:
        return os.fdopen(os.dup(number), "w", encoding="utf-8", errors="replace", buffering=1)
    except OSError:
        return Path(os.devnull).open("w", encoding="utf-8")
