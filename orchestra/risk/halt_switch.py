"""The halt switch: one event that stops every opening order, set by whoever sees the danger first.

In: the API's request thread or the engine. Out: a flag the order path asks before every commit and send. Thread: any.
Exits and cancels go on. It is kept on disk by the `keep` that is passed in, so that a restart stays halted.
"""

import threading
from collections.abc import Callable

from orchestra.messages.halt import Halt

__all__ = ["Halt", "HaltSwitch"]


class HaltSwitch:
    """Stop entries and allow them again.

    keep: stores the halt, or None when it is over; set_by_disk: the one of an earlier run.
    """

    def __init__(self, keep: Callable[[Halt | None], None], *, set_by_disk: Halt | None = None) -> None:
        self._keep = keep
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._presses = 0
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

    def set(self, halt: Halt) -> None:
        """Stop entries, at once; the flag stands even when it cannot be stored."""
        with self._lock:
            self._presses += 1
            if not self._event.is_set():
                self._halt = halt
                self._event.set()
        self._keep(self._halt)

    def clear(self) -> None:
        """Allow entries again, once that is on disk; whoever halts in that very moment wins, and the halt stands."""
        presses = self._presses
        self._keep(None)
        with self._lock:
            if self._presses == presses:
                self._event.clear()
                self._halt = None
                return
        self._keep(self._halt)
