"""The same command begun anew in this process, where no service manager would start it again.

In: where and with what it was started. Out: nobody comes back. Thread: main, everything closed.
"""

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

# What is done once, at the start it was asked for.
ONCE = frozenset({"--reset-pin"})


def start_anew(program: Path, words: Sequence[str], folder: Path) -> NoReturn:
    """Replace this process by a fresh one that was given the same words in the same folder."""
    # Both outlive the change of program: a timer would end it, and what is ignored stays ignored.
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    os.chdir(folder)
    again = [word for word in words if word not in ONCE]
    os.execv(sys.executable, [sys.executable, str(program), *again])  # noqa: S606 - our own command, no shell in it
