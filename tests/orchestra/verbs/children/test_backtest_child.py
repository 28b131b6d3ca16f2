"""A job's own process: whatever goes wrong in it, the folder says so in plain words."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestra.backtest.jobs.job import FAILURE, OUTPUT, failure_of
from orchestra.backtest.jobs.job_queue import JobQueue
from orchestra.backtest.jobs.shelf import RESULT, Shelf
from orchestra.backtest.request import BacktestRequest
from orchestra.runtime.clock import SystemClock
from tests.orchestra.backtest.made_run import SWINGS
from tests.orchestra.backtest.played_house import asked, strategy
from tests.source_tree import ROOT

SAMPLE = ROOT / "tests" / "samples" / "two_made_up_days.csv"
CHILD = "orchestra.verbs.children.backtest_child"
BREAKS = f"""
import sys
from {CHILD} import main
def play(folder, clock):
    print("about to break")
    raise {{error}}
sys.exit(main(sys.argv[1:], play))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a job whose algorithm also prints."""
    queue = JobQueue(Shelf(tmp_path / "kept"))
    body = SWINGS.replace("        def run(", "            print('hello from', ticker)\n\n        def run(")
    request = BacktestRequest((asked(strategy(tmp_path, body)),), data=(SAMPLE,))
    return queue.folder(queue.add(request, SystemClock().now()))


def run_child(folder: Path, *command: str, **environment: str) -> "subprocess.CompletedProcess[bytes]":
    command = command or ("-m", CHILD)
    return subprocess.run(
        [sys.executable, *command, str(os.getpid()), str(folder)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        check=False,
        timeout=120,
    )


def test_a_job_ends_on_the_shelf_with_what_it_printed(folder: Path) -> None:
    ended = run_child(folder)
    shelf, id_ = Shelf(folder.parent), folder.name[1:]
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")
    assert not folder.exists()
    assert shelf.result(id_).is_whole
    assert "hello from ACME" in (folder.parent / id_ / OUTPUT).read_text()
    progress = json.loads((folder.parent / id_ / "progress.json").read_text())
    assert progress["total"] == 2 * 390


def test_the_setting_says_how_many_results_are_kept(folder: Path) -> None:
    older = folder.parent / "20200101-1"
    older.mkdir()
    run_child(folder, AUTOTRADER_KEPT_BACKTESTS="1")
    assert [listing.id for listing in Shelf(folder.parent).listings()] == [folder.name[1:]]


def test_a_result_that_cannot_be_kept_is_told(folder: Path) -> None:
    (folder / RESULT).mkdir()
    assert run_child(folder).returncode == 1
    assert "could not be kept" in (folder / FAILURE).read_text()


def test_a_damaged_request_is_told(folder: Path) -> None:
    (folder / "request.json").write_text("{}")
    assert run_child(folder).returncode == 1
    assert "damaged" in (folder / FAILURE).read_text()


def test_too_little_memory_is_told(folder: Path) -> None:
    assert run_child(folder, "-c", BREAKS.format(error="MemoryError")).returncode == 1
    assert "not enough memory" in failure_of(folder, 1)


def test_a_fault_leaves_its_traceback(folder: Path) -> None:
    ended = run_child(folder, "-c", BREAKS.format(error="KeyError('planted')"))
    assert ended.returncode == 1
    output = (folder / OUTPUT).read_text()
    assert output.startswith("about to break\n")
    assert output.endswith("KeyError: 'planted'\n")
    assert str(folder / OUTPUT) in failure_of(folder, 1)
