"""Jobs: one at a time, with progress and cancel, and an answer for each whatever happens to its process."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from database.errors import ConfigError, StorageError
from orchestra.backtest.jobs.decision_file import DecisionFile
from orchestra.backtest.jobs.jobs import DIED, INTERRUPTED, MOST_QUEUED, BacktestJobs, Job, JobState
from orchestra.backtest.jobs.shelf import Shelf
from orchestra.backtest.request import BacktestRequest
from orchestra.backtest.walk.decision_row import DecisionRow
from orchestra.runtime.clock import SystemClock
from tests.orchestra.backtest.made_run import SWINGS, made_result
from tests.orchestra.backtest.played_house import asked, strategy

SAMPLE = Path(__file__).resolve().parents[3] / "samples" / "two_made_up_days.csv"
WAIT_SECONDS = 60.0
NOW = SystemClock().now()


def waiting_child(_module: str, _arguments: Sequence[str]) -> "subprocess.Popen[bytes]":
    """Stand in for a long backtest."""
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])


def failing_child(_module: str, arguments: Sequence[str]) -> "subprocess.Popen[bytes]":
    code = "import sys, pathlib; (pathlib.Path(sys.argv[1]) / 'failure.txt').write_text('no bars'); sys.exit(1)"
    return subprocess.Popen([sys.executable, "-c", code, *arguments])


def request(folder: Path, body: str = SWINGS) -> BacktestRequest:
    return BacktestRequest((asked(strategy(folder, body)),), data=(SAMPLE,))


def until(jobs: BacktestJobs, id_: str, is_so: Callable[[Job], bool]) -> Job:
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        job = jobs.job(id_)
        if is_so(job):
            return job
        time.sleep(0.02)
    raise AssertionError(f"still {jobs.job(id_)}")


def has_ended(job: Job) -> bool:
    return job.state not in (JobState.QUEUED, JobState.RUNNING)


def test_a_job_is_played_in_a_process_of_its_own_and_kept(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "kept")
    jobs = BacktestJobs(shelf, SystemClock())
    ids = [jobs.submit(request(tmp_path)), jobs.submit(request(tmp_path))]
    assert [jobs.job(id_).state for id_ in ids] == [JobState.RUNNING, JobState.QUEUED]
    assert jobs.job(ids[1]).position == 1
    for id_ in ids:
        assert until(jobs, id_, has_ended).state is JobState.DONE
    assert jobs.jobs() == []
    assert [listing.id for listing in shelf.listings()] == ids[::-1]
    assert shelf.result(ids[0]).fills == shelf.result(ids[1]).fills
    assert shelf.decisions(ids[0]).stat().st_size > 0
    jobs.close()


def test_what_is_wrong_is_told_in_words(tmp_path: Path) -> None:
    jobs = BacktestJobs(Shelf(tmp_path / "kept"), SystemClock())
    id_ = jobs.submit(
        request(tmp_path, "class Algorithm:\n    def __init__(self): pass\n    def run(self, n, i): pass\n")
    )
    job = until(jobs, id_, has_ended)
    assert job.state is JobState.FAILED
    assert "cannot be started" in (job.failure or "")
    jobs.close()


def test_a_running_and_a_waiting_job_are_canceled(tmp_path: Path) -> None:
    jobs = BacktestJobs(Shelf(tmp_path / "kept"), SystemClock(), start=waiting_child)
    first, second, third = (jobs.submit(request(tmp_path)) for _ in range(3))
    jobs.cancel(second)
    jobs.cancel(first)
    jobs.cancel(first)
    assert [jobs.job(id_).state for id_ in (first, second, third)] == [
        JobState.CANCELED,
        JobState.CANCELED,
        JobState.RUNNING,
    ]
    jobs.forget(first)
    with pytest.raises(ConfigError, match="was it forgotten"):
        jobs.job(first)
    jobs.close()
    assert (jobs.job(third).state, jobs.job(third).failure) == (JobState.FAILED, INTERRUPTED)


def test_a_job_whose_process_is_killed_has_failed_and_the_next_one_begins(tmp_path: Path) -> None:
    children = []

    def start(module: str, arguments: Sequence[str]) -> "subprocess.Popen[bytes]":
        children.append(waiting_child(module, arguments))
        return children[-1]

    jobs = BacktestJobs(Shelf(tmp_path / "kept"), SystemClock(), start=start)
    first, second = jobs.submit(request(tmp_path)), jobs.submit(request(tmp_path))
    os.kill(children[0].pid, signal.SIGKILL)
    assert until(jobs, first, has_ended).failure == DIED
    assert jobs.job(second).state is JobState.RUNNING
    jobs.close()


def test_a_failure_that_the_child_wrote_down_is_told(tmp_path: Path) -> None:
    jobs = BacktestJobs(Shelf(tmp_path / "kept"), SystemClock(), start=failing_child)
    assert until(jobs, jobs.submit(request(tmp_path)), has_ended).failure == "no bars"
    jobs.close()


def test_jobs_survive_a_restart_of_their_owner(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "kept")
    jobs = BacktestJobs(shelf, SystemClock(), start=waiting_child)
    running, queued = jobs.submit(request(tmp_path)), jobs.submit(request(tmp_path))
    later = BacktestJobs(shelf, SystemClock(), start=waiting_child)
    assert later.job(running).failure == INTERRUPTED
    assert later.job(queued).state is JobState.RUNNING
    jobs.close()
    later.close()


def test_progress_is_read_while_it_runs(tmp_path: Path) -> None:
    jobs = BacktestJobs(Shelf(tmp_path / "kept"), SystemClock(), start=waiting_child)
    id_ = jobs.submit(request(tmp_path))
    assert jobs.job(id_).progress is None
    (tmp_path / "kept" / f".{id_}" / "progress.json").write_text(
        json.dumps({"done": 1, "total": 4, "at": "2024-06-11"})
    )
    progress = jobs.job(id_).progress
    assert progress is not None
    assert (progress.fraction, progress.at) == (0.25, "2024-06-11")
    jobs.close()


def test_the_queue_has_an_end_and_hostile_ids_are_refused(tmp_path: Path) -> None:
    jobs = BacktestJobs(Shelf(tmp_path / "kept"), SystemClock(), start=waiting_child)
    for _ in range(MOST_QUEUED + 1):
        jobs.submit(request(tmp_path))
    with pytest.raises(ConfigError, match="waiting already"):
        jobs.submit(request(tmp_path))
    for id_ in ("../../etc", "", "20240101-9", ".20240101-1"):
        with pytest.raises(ConfigError, match="There is no backtest"):
            jobs.job(id_)
    jobs.close()


def test_the_shelf_keeps_lists_and_forgets(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, most=3)
    result = made_result(5)
    ids = [shelf.keep(shelf.begin(NOW), result, now=NOW) for _ in range(4)]
    assert [listing.id for listing in shelf.listings()] == ids[:0:-1]
    assert shelf.result(ids[-1]) == result
    assert shelf.listings()[0].head["total_trades"] == result.metrics["all"]["total_trades"]
    (tmp_path / ids[-1] / "head.json").write_text("{")
    (tmp_path / ids[-1] / "result.json.gz").write_bytes(b"no gzip")
    assert shelf.listings()[0].damaged is not None
    with pytest.raises(ConfigError, match="damaged"):
        shelf.result(ids[-1])
    shelf.forget(ids[-1])
    for wrong in (ids[-1], "../x", "..", ""):
        with pytest.raises(ConfigError, match="There is no kept result"):
            shelf.forget(wrong)
    assert len(shelf.listings()) == 2


def test_a_shelf_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="name another --results"):
        Shelf(tmp_path / "file" / "kept").begin(NOW)
    with pytest.raises(StorageError, match="cannot be written"):
        DecisionFile(tmp_path / "none" / "decisions.db").take([DecisionRow(1, 60, 60, "hold", "0", "", "HELD")])
