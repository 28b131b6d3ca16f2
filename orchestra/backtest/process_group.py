"""End a process that leads a session of its own, with whatever strategies have started in it.

In: a process. Out: nothing of it is left. Thread: the one that started it.
"""

import os
import signal
from contextlib import suppress
from multiprocessing.process import BaseProcess


def end_with_all_it_started(process: BaseProcess) -> None:
    """Kill the process and its group, and wait for it. One that was never started is left alone."""
    if process.pid is None:
        return
    with suppress(ProcessLookupError, PermissionError):  # it may have ended before it led a group
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.join()
