"""Backtests as jobs: a queue, one child process at a time, progress, cancel; what a screen needs to offer them.

In: requests. Out: what became of each; finished results lie on the shelf. Thread: any, one lock; nothing here waits.
Everything is on disk, so that leaving the screen, and even a restart, loses no answer.
"""

import json
import subprocess
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from database.errors import ConfigError
from orchestra.backtest.jobs.quiet_child import end, start_quietly
from orchestra.backtest.jobs.shelf import ID, Shelf
from orchestra.backtest.progress import Progress
from orchestra.backtest.request import BacktestRequest
from orchestra.runtime.clock import Clock

CHILD = "orchestra.verbs.children.backtest_child"
REQUEST, STATE, PROGRESS, FAILURE = "request.json", "state.json", "progress.json", "failure.txt"
INTERRUPTED = "AutoTrader was stopped meanwhile: start the backtest again."
DIED = "The process that played it has died: is there enough memory?"
MOST_QUEUED = 20

Start = Callable[[str, Sequence[str]], "subprocess.Popen[bytes]"]


class JobState(StrEnum):
    """Where a job stands. A job that is DONE lies on the shelf under its id."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class Job:
    """One job as a screen shows it. position: in the queue, 1 is next; failure: in plain words."""

    id: str
    state: JobState
    position: int = 0
    progress: Progress | None = None
    failure: str | None = None


class BacktestJobs:
    """Run backtests of this house. start: starts a module as a child process."""

    def __init__(self, shelf: Shelf, clock: Clock, *, start: Start = start_quietly) -> None:
        self._shelf = shelf
        self._clock = clock
        self._start = start
        self._lock = threading.RLock()
        self._child: tuple[str, subprocess.Popen[bytes]] | None = None
        self._forget_interrupted()

    def submit(self, request: BacktestRequest) -> str:
        """Put a request into the queue and return the job's id; raises ConfigError when the queue is full."""
        with self._lock:
            if len(self._in_state(JobState.QUEUED)) >= MOST_QUEUED:
                raise ConfigError(f"{MOST_QUEUED} backtests are waiting already: wait for one, or cancel it.")
            folder = self._shelf.begin(self._clock.now())
            (folder / REQUEST).write_text(json.dumps(request.to_values()), encoding="utf-8")
            self._put_state(folder, JobState.QUEUED)
            self.look()
            return folder.name.removeprefix(".")

    def job(self, id_: str) -> Job:
        """Return one job; raises ConfigError when there is none of that id."""
        self.look()
        with self._lock:
            if not ID.fullmatch(id_):
                raise ConfigError(f"There is no backtest {id_[:40]!r}.")
            if (self._shelf.folder / id_).is_dir():
                return Job(id_, JobState.DONE)
            folder = self._shelf.folder / f".{id_}"
            if not folder.is_dir():
                raise ConfigError(f"There is no backtest {id_}: was it forgotten?")
            return self._job(folder)

    def jobs(self) -> list[Job]:
        """Return the jobs that are not on the shelf: queued, running, failed, canceled; the oldest first."""
        self.look()
        with self._lock:
            return [self._job(folder) for folder in self._folders()]

    def cancel(self, id_: str) -> None:
        """End a job that waits or runs; one that has ended is left as it is."""
        with self._lock:
            folder = self._shelf.folder / f".{id_}"
            if self.job(id_).state not in (JobState.QUEUED, JobState.RUNNING):
                return
            if self._child is not None and self._child[0] == id_:
                end(self._child[1])
                self._child = None
            if folder.is_dir():
                self._put_state(folder, JobState.CANCELED)
            self.look()

    def forget(self, id_: str) -> None:
        """Remove a job that has failed or was canceled, or a result."""
        with self._lock:
            job = self.job(id_)
            if job.state is JobState.DONE:
                self._shelf.forget(id_)
            elif job.state in (JobState.FAILED, JobState.CANCELED):
                self._shelf.drop(self._shelf.folder / f".{id_}")

    def look(self) -> None:
        """Take note of a child that has ended, and start the next job."""
        with self._lock:
            if self._child is not None and self._child[1].poll() is not None:
                self._finish(self._child[0])
                self._child = None
            waiting = self._in_state(JobState.QUEUED)
            if self._child is None and waiting:
                folder = waiting[0]
                self._put_state(folder, JobState.RUNNING)
                self._child = (folder.name.removeprefix("."), self._start(CHILD, [str(folder)]))

    def close(self) -> None:
        """End the job that runs; it has failed."""
        with self._lock:
            if self._child is not None:
                end(self._child[1])
                self._finish(self._child[0], failure=INTERRUPTED)
                self._child = None

    def _finish(self, id_: str, *, failure: str = DIED) -> None:
        """Note a failure, unless the child has put its result on the shelf."""
        folder = self._shelf.folder / f".{id_}"
        if folder.is_dir():
            self._put_state(folder, JobState.FAILED, failure=_text(folder / FAILURE) or failure)

    def _forget_interrupted(self) -> None:
        for folder in self._in_state(JobState.RUNNING):
            self._put_state(folder, JobState.FAILED, failure=INTERRUPTED)

    def _job(self, folder: Path) -> Job:
        values = _json(folder / STATE)
        state, id_ = JobState(values.get("state", JobState.FAILED)), folder.name.removeprefix(".")
        queue = self._in_state(JobState.QUEUED)
        return Job(
            id_,
            state,
            position=queue.index(folder) + 1 if folder in queue else 0,
            progress=_progress(folder) if state is JobState.RUNNING else None,
            failure=values.get("failure"),
        )

    def _folders(self) -> list[Path]:
        """Return the folders of jobs that are not on the shelf, the oldest first."""
        if not self._shelf.folder.is_dir():
            return []
        found = [each for each in self._shelf.folder.iterdir() if (each / STATE).exists() and each.name.startswith(".")]
        return sorted(found, key=lambda each: (each.name.partition("-")[0], int(each.name.partition("-")[2])))

    def _in_state(self, state: JobState) -> list[Path]:
        return [folder for folder in self._folders() if _json(folder / STATE).get("state") == state]

    @staticmethod
    def _put_state(folder: Path, state: JobState, *, failure: str | None = None) -> None:
        with suppress(FileNotFoundError):  # put on the shelf in this very moment
            write_whole(folder / STATE, json.dumps({"state": state, "failure": failure}))


def write_whole(path: Path, text: str) -> None:
    """Write a file that others read meanwhile: they see the old one or the new one."""
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def _progress(folder: Path) -> Progress | None:
    values = _json(folder / PROGRESS)
    try:
        return Progress(values["done"], values["total"], values["at"])
    except KeyError:
        return None


def _json(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return ""
