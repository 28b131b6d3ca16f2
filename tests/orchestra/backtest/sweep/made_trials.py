"""Trials without backtests, and who watches them, for tests."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from orchestra.backtest.progress import Progress
from orchestra.backtest.sweep.sweeper import PlayAll
from orchestra.backtest.sweep.trial import Outcome, Trial, Watch
from tests.orchestra.backtest.made_run import weekdays

TOP = 7
TRIALS = [Trial(number, {"x": number}, (0, 10)) for number in range(24)]


def some_days(count: int) -> list[str]:
    return [day.isoformat() for day in weekdays(date(2024, 1, 2), count)]


def parabola(trial: Trial) -> Outcome:
    """Stand in for a backtest: its best value is 7."""
    x = trial.params["x"]
    chance = random.Random(f"{x} {trial.sessions}")
    returns = [chance.gauss(0.001 - abs(x - TOP) / 5_000, 0.01) for _ in range(trial.sessions[1] - trial.sessions[0])]
    metrics = {"total_return": 1 - (x - TOP) ** 2 / 100, "cagr": 2.0, "sharpe_ratio": float(-abs(x - TOP))}
    return Outcome(trial, metrics, tuple(returns))


@dataclass
class Seen:
    """A watch that keeps what it is told and wants so many outcomes, or all."""

    wanted: int | None = None
    taken: list[Outcome] = field(default_factory=list)

    def take(self, outcome: Outcome) -> None:
        self.taken.append(outcome)

    def is_wanted(self) -> bool:
        return self.wanted is None or len(self.taken) < self.wanted

    @property
    def in_order(self) -> list[Outcome]:
        return sorted(self.taken, key=lambda outcome: outcome.trial.number)


def here(
    play: Callable[[Trial], Outcome] = parabola, *, played: list[Trial] | None = None, shuffled: int | None = None
) -> PlayAll:
    """Return what plays trials in this process, in another order when a seed for it is given."""

    def play_all(trials: Sequence[Trial], watch: Watch) -> None:
        order = list(trials)
        if shuffled is not None:
            random.Random(shuffled).shuffle(order)
        for trial in order:
            if not watch.is_wanted():
                return
            if played is not None:
                played.append(trial)
            watch.take(play(trial))

    return play_all


@dataclass
class Told:
    """Keeps progress and wants no more after so many trials."""

    until: int | None = None
    progress: list[Progress] = field(default_factory=list)

    def __call__(self, progress: Progress) -> bool:
        self.progress.append(progress)
        return self.until is None or progress.done < self.until
