"""Ctrl-C while a verb works: the first one asks it to end and tell what it has, the second ends it at once.

In: signals. Out: a flag. Thread: main.
"""

import os
import signal
from types import FrameType

INTERRUPTED = 130


class CancelSwitch:
    """Take SIGINT and SIGTERM over."""

    def __init__(self) -> None:
        self.is_set = False

    def install(self) -> None:
        """Handle the signals from now on."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        if self.is_set:
            os._exit(INTERRUPTED)
        self.is_set = True
