"""Ctrl-C and SIGTERM: one way to end, in every phase, within ten seconds.

In: signals. Out: an exception while the parts are being built, a StopRequested once the engine runs. Thread: main.
"""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from orchestra.messages.events import StopRequested
from orchestra.runtime.inbox import Inbox

log = logging.getLogger(__name__)

HARD_LIMIT_SECONDS = 8.0
FAREWELL_SECONDS = 0.5

UnraisableHook = Callable[["sys.UnraisableHookArgs"], object]


class StoppedWhileStarting(BaseException):
    """Raised by a signal while nothing runs yet; what was built is taken down on the way out."""


def nothing_to_do() -> None:
    """Leave a hard end without ado."""


class StopSwitch:
    """Turn signals into a stop. Every commit is whole, so a hard end after the limit loses nothing.

    at_hard_end: done at such an end, in the little time there is: it is still the end that somebody asked for.
    """

    def __init__(self) -> None:
        self.at_hard_end: Callable[[], None] = nothing_to_do
        self._inbox: Inbox | None = None
        self._is_stopping = False
        self._is_importing = False

    def install(self) -> None:
        """Handle SIGINT and SIGTERM from now on."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        sys.unraisablehook = _quiet_about_a_stop(sys.unraisablehook)

    @contextmanager
    def importing(self) -> Iterator[None]:
        """Let a signal end the process at once: nothing is open yet, and libraries swallow or reword an exception."""
        self._is_importing = True
        try:
            yield
        finally:
            self._is_importing = False

    @property
    def is_engine_running(self) -> bool:
        """Say whether the engine has taken over."""
        return self._inbox is not None

    def hand_over(self, inbox: Inbox) -> None:
        """From now on a signal becomes a message of the engine; one that strangers' code swallowed is told again."""
        self._inbox = inbox
        if self._is_stopping:
            inbox.put(StopRequested("a signal during the start"))

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self._is_stopping:
            return
        if self._is_importing:
            os._exit(0)
        self._is_stopping = True
        limit = threading.Timer(HARD_LIMIT_SECONDS, _end_hard, args=(self.at_hard_end,))
        limit.daemon = True
        limit.start()
        name = signal.Signals(number).name
        if self._inbox is None:
            raise StoppedWhileStarting(name)
        self._inbox.put(StopRequested(name))


def _quiet_about_a_stop(tell: UnraisableHook) -> UnraisableHook:
    """Tell of what cannot be raised, but not of a stop inside a destructor: it is kept, and told at the hand-over."""

    def hook(unraisable: "sys.UnraisableHookArgs") -> None:
        if not issubclass(unraisable.exc_type, StoppedWhileStarting):
            tell(unraisable)

    return hook


def _end_hard(at_hard_end: Callable[[], None]) -> None:
    """End although something hangs; the next start takes up from what is on disk."""
    # What hangs may hold the lock of a log handler, so saying goodbye gets a thread and little time.
    farewell = threading.Thread(target=_say_goodbye, args=(at_hard_end,), daemon=True)
    farewell.start()
    farewell.join(FAREWELL_SECONDS)
    os._exit(0)


def _say_goodbye(at_hard_end: Callable[[], None]) -> None:
    at_hard_end()
    log.warning("Something did not end in time; the process ends without it.")
    logging.shutdown()
