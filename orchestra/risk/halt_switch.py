"""The halt switch: one event that stops every opening order, set by whoever sees the danger first.

In: the API's request thread, the engine, or another process by way of the disk. Out: a flag the order path asks
before every commit and send. Thread: any; `ask` the engine's only.
Exits and cancels go on. It is kept on disk by the `keep` that is passed in, so that a restart stays halted.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from orchestra.messages.halt import Halt, HaltKind

__all__ = ["Halt", "HaltKind", "HaltSwitch"]


def look_nowhere() -> None:
    """Know of no other process that could halt."""


class HaltSwitch:
    """Stop entries and allow them again.

    keep: stores the halt, or None when it is over; set_by_disk: the one of an earlier run. look: called by `ask`
    before it answers; it tells what another process has written with `adopt` and `forget`.
    """

    def __init__(self, keep: Callable[[Halt | None], None], *, set_by_disk: Halt | None = None) -> None:
        self.look: Callable[[], None] = look_nowhere
        self._keep = keep
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._presses = 0
        self._begun = 0
        self._ended = 0
        self._halt = set_by_disk
        if set_by_disk is not None:
            self._event.set()

    @property
    def is_set(self) -> bool:
        """Say whether entries are stopped."""
        return self._event.is_set()

    @property
    def halt(self) -> Halt | None:
        """Return the halt in force."""
        return self._halt if self._event.is_set() else None

    def ask(self) -> bool:
        """Say whether entries are stopped, by anybody in this process or another one."""
        if not self._event.is_set():
            self.look()
        return self._event.is_set()

    def set(self, halt: Halt) -> None:
        """Stop entries, at once; the flag stands even when it cannot be stored. The first halt of a kind counts."""
        with self._act():
            with self._lock:
                self._presses += 1
                self._put(halt)
            self._keep(self._halt)

    def clear(self) -> None:
        """Allow entries again, once that is on disk; whoever halts in that very moment wins, and the halt stands."""
        with self._act():
            presses = self._presses
            self._keep(None)
            with self._lock:
                if self._presses == presses:
                    self._event.clear()
                    self._halt = None
                    return
            self._keep(self._halt)

    def adopt(self, halt: Halt) -> None:
        """Take over a halt that another process has stored."""
        with self._lock:
            self._put(halt)

    def steady(self) -> int | None:
        """Return a mark for `forget`, None while a thread of this process is changing the halt."""
        with self._lock:
            return self._begun if self._begun == self._ended else None

    def forget(self, halt: Halt, *, since: int) -> bool:
        """Allow entries again because another process has removed this halt; say whether that could be believed.

        since: the mark from before the disk was read. A halt that was set here since, or could not be stored, stands.
        """
        with self._lock:
            if not self._begun == self._ended == since:
                return False
            if self._halt == halt:
                self._event.clear()
                self._halt = None
            return True

    @contextmanager
    def _act(self) -> Iterator[None]:
        with self._lock:
            self._begun += 1
        try:
            yield
        finally:
            with self._lock:
                self._ended += 1

    def _put(self, halt: Halt) -> None:
        if self._halt is None or not self._event.is_set() or halt.is_beyond(self._halt):
            self._halt = halt
        self._event.set()
