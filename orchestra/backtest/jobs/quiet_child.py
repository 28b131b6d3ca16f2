"""A child process that takes only what nobody else wants, and ends with its parent.

In: a module to run. Out: a process to look at now and then. Thread: one of the parent's that lasts; to the kernel the
parent is the thread that started the child, and the child is killed when that thread ends.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
LOWEST_PRIORITY = 19
HIGHEST_OOM_SCORE = "1000"
PR_SET_PDEATHSIG = 1
END_SECONDS = 2.0


def start_quietly(module: str, arguments: Sequence[str]) -> "subprocess.Popen[bytes]":
    """Start a module of ours in a process of its own; it has to call `stand_back` first.

    It is given our process id as its first argument. In a session of its own it does not hear the terminal's Ctrl-C.
    """
    return subprocess.Popen(
        [sys.executable, "-m", module, str(os.getpid()), *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def stand_back(parent: int) -> None:
    """Run only while the machine is idle, and be killed when the parent ends, however it ends."""
    os.nice(LOWEST_PRIORITY)
    # Where the system lacks one of these, the others do.
    with suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    with suppress(OSError):
        # A session of its own is a group of its own to the scheduler, which shares evenly between groups.
        Path("/proc/self/autogroup").write_text(str(LOWEST_PRIORITY), encoding="ascii")
    with suppress(OSError):
        # Whoever needs the memory: it is this process that is ended, never the one that trades.
        Path("/proc/self/oom_score_adj").write_text(HIGHEST_OOM_SCORE, encoding="ascii")
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)  # the parent was gone before it could be followed


def end(child: "subprocess.Popen[bytes]") -> None:
    """Kill the child and take its exit code, so that nothing of it is left."""
    kill(child)
    with suppress(subprocess.TimeoutExpired):
        child.wait(END_SECONDS)


def kill(child: "subprocess.Popen[bytes]") -> None:
    """Kill the child and whatever a strategy has started in it.

    It is not asked first: it has nothing to tidy up, and a strategy may have made it deaf to that.
    """
    if child.poll() is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
    child.kill()
