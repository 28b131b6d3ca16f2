"""The notifier: the thread that tells the owner, so that nobody else ever waits for a service.

In: notices of the engine's thread, questions of the API's. Out: messages sent. Thread: its own, from the first one on.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TypeVar

from orchestra.notifications.dispatcher import Dispatcher
from orchestra.notifications.lane import LaneState
from orchestra.notifications.notice import Notice
from orchestra.notifications.wishes import NotifyWishes

log = logging.getLogger(__name__)

Result = TypeVar("Result")

LOOK_SECONDS = 1.0
STOP_SECONDS = 3.0
# What waits for the thread itself; it takes them within a second unless a service keeps it waiting.
MOST_OFFERED = 1000


class Notifier:
    """Run a dispatcher on a thread of its own."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher
        self._wishes = dispatcher.wishes
        self._changed = threading.Condition()
        self._offered: deque[Notice] = deque(maxlen=MOST_OFFERED)
        self._jobs: deque[Callable[[], None]] = deque()
        self._done: deque[int] = deque()
        self._states: dict[str, LaneState] = {}
        self._thread: threading.Thread | None = None
        self._is_stopping = False

    @property
    def states(self) -> dict[str, LaneState]:
        """Return how it goes with each target, by its key."""
        return self._states

    def follow(self, wishes: NotifyWishes) -> None:
        """Take over the owner's wishes."""
        with self._changed:
            self._wishes = wishes
            self._changed.notify()

    def offer(self, notices: Sequence[Notice]) -> None:
        """Tell these; never waits."""
        with self._changed:
            self._offered.extend(notices)
            self._begin()
            self._changed.notify()

    def ask(self, work: Callable[[], Result]) -> "Future[Result]":
        """Have a piece of work done on the notifier's thread, where the library of the services lives."""
        future: Future[Result] = Future()
        with self._changed:
            self._jobs.append(lambda: _fulfil(future, work))
            self._begin()
            self._changed.notify()
        return future

    def take_done(self) -> list[int]:
        """Return the rows of notices that are told, or given up."""
        done = []
        while self._done:
            done.append(self._done.popleft())
        return done

    def stop(self) -> None:
        """Send what has gathered, once, and end; a service that does not answer is waited for three seconds."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)

    def _begin(self) -> None:
        if self._thread is None and not self._is_stopping:
            self._thread = threading.Thread(target=self._run, name="notifier", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            is_last = self._wait()
            try:
                self._turn(is_last=is_last)
            except Exception:
                # A service's library may fail on anything; the next notice is not to be lost for it.
                log.exception("A notice could not be sent.")
            if is_last:
                return

    def _wait(self) -> bool:
        """Wait until there is something to do; say whether it is the last time."""
        with self._changed:
            if not (self._offered or self._jobs or self._is_stopping):
                self._changed.wait(LOOK_SECONDS if self._dispatcher.is_busy else None)
            return self._is_stopping

    def _turn(self, *, is_last: bool) -> None:
        with self._changed:
            offered, jobs = list(self._offered), list(self._jobs)
            self._offered.clear()
            self._jobs.clear()
            wishes = self._wishes
        self._dispatcher.follow(wishes)
        self._dispatcher.offer(offered)
        for job in jobs:
            job()
        if is_last:
            self._dispatcher.flush()
        else:
            self._dispatcher.run_due()
        self._states = self._dispatcher.states()
        self._done.extend(self._dispatcher.take_done())


def _fulfil(future: "Future[Result]", work: Callable[[], Result]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(work())
    except Exception as error:  # noqa: BLE001 - whoever asked gets it
        future.set_exception(error)
