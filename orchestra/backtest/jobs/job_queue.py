"""The queue of backtests: which job is next, what became of each; in memory, and on disk for the next start.

In: requests, and news of the processes that play them. Out: Jobs. Thread: any, one at a time.
A full disk costs the memory of what became of a job, never the queue.
"""

import logging
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from database.errors import ConfigError, StorageError
from orchestra.backtest.jobs.job import (
    STATE,
    Job,
    JobState,
    put_request,
    put_state,
    read_progress,
    read_request,
    read_state,
)
from orchestra.backtest.jobs.shelf import DECISIONS, ID, OWNER, RESULT, Shelf
from orchestra.backtest.request import BacktestRequest

log = logging.getLogger(__name__)

INTERRUPTED = "AutoTrader was stopped meanwhile: start the backtest again."
MOST_QUEUED = 20
# Failed or canceled ones, which nobody has looked away.
MOST_ENDED = 20
ENDED = (JobState.FAILED, JobState.CANCELED)


class JobQueue:
    """Hold the jobs that are not on the shelf, the oldest first."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._states: dict[str, tuple[JobState, str | None]] = {}
        for id_ in _left_jobs(shelf.folder):
            state, failure = read_state(self.folder(id_))
            self._states[id_] = (state, failure)
            # Its process ended with the one that held this queue.
            self.end(id_, INTERRUPTED)

    @property
    def has_waiting(self) -> bool:
        """Say whether a job waits for its turn."""
        return bool(self._in_state(JobState.QUEUED))

    def folder(self, id_: str) -> Path:
        """Return the folder of a job that is not on the shelf."""
        return self._shelf.folder / f".{id_}"

    def add(self, request: BacktestRequest, now: datetime) -> str:
        """Put a request at the end and return the job's id.

        Raises ConfigError when the queue is full, StorageError when nothing can be written.
        """
        if len(self._in_state(JobState.QUEUED)) >= MOST_QUEUED:
            raise ConfigError(f"{MOST_QUEUED} backtests are waiting already: wait for one, or cancel it.")
        self._forget_old()
        folder = self._shelf.begin(now)
        try:
            put_request(folder, request)
            put_state(folder, JobState.QUEUED, None)
            # From now on it belongs to the queue, whichever process holds that.
            (folder / OWNER).unlink(missing_ok=True)
        except OSError as error:
            self._shelf.drop(folder)
            raise StorageError(f"{folder.parent} cannot be written ({error.strerror}): free some space.") from error
        id_ = folder.name.removeprefix(".")
        self._states[id_] = (JobState.QUEUED, None)
        return id_

    def take(self) -> str | None:
        """Return the job whose turn it is, which runs from now on; None when none waits."""
        waiting = self._in_state(JobState.QUEUED)
        if not waiting:
            return None
        self._put(waiting[0], JobState.RUNNING)
        return waiting[0]

    def end(self, id_: str, failure: str) -> None:
        """Take note that a job's process is gone: it has failed, unless its result is on the shelf."""
        if id_ not in self._states:
            return
        state = self._states[id_][0]
        if not self.folder(id_).is_dir():
            del self._states[id_]
        elif state in (JobState.RUNNING, JobState.CANCELED):
            self._throw_away_rest(id_)
            if state is JobState.RUNNING:
                self._put(id_, JobState.FAILED, failure)

    def cancel(self, id_: str) -> bool:
        """Cancel a job that waits or runs, and say whether it did: what has ended is left as it is."""
        if self.job(id_).state not in (JobState.QUEUED, JobState.RUNNING):
            return False
        self._put(id_, JobState.CANCELED)
        return True

    def forget(self, id_: str) -> None:
        """Remove a job that has failed or was canceled, or a result; raises ConfigError for one under way."""
        state = self.job(id_).state
        if state is JobState.DONE:
            self._shelf.forget(id_)
        elif state in ENDED:
            self._shelf.drop(self.folder(id_))
        else:
            raise ConfigError(f"The backtest {id_} is not over: cancel it first.")
        self._states.pop(id_, None)

    def request(self, id_: str) -> BacktestRequest:
        """Return what a job or a result was asked."""
        if self.job(id_).state is not JobState.DONE:
            return read_request(self.folder(id_))
        return BacktestRequest.from_values(self._shelf.result(id_).request)

    def job(self, id_: str) -> Job:
        """Return one job; raises ConfigError when there is none of that id."""
        if not ID.fullmatch(id_):
            raise ConfigError(f"There is no backtest {id_[:40]!r}.")
        if (self._shelf.folder / id_).is_dir():
            return Job(id_, JobState.DONE)
        if id_ not in self._states:
            raise ConfigError(f"There is no backtest {id_}: was it forgotten?")
        return self._shown(id_)

    def jobs(self) -> list[Job]:
        """Return the jobs that are not on the shelf, the oldest first."""
        return [self._shown(id_) for id_ in self._states if not (self._shelf.folder / id_).is_dir()]

    def _shown(self, id_: str) -> Job:
        state, failure = self._states[id_]
        if state is JobState.QUEUED:
            return Job(id_, state, position=self._in_state(state).index(id_) + 1)
        if state is JobState.RUNNING:
            progress, seconds_left = read_progress(self.folder(id_))
            return Job(id_, state, progress=progress, seconds_left=seconds_left)
        return Job(id_, state, failure=failure)

    def _in_state(self, *states: JobState) -> list[str]:
        return [id_ for id_, (state, _) in self._states.items() if state in states]

    def _put(self, id_: str, state: JobState, failure: str | None = None) -> None:
        self._states[id_] = (state, failure)
        try:
            put_state(self.folder(id_), state, failure)
        except FileNotFoundError:
            pass  # put on the shelf in this very moment
        except OSError as error:
            log.warning("It could not be written down that backtest %s is %s (%s).", id_, state, error.strerror)

    def _throw_away_rest(self, id_: str) -> None:
        """Make room: nobody reads half a run."""
        for name in (DECISIONS, RESULT):
            with suppress(OSError):
                (self.folder(id_) / name).unlink(missing_ok=True)

    def _forget_old(self) -> None:
        ended = self._in_state(*ENDED)
        for id_ in ended[: max(0, len(ended) - MOST_ENDED + 1)]:
            self.forget(id_)


def _left_jobs(folder: Path) -> list[str]:
    """Return the ids of the jobs that an earlier process has left, the oldest first."""
    if not folder.is_dir():
        return []
    found = [path.name[1:] for path in folder.iterdir() if path.name.startswith(".") and (path / STATE).exists()]
    return sorted((id_ for id_ in found if ID.fullmatch(id_)), key=lambda id_: (id_[:8], int(id_[9:])))
