"""Jobs: one at a time, with progress and cancel, and an answer for each whatever happens to its process."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from database.errors import ConfigError, StorageError
from orchestra.backtest.jobs.job import KILLED, Job, JobState
from orchestra.backtest.jobs.job_queue import INTERRUPTED
from orchestra.backtest.jobs.jobs import BacktestJobs
from orchestra.backtest.jobs.quiet_child import ROOT
from orchestra.backtest.jobs.shelf import DECISIONS, Shelf
from orchestra.backtest.request import BacktestRequest
from orchestra.runtime.clock import SystemClock
from tests.orchestra.backtest.jobs.processes import WAIT_SECONDS, has_ended
from tests.orchestra.backtest.made_run import SWINGS
from tests.orchestra.backtest.played_house import asked, strategy

SAMPLE = Path(__file__).resolve().parents[3] / "samples" / "two_made_up_days.csv"
# Takes the place of the player: stands back as the real one does, and stays until it is ended.
STAYS = """
import sys, time
from pathlib import Path
from orchestra.backtest.jobs.quiet_child import stand_back
stand_back(int(sys.argv[1]))
Path(sys.argv[2], "up").touch()
time.sleep(600)
"""
FAILS = "import sys, pathlib; pathlib.Path(sys.argv[2], 'failure.txt').write_text('no bars'); sys.exit(1)"
BREAKS = "import sys; sys.exit(1)"
# An owner of jobs that is killed while one of them runs.
OWNER = """
import os, subprocess, sys, time
from pathlib import Path
from orchestra.backtest.jobs.jobs import BacktestJobs
from orchestra.backtest.jobs.shelf import DECISIONS, Shelf
from orchestra.backtest.request import BacktestRequest
from orchestra.runtime.clock import SystemClock
children = []
def start(_module, arguments):
    children.append(subprocess.Popen([sys.executable, "-c", {code!r}, str(os.getpid()), *arguments]))
    return children[-1]
jobs = BacktestJobs(Shelf(Path({kept!r})), SystemClock(), start=start)
ids = [jobs.submit(BacktestRequest(())) for _ in range(2)]
while not Path({kept!r}, "." + ids[0], "up").exists():
    time.sleep(0.02)
Path({kept!r}, "child").write_text(str(children[0].pid))
os.kill(os.getpid(), 9)
"""

Start = Callable[[str, Sequence[str]], "subprocess.Popen[bytes]"]


class Children:
    """Starts stand-ins for the player."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.started: list[subprocess.Popen[bytes]] = []

    def __call__(self, _module: str, arguments: Sequence[str]) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-c", self.code, str(os.getpid()), *arguments]
        self.started.append(subprocess.Popen(command, cwd=ROOT, start_new_session=True))
        return self.started[-1]


class House:
    """Jobs on a shelf of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.shelf = Shelf(folder / "kept")
        self.open: list[BacktestJobs] = []

    def jobs(self, start: Start | None = None, *, at_once: int = 1) -> BacktestJobs:
        clock = SystemClock()
        jobs = (
            BacktestJobs(self.shelf, clock, at_once=at_once)
            if start is None
            else BacktestJobs(self.shelf, clock, start=start, at_once=at_once)
        )
        self.open.append(jobs)
        return jobs

    def request(self, body: str = SWINGS) -> BacktestRequest:
        return BacktestRequest((asked(strategy(self.folder, body)),), data=(SAMPLE,))

    def is_up(self, id_: str) -> bool:
        return (self.shelf.folder / f".{id_}" / "up").exists()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    for jobs in made.open:
        jobs.close()


def wait_for(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)


def until(jobs: BacktestJobs, id_: str, *states: JobState) -> Job:
    wait_for(lambda: jobs.job(id_).state in states)
    return jobs.job(id_)


def ended(jobs: BacktestJobs, id_: str) -> Job:
    return until(jobs, id_, JobState.DONE, JobState.FAILED, JobState.CANCELED)


def test_jobs_are_played_one_after_the_other_and_kept_though_nobody_looks(house: House) -> None:
    jobs = house.jobs()
    ids: list[str] = []
    # As the requests of a screen do it: their threads are gone before anything is played.
    for _ in range(2):
        thread = threading.Thread(target=lambda: ids.append(jobs.submit(house.request())))
        thread.start()
        thread.join()
    wait_for(lambda: len(house.shelf.listings()) == 2)
    wait_for(lambda: not jobs.jobs())
    assert [jobs.job(id_).state for id_ in ids] == [JobState.DONE, JobState.DONE]
    assert [listing.id for listing in house.shelf.listings()] == ids[::-1]
    assert jobs.result(ids[0]).fills == jobs.result(ids[1]).fills != []
    assert house.shelf.decisions(ids[0]).stat().st_size > 0


def test_a_child_outlives_the_thread_that_submitted_it(house: House) -> None:
    children = Children(STAYS)
    jobs, ids, has_seen = house.jobs(children), list[str](), threading.Event()

    def screen() -> None:
        ids.append(jobs.submit(house.request()))
        wait_for(lambda: house.is_up(ids[0]))
        has_seen.set()

    thread = threading.Thread(target=screen)
    thread.start()
    assert has_seen.wait(WAIT_SECONDS)
    thread.join()
    with pytest.raises(subprocess.TimeoutExpired):
        children.started[0].wait(0.3)
    assert jobs.job(ids[0]).state is JobState.RUNNING


def test_what_is_wrong_with_an_algorithm_is_told_in_words(house: House) -> None:
    jobs = house.jobs()
    body = "class Algorithm:\n    def __init__(self): pass\n    def run(self, n, i): pass\n"
    job = ended(jobs, jobs.submit(house.request(body)))
    assert job.state is JobState.FAILED
    assert "cannot be started" in (job.failure or "")


def test_a_failure_that_the_child_wrote_down_is_told_and_can_be_tried_again(house: House) -> None:
    jobs = house.jobs(Children(FAILS))
    first = jobs.submit(house.request())
    assert ended(jobs, first).failure == "no bars"
    second = jobs.again(first)
    assert second != first
    assert ended(jobs, second).failure == "no bars"
    assert {path.read_text() for path in house.shelf.folder.glob(".*/request.json")} == {
        json.dumps(house.request().to_values())
    }


def test_a_fault_is_told_with_where_to_read_more(house: House) -> None:
    jobs = house.jobs(Children(BREAKS))
    id_ = jobs.submit(house.request())
    assert f".{id_}/output.txt" in (ended(jobs, id_).failure or "")


def test_a_running_and_a_waiting_job_are_canceled(house: House) -> None:
    children = Children(STAYS)
    jobs = house.jobs(children)
    first, second, third = (jobs.submit(house.request()) for _ in range(3))
    wait_for(lambda: house.is_up(first))
    assert [job.position for job in jobs.jobs()] == [0, 1, 2]
    with pytest.raises(ConfigError, match="cancel it first"):
        jobs.forget(first)
    half = house.shelf.folder / f".{first}" / DECISIONS
    half.touch()
    jobs.cancel(second)
    jobs.cancel(first)
    jobs.cancel(first)
    until(jobs, third, JobState.RUNNING)
    assert not half.exists()
    assert [jobs.job(id_).state for id_ in (first, second)] == [JobState.CANCELED, JobState.CANCELED]
    assert children.started[0].returncode == -signal.SIGKILL
    assert len(children.started) == 2
    jobs.forget(first)
    with pytest.raises(ConfigError, match="was it forgotten"):
        jobs.job(first)
    jobs.close()
    assert (jobs.job(third).state, jobs.job(third).failure) == (JobState.FAILED, INTERRUPTED)
    assert has_ended(children.started[1].pid)


def test_a_job_whose_process_is_killed_has_failed_and_the_next_one_begins(house: House) -> None:
    children = Children(STAYS)
    jobs = house.jobs(children)
    first, second = jobs.submit(house.request()), jobs.submit(house.request())
    wait_for(lambda: house.is_up(first) and bool(children.started))
    os.kill(children.started[0].pid, signal.SIGKILL)
    assert ended(jobs, first).failure == KILLED
    assert until(jobs, second, JobState.RUNNING).position == 0


def test_two_run_at_once_where_that_is_wanted(house: House) -> None:
    jobs = house.jobs(Children(STAYS), at_once=2)
    ids = [jobs.submit(house.request()) for _ in range(3)]
    for id_ in ids[:2]:
        until(jobs, id_, JobState.RUNNING)
    assert jobs.job(ids[2]).position == 1


def test_an_owner_that_is_killed_takes_its_child_along_and_the_next_one_goes_on(house: House) -> None:
    kept = house.shelf.folder
    code = OWNER.format(code=STAYS, kept=str(kept))
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    owner = subprocess.run([sys.executable, "-c", code], env=environment, check=False, timeout=WAIT_SECONDS)
    assert owner.returncode == -signal.SIGKILL
    assert has_ended(int((kept / "child").read_text()))
    later = house.jobs(Children(STAYS))
    running, queued = (job.id for job in later.jobs())
    assert (later.job(running).state, later.job(running).failure) == (JobState.FAILED, INTERRUPTED)
    until(later, queued, JobState.RUNNING)


def test_a_process_that_cannot_be_started_is_told(house: House) -> None:
    def start(_module: str, _arguments: Sequence[str]) -> "subprocess.Popen[bytes]":
        raise OSError(12, "Cannot allocate memory")

    jobs = house.jobs(start)
    job = ended(jobs, jobs.submit(house.request()))
    assert "could not be started (Cannot allocate memory)" in (job.failure or "")


def test_a_shelf_that_cannot_be_written_takes_no_job(house: House) -> None:
    house.shelf.folder.write_text("no folder")
    with pytest.raises(StorageError, match="cannot be written"):
        house.jobs(Children(STAYS)).submit(house.request())
