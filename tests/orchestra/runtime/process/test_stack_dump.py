"""The stacks of a process that dies or hangs are in the log folder; seen in child processes."""

import signal
import subprocess
import sys
from pathlib import Path

from orchestra.runtime.process.stack_dump import LARGEST_BYTES, StackDump
from tests.source_tree import ROOT

DYING = """
import os, signal, sys
from pathlib import Path
from orchestra.runtime.process.stack_dump import StackDump
def the_function_that_dies():
    os.kill(os.getpid(), signal.SIGABRT)
dump = StackDump(Path(sys.argv[1]))
the_function_that_dies()
"""
# It hangs until its stacks are there: the moment they are taken is the machine's to choose.
HANGING = """
import sys, threading
from pathlib import Path
from orchestra.runtime.process import stack_dump
stack_dump.HUNG_SECONDS = 0.2
folder = Path(sys.argv[1])
dump = stack_dump.StackDump(folder)
def the_function_that_hangs():
    dump.arm()
    while "the_function_that_hangs" not in (folder / "stacks.log").read_text():
        threading.Event().wait(0.01)
the_function_that_hangs()
dump.close()
"""


def run(program: str, folder: Path) -> tuple[int, str]:
    ended = subprocess.run([sys.executable, "-c", program, str(folder)], cwd=ROOT, timeout=60, check=False)
    return ended.returncode, (folder / "stacks.log").read_text(encoding="utf-8")


def test_watchdogs_signal_leaves_the_stacks(tmp_path: Path) -> None:
    code, stacks = run(DYING, tmp_path)
    assert code == -signal.SIGABRT
    assert "the_function_that_dies" in stacks


def test_hanging_engine_leaves_its_stacks_and_goes_on(tmp_path: Path) -> None:
    code, stacks = run(HANGING, tmp_path)
    assert code == 0
    assert "the_function_that_hangs" in stacks


def test_stacks_of_earlier_runs_are_kept_up_to_a_limit(tmp_path: Path) -> None:
    path = tmp_path / "stacks.log"
    for size, kept in ((1_000, 1_000), (LARGEST_BYTES + 1, 0)):
        path.write_bytes(b"x" * size)
        command = "import sys; from pathlib import Path\nfrom orchestra.runtime.process.stack_dump import StackDump\n"
        run(f"{command}StackDump(Path(sys.argv[1])).close()", tmp_path)
        assert path.stat().st_size == kept


def test_folder_that_is_gone_stops_nothing(tmp_path: Path) -> None:
    dump = StackDump(tmp_path / "gone")
    dump.arm()
    dump.close()
    assert not (tmp_path / "gone").exists()
