"""Backtests as jobs: a queue, one child process at a time, progress, cancel; what a screen needs to offer them.

In: requests. Out: what became of each; finished results lie on the shelf. Thread: any, one lock; nothing here waits but
the threads of its own, one for each child at a time. They start the children, because a child ends with the thread that
started it: a request of a screen is over long before.
Everything is on disk, so that leaving the screen, and even a restart, loses no answer. One process has a shelf's queue.
"""

import subprocess
import threading
from collections.abc import Callable, Sequence

from orchestra.backtest.jobs.job import Job, failure_of
from orchestra.backtest.jobs.job_queue import INTERRUPTED, JobQueue
from orchestra.backtest.jobs.quiet_child import END_SECONDS, kill, start_quietly
from orchestra.backtest.jobs.shelf import Shelf
from orchestra.backtest.request import BacktestRequest
from orchestra.backtest.result import BacktestResult
from orchestra.runtime.clock import Clock

CHILD = "orchestra.verbs.children.backtest_child"

Start = Callable[[str, Sequence[str]], "subprocess.Popen[bytes]"]


class BacktestJobs:
    """Run backtests of this house. at_once: children at a time; start: starts a module as a child process."""

    def __init__(self, shelf: Shelf, clock: Clock, *, start: Start = start_quietly, at_once: int = 1) -> None:
        self._shelf = shelf
        self._clock = clock
        self._start = start
        self._queue = JobQueue(shelf)
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._is_closed = False
        # One lock for everything; told when there may be something to start.
        self._changed = threading.Condition()
        self._threads = [
            threading.Thread(target=self._work, name=f"backtests-{number}", daemon=True)
            for number in range(1, at_once + 1)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, request: BacktestRequest) -> str:
        """Put a request into the queue and return the job's id.

        Raises ConfigError when the queue is full, StorageError when nothing can be written.
        """
        with self._changed:
            id_ = self._queue.add(request, self._clock.now())
            self._changed.notify_all()
            return id_

    def again(self, id_: str) -> str:
        """Submit what a job or a result was asked once more and return the new job's id."""
        with self._changed:
            return self.submit(self._queue.request(id_))

    def job(self, id_: str) -> Job:
        """Return one job; raises ConfigError when there is none of that id."""
        with self._changed:
            return self._queue.job(id_)

    def jobs(self) -> list[Job]:
        """Return the jobs that are not on the shelf: queued, running, failed, canceled; the oldest first."""
        with self._changed:
            return self._queue.jobs()

    def result(self, id_: str) -> BacktestResult:
        """Return the result of a job that is done; raises ConfigError when there is none of that id."""
        return self._shelf.result(id_)

    def cancel(self, id_: str) -> None:
        """End a job that waits or runs; one that has ended is left as it is."""
        with self._changed:
            if self._queue.cancel(id_) and id_ in self._children:
                kill(self._children[id_])

    def forget(self, id_: str) -> None:
        """Remove a job that has failed or was canceled, or a result; raises ConfigError for one under way."""
        with self._changed:
            self._queue.forget(id_)

    def close(self) -> None:
        """End the jobs that run; they have failed. Those that wait are begun by the next start."""
        with self._changed:
            self._is_closed = True
            for id_, child in self._children.items():
                kill(child)
                # Now, because a child of the lowest priority may take its time to be gone.
                self._queue.end(id_, INTERRUPTED)
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(END_SECONDS)

    def _work(self) -> None:
        """Play one job after the other until closed."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._is_closed or self._queue.has_waiting)
                id_ = None if self._is_closed else self._queue.take()
                child = None if id_ is None else self._begin(id_)
            if id_ is None:
                return
            if child is not None:
                self._see_to_its_end(id_, child)

    def _begin(self, id_: str) -> "subprocess.Popen[bytes] | None":
        try:
            self._children[id_] = self._start(CHILD, [str(self._queue.folder(id_))])
        except OSError as error:
            self._queue.end(id_, f"Its process could not be started ({error.strerror}): start the backtest again.")
            return None
        return self._children[id_]

    def _see_to_its_end(self, id_: str, child: "subprocess.Popen[bytes]") -> None:
        code = child.wait()
        with self._changed:
            del self._children[id_]
            self._queue.end(id_, failure_of(self._queue.folder(id_), code))
