"""The two children of the kiosk, the program and the browser: each in a group of its own, ended as a whole.

In: a command. Out: a running child. Thread: main; one beside it reads what the program says.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import IO, Protocol


class Child(Protocol):
    """A process that was started."""

    @property
    def pid(self) -> int:
        """Return its number, that of its group too."""

    def code(self) -> int | None:
        """Return how it ended, None while it runs."""

    def last_words(self) -> str:
        """Return the last line it said to the person at the terminal."""

    def end(self, wait_seconds: float) -> None:
        """Ask it to end, and kill it and its group if it does not within that time."""


class RealChild:
    """A process of the system. variables: its environment; is_heard: its errors are read, and passed on."""

    def __init__(self, command: Sequence[str], variables: Mapping[str, str], *, is_heard: bool) -> None:
        errors = subprocess.PIPE if is_heard else subprocess.DEVNULL
        self._last = ""
        self._process = subprocess.Popen(
            command,
            env=dict(variables),
            start_new_session=True,
            stderr=errors,
            stdout=None if is_heard else subprocess.DEVNULL,
        )
        if self._process.stderr is not None:
            threading.Thread(target=self._hear, args=(self._process.stderr,), name="words", daemon=True).start()

    @property
    def pid(self) -> int:
        """Return its number."""
        return self._process.pid

    def code(self) -> int | None:
        """Return how it ended."""
        return self._process.poll()

    def last_words(self) -> str:
        """Return the last line of its errors."""
        return self._last

    def end(self, wait_seconds: float) -> None:
        """End the group."""
        self._signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(wait_seconds)
        self._signal(signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)

    def _signal(self, number: int) -> None:
        with contextlib.suppress(OSError):
            os.killpg(self._process.pid, number)

    def _hear(self, errors: IO[bytes]) -> None:
        for line in errors:
            text = line.decode("utf-8", "replace")
            self._last = text.strip() or self._last
            sys.stderr.write(text)
            sys.stderr.flush()
