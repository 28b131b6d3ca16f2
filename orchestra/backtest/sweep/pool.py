"""Trials on all cores: processes at the lowest priority that share the history by being forked from it.

In: trials, a function that plays one. Out: outcomes, in the order of the trials. Thread: main, the only one there is
when the workers are forked. A worker that dies costs its trial, nothing else.
"""

import os
import signal
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from orchestra.backtest.progress import Progress, Tell
from orchestra.backtest.sweep.trial import Outcome, PlayTrial, Trial

LOOK_SECONDS = 0.2
DIED = "the process that played it has died"


class _Worker:
    """One process and the trial it plays."""

    def __init__(self, play: PlayTrial, stand_back: Callable[[], None]) -> None:
        context = get_context("fork")
        self.line, theirs = context.Pipe()
        self.trial: Trial | None = None
        self.process: BaseProcess = context.Process(target=_work, args=(theirs, play, stand_back), daemon=True)
        self.process.start()
        theirs.close()

    def give(self, trial: Trial) -> None:
        self.trial = trial
        self.line.send(trial)

    def end(self) -> None:
        self.line.close()
        self.process.kill()
        self.process.join()


def play_all(
    trials: Sequence[Trial],
    play: PlayTrial,
    *,
    jobs: int,
    tell: Tell,
    stand_back: Callable[[], None] = lambda: None,
) -> list[Outcome]:
    """Return the outcomes; fewer than trials when told to stop.

    jobs: processes at a time. tell: asked after each trial and a few times a second. stand_back: lowers a worker's
    priority, called in it.
    """
    waiting, outcomes = deque(trials), dict[int, Outcome]()
    workers = [_Worker(play, stand_back) for _ in range(min(jobs, len(trials)))]
    try:
        while len(outcomes) < len(trials):
            workers = [each if _lives(each, outcomes) else _Worker(play, stand_back) for each in workers]
            for worker in workers:
                if worker.trial is None and waiting:
                    _hand(worker, waiting)
            for line in wait([worker.line for worker in workers], LOOK_SECONDS):
                _take(next(worker for worker in workers if worker.line is line), outcomes)
            if not tell(Progress(len(outcomes), len(trials))):
                break
    finally:
        for worker in workers:
            worker.end()
    return [outcomes[at] for at in sorted(outcomes)]


def _hand(worker: _Worker, waiting: "deque[Trial]") -> None:
    """Give a worker the next trial; one that has just died is noticed in the next round."""
    trial = waiting.popleft()
    try:
        worker.give(trial)
    except OSError:
        worker.trial = None
        waiting.appendleft(trial)


def _take(worker: _Worker, outcomes: dict[int, Outcome]) -> None:
    try:
        outcome: Outcome = worker.line.recv()
    except (EOFError, OSError):
        if worker.trial is not None:
            outcomes[worker.trial.number] = Outcome(worker.trial, error=DIED)
            worker.trial = None
        return
    outcomes[outcome.trial.number] = outcome
    worker.trial = None


def _lives(worker: _Worker, outcomes: dict[int, Outcome]) -> bool:
    """Tell whether the worker is alive; what a dead one had answered counts, what it played has failed."""
    if worker.process.is_alive():
        return True
    with suppress(EOFError, OSError):
        while worker.line.poll() and worker.trial is not None:
            _take(worker, outcomes)
    if worker.trial is not None:
        outcomes.setdefault(worker.trial.number, Outcome(worker.trial, error=DIED))
    worker.end()
    return False


def _work(line: Connection, play: PlayTrial, stand_back: Callable[[], None]) -> None:
    """Play what comes until the line is closed; Ctrl-C is the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    stand_back()
    while True:
        try:
            trial: Trial = line.recv()
        except (EOFError, OSError):
            os._exit(0)
        line.send(play(trial))
