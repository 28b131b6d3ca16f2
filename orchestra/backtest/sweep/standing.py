"""The standing of a sweep while its trials come in: how many, and which is the best so far.

In: outcomes in any order. Out: outcomes in the order of the trials, progress. Thread: main.
Daily returns are kept of the best of each stretch alone: those of thousands of trials would fill the memory of a small
machine.
"""

import sys
from dataclasses import replace

from orchestra.backtest.progress import Progress, Tell
from orchestra.backtest.sweep.split import Stretch
from orchestra.backtest.sweep.trial import Outcome, Params

LONGEST_TOLD = 40


class Standing:
    """Keep outcomes. by: the figure that chooses; before: trials of the sweep that were played earlier.

    total: trials of the whole sweep. is_judging: every outcome's returns are kept.
    """

    def __init__(self, by: str, tell: Tell, *, total: int, before: int = 0, is_judging: bool = False) -> None:
        self._by = by
        self._tell = tell
        self._total = total
        self._before = before
        self._is_judging = is_judging
        self._found: dict[int, Outcome] = {}
        self._best: dict[Stretch, Outcome] = {}
        self._newest: Outcome | None = None

    @property
    def outcomes(self) -> list[Outcome]:
        """Return what has come, in the order of the trials."""
        return [self._found[number] for number in sorted(self._found)]

    def best(self, stretch: Stretch) -> Outcome | None:
        """Return the best of a stretch with its returns, None when no trial has the figure; of equals the first."""
        return self._best.get(stretch)

    def take(self, outcome: Outcome) -> None:
        """Take in what came of a trial."""
        # What has come from another process has names of its own: thousands of the same ones.
        metrics = {sys.intern(name): value for name, value in outcome.metrics.items()}
        kept = replace(outcome, metrics=metrics)
        stretch = outcome.trial.sessions
        if is_better(kept, self._best.get(stretch), self._by):
            self._best[stretch] = self._newest = kept
        self._found[outcome.trial.number] = kept if self._is_judging else replace(kept, returns=())

    def is_wanted(self) -> bool:
        """Tell how far it is and return whether to go on."""
        return self._tell(Progress(self._before + len(self._found), self._total, self._told()))

    def _told(self) -> str:
        if self._newest is None or self._is_judging:
            return ""
        best = self._best[self._newest.trial.sessions]
        text = f"best {best.metrics[self._by]:.4g} with {told(best.trial.params)}"
        # Half a number would be another number.
        return text if len(text) <= LONGEST_TOLD else f"{text[:LONGEST_TOLD].rpartition(' ')[0]} …"


def is_better(outcome: Outcome, than: Outcome | None, by: str) -> bool:
    """Tell whether the outcome has more of the figure; of equals the one with the lower number."""
    value = figure(outcome, by)
    if value is None:
        return False
    other = None if than is None else figure(than, by)
    return than is None or other is None or (value, -outcome.trial.number) > (other, -than.trial.number)


def figure(outcome: Outcome, by: str) -> float | None:
    """Return one figure of an outcome, None when it is not known."""
    value: float | None = outcome.metrics.get(by)
    return value


def told(params: Params) -> str:
    """Return parameters in words."""
    return ", ".join(f"{name} {value}" for name, value in params.items())
