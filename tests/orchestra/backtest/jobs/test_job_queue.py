"""The queue: whatever happens in whatever order, each job stands where it should, and a restart knows it too."""

import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from database.errors import ConfigError
from orchestra.backtest.jobs.job import JobState, put_progress, read_request
from orchestra.backtest.jobs.job_queue import INTERRUPTED, MOST_ENDED, MOST_QUEUED, JobQueue
from orchestra.backtest.jobs.shelf import DECISIONS, Shelf
from orchestra.backtest.progress import Progress
from orchestra.backtest.request import BacktestRequest

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
REQUEST = BacktestRequest(())


def queue_in(folder: Path) -> JobQueue:
    return JobQueue(Shelf(folder))


def states(queue: JobQueue) -> dict[str, JobState]:
    return {job.id: job.state for job in queue.jobs()}


class Queue(RuleBasedStateMachine):
    """Ask, start, finish, fail, cancel, forget, restart; beside it a plain dictionary of what should be."""

    @initialize()
    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.queue = queue_in(self.folder)
        self.expected: dict[str, JobState] = {}

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    def ids(self, *wanted: JobState) -> list[str]:
        return [id_ for id_, state in self.expected.items() if state in wanted]

    @precondition(lambda self: len(self.expected) < MOST_ENDED)
    @rule()
    def add(self) -> None:
        id_ = self.queue.add(REQUEST, NOW)
        assert id_ not in self.expected
        self.expected[id_] = JobState.QUEUED

    @rule()
    def take(self) -> None:
        waiting = self.ids(JobState.QUEUED)
        assert self.queue.take() == (waiting[0] if waiting else None)
        if waiting:
            self.expected[waiting[0]] = JobState.RUNNING
            (self.folder / f".{waiting[0]}" / DECISIONS).touch()

    @precondition(lambda self: self.ids(JobState.RUNNING))
    @rule(is_kept=st.booleans())
    def end(self, is_kept: bool) -> None:
        id_ = self.ids(JobState.RUNNING)[0]
        if is_kept:
            (self.folder / f".{id_}").rename(self.folder / id_)
        self.queue.end(id_, "why")
        self.expected[id_] = JobState.DONE if is_kept else JobState.FAILED

    @precondition(lambda self: self.expected)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        id_ = data.draw(st.sampled_from(list(self.expected)))
        is_under_way = self.expected[id_] in (JobState.QUEUED, JobState.RUNNING)
        assert self.queue.cancel(id_) is is_under_way
        if is_under_way:
            self.expected[id_] = JobState.CANCELED
            self.queue.end(id_, "killed")

    @precondition(lambda self: self.expected)
    @rule(data=st.data())
    def forget(self, data: st.DataObject) -> None:
        id_ = data.draw(st.sampled_from(list(self.expected)))
        if self.expected[id_] in (JobState.QUEUED, JobState.RUNNING):
            with pytest.raises(ConfigError, match="not over"):
                self.queue.forget(id_)
            return
        self.queue.forget(id_)
        del self.expected[id_]
        with pytest.raises(ConfigError, match="forgotten"):
            self.queue.job(id_)

    @rule()
    def restart(self) -> None:
        self.queue = queue_in(self.folder)
        for id_ in self.ids(JobState.RUNNING):
            self.expected[id_] = JobState.FAILED
            assert self.queue.job(id_).failure == INTERRUPTED

    @invariant()
    def every_job_stands_where_it_should(self) -> None:
        assert states(self.queue) == {id_: state for id_, state in self.expected.items() if state is not JobState.DONE}
        assert all(self.queue.job(id_).state is state for id_, state in self.expected.items())
        waiting = self.ids(JobState.QUEUED)
        assert [self.queue.job(id_).position for id_ in waiting] == list(range(1, len(waiting) + 1))

    @invariant()
    def what_broke_off_takes_no_room(self) -> None:
        half = {path.parent.name[1:] for path in self.folder.glob(f".*/{DECISIONS}")}
        assert half == set(self.ids(JobState.RUNNING))


TestQueue = Queue.TestCase
TestQueue.settings = settings(max_examples=40, stateful_step_count=25)


def test_the_queue_has_an_end_and_old_failures_go(tmp_path: Path) -> None:
    queue = queue_in(tmp_path)
    for _ in range(MOST_QUEUED):
        queue.add(REQUEST, NOW)
    with pytest.raises(ConfigError, match="waiting already"):
        queue.add(REQUEST, NOW)
    while (id_ := queue.take()) is not None:
        queue.end(id_, "why")
    new = queue.add(REQUEST, NOW)
    queue.end(queue.take() or "", "why")
    assert new in states(queue)
    assert len(states(queue)) == MOST_ENDED
    assert len(list(tmp_path.iterdir())) == MOST_ENDED


@pytest.mark.parametrize("id_", ["../../etc", "", "20240101-9", ".20240101-1", "٢٠٢٤٠١٠١-1", "20240101-1/.."])
def test_hostile_ids_are_refused(tmp_path: Path, id_: str) -> None:
    queue = queue_in(tmp_path)
    queue.add(REQUEST, NOW)
    for ask in (queue.job, queue.cancel, queue.forget, queue.request):
        with pytest.raises(ConfigError, match="There is no backtest"):
            ask(id_)


def test_progress_comes_with_a_guess_of_what_is_left(tmp_path: Path) -> None:
    queue = queue_in(tmp_path)
    id_ = queue.add(REQUEST, NOW)
    queue.take()
    assert (queue.job(id_).progress, queue.job(id_).seconds_left) == (None, None)
    put_progress(queue.folder(id_), Progress(1, 4, "2024-06-11"), seconds=2.0)
    assert (queue.job(id_).progress, queue.job(id_).seconds_left) == (Progress(1, 4, "2024-06-11"), 6.0)
    put_progress(queue.folder(id_), Progress(0, 4), seconds=2.0)
    assert queue.job(id_).seconds_left is None


@pytest.mark.parametrize("damage", ["", "{", "[]", "[" * 100_000, '{"state": "lost"}', '{"state": [1]}'])
def test_a_job_whose_files_are_damaged_has_failed(tmp_path: Path, damage: str) -> None:
    id_ = queue_in(tmp_path).add(REQUEST, NOW)
    for name in ("state.json", "request.json", "progress.json"):
        (tmp_path / f".{id_}" / name).write_text(damage)
    (tmp_path / ".what-is-this").mkdir()
    (tmp_path / ".what-is-this" / "state.json").write_text("")
    queue = queue_in(tmp_path)
    assert [(job.state, job.failure) for job in queue.jobs()] == [
        (JobState.FAILED, "Its files are damaged: ask for it anew.")
    ]
    with pytest.raises(ConfigError, match="damaged"):
        queue.request(id_)
    queue.forget(id_)
    assert queue.jobs() == []


def test_a_state_that_cannot_be_written_is_known_all_the_same(tmp_path: Path) -> None:
    queue = queue_in(tmp_path)
    id_ = queue.add(REQUEST, NOW)
    # Stands for a full disk: the new state cannot be written beside the old one.
    (queue.folder(id_) / "state.json.new").mkdir()
    assert queue.take() == id_
    queue.end(id_, "The disk is full.")
    assert (queue.job(id_).state, queue.job(id_).failure) == (JobState.FAILED, "The disk is full.")
    assert queue.take() is None


def test_what_was_asked_is_kept_with_the_job(tmp_path: Path) -> None:
    queue = queue_in(tmp_path)
    id_ = queue.add(REQUEST, NOW)
    assert queue.request(id_) == read_request(queue.folder(id_)) == REQUEST
