"""Trials on all cores: processes at the lowest priority that share the history by being forked from it.

In: trials, a function that plays one. Out: outcomes, as they come. Thread: main, the only one there is when the workers
are forked. A worker that dies costs its trial, nothing else.
"""

import logging
import os
import signal
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from database.errors import ConfigError
from orchestra.backtest.process_group import end_with_all_it_started
from orchestra.backtest.sweep.trial import Outcome, PlayTrial, Trial, Watch

LOOK_SECONDS = 0.2
LAST_BREATH_SECONDS = 5.0
DIED = "the process that played it has died"


def play_all(
    trials: Sequence[Trial],
    play: PlayTrial,
    *,
    jobs: int,
    watch: Watch,
    stand_back: Callable[[], None] = lambda: None,
) -> None:
    """Play the trials until all are played or the watch wants no more.

    jobs: processes at a time. stand_back: lowers a worker's priority, called in it. Raises ConfigError when the
    machine gives no process.
    """
    waiting, crew = deque(trials), list[_Worker]()
    try:
        crew += (_Worker(play, stand_back) for _ in range(min(jobs, len(trials))))
        while watch.is_wanted():
            for worker in crew:
                if worker.trial is None and waiting:
                    worker.give(waiting.popleft())
            if not any(worker.trial for worker in crew):
                return
            for outcome in _answers(crew):
                watch.take(outcome)
    finally:
        for worker in crew:
            worker.end()


class _Worker:
    """One process, and the trial it plays."""

    def __init__(self, play: PlayTrial, stand_back: Callable[[], None]) -> None:
        self._task = (play, stand_back)
        self.trial: Trial | None = None
        self._start()

    def _start(self) -> None:
        context = get_context("fork")
        self.line, theirs = context.Pipe()
        self._process: BaseProcess = context.Process(target=_work, args=((theirs, self.line), *self._task), daemon=True)
        try:
            self._process.start()
        except OSError as error:
            raise ConfigError(f"No process can be started ({error.strerror}): give fewer --jobs.") from error
        theirs.close()

    @property
    def is_alive(self) -> bool:
        return self._process.is_alive()

    def give(self, trial: Trial) -> None:
        """Hand over a trial, to a new process if the last one has died."""
        if not self.is_alive:
            self.end()
            self._start()
        self.trial = trial
        with suppress(OSError):  # it has died this very moment: its answer will tell
            self.line.send(trial)

    def answer(self) -> Outcome:
        """Return what it says of its trial, or that it has died of it."""
        trial, self.trial = self.trial, None
        try:
            outcome: Outcome = self.line.recv()
        except (EOFError, OSError):
            self._process.join(LAST_BREATH_SECONDS)
            assert trial is not None
            return Outcome(trial, error=f"{DIED} ({_how(self._process.exitcode)})")
        return outcome

    def end(self) -> None:
        end_with_all_it_started(self._process)
        self.line.close()


def _answers(crew: Sequence[_Worker]) -> list[Outcome]:
    """Return what has come; a process that its strategy has left children of dies without its line being closed."""
    busy = {worker.line: worker for worker in crew if worker.trial is not None}
    ready = wait(list(busy), LOOK_SECONDS)
    found = [worker.answer() for line, worker in busy.items() if line in ready]
    for worker in busy.values():
        if worker.trial is not None and not worker.is_alive and not worker.line.poll():
            found.append(Outcome(worker.trial, error=DIED))
            worker.trial = None
    return found


def _how(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        return f"killed by {signal.Signals(-exit_code).name}"
    return f"exit code {exit_code}"


def _work(ends: tuple[Connection, Connection], play: PlayTrial, stand_back: Callable[[], None]) -> None:
    """Play what comes until the line is closed; Ctrl-C is the parent's business, and so is the screen.

    ends: of the line, ours and the parent's; it would stay open without the parent if we kept both.
    """
    line, parents = ends
    parents.close()
    # A session of its own: the terminal's signals stay out, and its low priority stays with it.
    os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _fall_silent()
    stand_back()
    while True:
        try:
            trial: Trial = line.recv()
        except (EOFError, OSError):
            os._exit(0)
        line.send(play(trial))


def _fall_silent() -> None:
    """Let what strategies print and log vanish; a crash still shows on the error stream."""
    logging.disable(logging.CRITICAL)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):
        os.dup2(nowhere, number)
    os.close(nowhere)
