"""A child that takes only what nobody else wants, and ends with its parent."""

import os
import subprocess
import sys
from pathlib import Path

from orchestra.backtest.jobs.quiet_child import end, start_quietly
from tests.orchestra.backtest.jobs.processes import has_ended
from tests.source_tree import ROOT

# Stands back, tells how it runs, and would then stay for a minute.
TELLS = """
import os, sys, time
from orchestra.backtest.jobs.quiet_child import stand_back
stand_back(int(sys.argv[1]))
with open({told!r} + ".new", "w") as file:
    print(os.getpid(), os.getsid(0), os.nice(0), os.sched_getscheduler(0) == os.SCHED_IDLE, file=file)
os.rename({told!r} + ".new", {told!r})
time.sleep(60)
"""
PARENT = """
import os, subprocess, sys
child = subprocess.Popen([sys.executable, {child!r}, str(os.getpid())], stdout=subprocess.DEVNULL)
while not os.path.exists({told!r}):
    assert child.poll() is None
os.kill(os.getpid(), 9)
"""


def test_a_quiet_child_runs_with_the_lowest_priority_and_dies_with_its_parent(tmp_path: Path) -> None:
    told, child = tmp_path / "told", tmp_path / "child.py"
    child.write_text(TELLS.format(told=str(told)), encoding="utf-8")
    parent = PARENT.format(child=str(child), told=str(told))
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    ended = subprocess.run([sys.executable, "-c", parent], env=environment, check=False, timeout=60)
    assert ended.returncode == -9
    process_id, _, nice, is_idle = told.read_text(encoding="utf-8").split()
    assert (nice, is_idle) == ("19", "True")
    assert has_ended(int(process_id))


def test_a_child_whose_parent_is_gone_does_nothing(tmp_path: Path) -> None:
    told, child = tmp_path / "told", tmp_path / "child.py"
    child.write_text(TELLS.format(told=str(told)), encoding="utf-8")
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    somebody_else = str(os.getppid())
    ended = subprocess.run([sys.executable, child, somebody_else], env=environment, check=False, timeout=60)
    assert ended.returncode == 0
    assert not told.exists()


def test_a_started_module_is_ended_with_nothing_left() -> None:
    child = start_quietly("http.server", ["--bind", "127.0.0.1"])
    assert os.getsid(child.pid) == child.pid
    end(child)
    assert child.returncode is not None
