"""The sweep: play every parameter set, choose by one figure, judge the choice on sessions it has not seen.

In: parameter sets, a player of many trials. Out: a SweepResult. Thread: main.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from database.errors import ConfigError
from orchestra.backtest.measures.luck import Verdict, verdict
from orchestra.backtest.progress import Progress, Tell
from orchestra.backtest.sweep.split import Stretch, Window
from orchestra.backtest.sweep.trial import Outcome, Params, Trial
from system_databse.performance.returns import sharpe_ratio

# Plays trials and returns their outcomes in order; fewer when told to stop.
PlayAll = Callable[[Sequence[Trial], Tell], list[Outcome]]
# Figures of which less is better.
LESS_IS_BETTER = frozenset({"volatility"})


@dataclass(frozen=True, slots=True)
class Judged:
    """One window: the best of what it was chosen on, and what became of it afterwards; None when nothing ran."""

    window: Window
    params: Params | None = None
    chosen: float | None = None
    judged: float | None = None
    judged_return: float | None = None


@dataclass(frozen=True, slots=True)
class SweepResult:
    """What a sweep found.

    by: the figure that chose. outcomes: of all sets, on the sessions the choice was made on (all of them without a
    split), in the order of the parameters. judged: one a window. stitched: the growth of the money over all judged
    parts, a fraction. is_whole: False when it was stopped.
    """

    by: str
    outcomes: list[Outcome]
    verdict: Verdict
    judged: list[Judged] = field(default_factory=list)
    stitched: float | None = None
    is_whole: bool = True

    @property
    def ranked(self) -> list[Outcome]:
        """Return the outcomes with a figure, the best first; of equals the earlier parameters."""
        known = [each for each in self.outcomes if _figure(each, self.by) is not None]
        return sorted(known, key=lambda each: -_worth(each, self.by))

    @property
    def failed(self) -> list[Outcome]:
        """Return the trials that could not be played."""
        return [each for each in self.outcomes if each.error is not None]

    @property
    def efficiency(self) -> float | None:
        """Return how much of the chosen figure was left on unseen sessions, on average over the windows."""
        pairs = [(each.judged, each.chosen) for each in self.judged if each.judged is not None and each.chosen]
        kept = [judged / chosen for judged, chosen in pairs if chosen is not None and chosen > 0]
        return sum(kept) / len(kept) if kept else None

    def to_values(self) -> dict[str, Any]:
        """Return the result as JSON values."""
        return {
            "by": self.by,
            "trials": [
                {"params": dict(each.trial.params), "metrics": dict(each.metrics), "error": each.error}
                for each in self.outcomes
            ],
            "best": dict(self.ranked[0].trial.params) if self.ranked else None,
            "verdict": {**asdict(self.verdict), "sentence": self.verdict.sentence},
            "judged": [{**asdict(each), "params": dict(each.params or {})} for each in self.judged],
            "efficiency": self.efficiency,
            "stitched": self.stitched,
            "is_whole": self.is_whole,
        }


def sweep(
    sets: Sequence[Params],
    play_all: PlayAll,
    *,
    sessions: int,
    by: str,
    windows: Sequence[Window] = (),
    tell: Tell,
) -> SweepResult:
    """Return what came of all parameter sets.

    sessions: how many there are. windows: to choose and judge on; with one, its first part is what all sets are shown
    for; with several, the first part of the last.
    """
    if not sets:
        raise ConfigError("There is no parameter set to try.")
    parts = [window.chosen_on for window in windows] or [(0, sessions)]
    trials = _trials(sets, parts)
    judging = len(windows)
    outcomes = play_all(trials, lambda progress: tell(Progress(progress.done, len(trials) + judging)))
    is_whole = len(outcomes) == len(trials)
    judged: list[Judged] = []
    growth: list[float] = []
    if is_whole:
        judged, growth = _judge(windows, outcomes, play_all, by=by, tell=_onward(tell, len(trials), judging))
    shown = [each for each in outcomes if each.trial.sessions == parts[-1]]
    best = max(
        (each for each in shown if _figure(each, by) is not None), key=lambda each: _worth(each, by), default=None
    )
    return SweepResult(
        by,
        shown,
        verdict(best.returns if best else (), [sharpe_ratio(each.returns) for each in shown]),
        judged,
        _grown(growth),
        is_whole=is_whole and len(judged) == judging,
    )


def _trials(sets: Sequence[Params], parts: Sequence[Stretch]) -> list[Trial]:
    pairs = [(params, part) for part in parts for params in sets]
    return [Trial(number, params, part) for number, (params, part) in enumerate(pairs)]


def _judge(
    windows: Sequence[Window], outcomes: Sequence[Outcome], play_all: PlayAll, *, by: str, tell: Tell
) -> tuple[list[Judged], list[float]]:
    """Play the best of each window on its unseen part."""
    best: dict[Stretch, Outcome] = {}
    for each in outcomes:
        known = best.get(each.trial.sessions)
        if _figure(each, by) is not None and (known is None or _worth(each, by) > _worth(known, by)):
            best[each.trial.sessions] = each
    chosen = [best.get(window.chosen_on) for window in windows]
    trials = [
        Trial(number, each.trial.params, window.judged_on)
        for number, (window, each) in enumerate(zip(windows, chosen, strict=True))
        if each is not None
    ]
    told = {each.trial.number: each for each in play_all(trials, tell)} if trials else {}
    judged: list[Judged] = []
    growth: list[float] = []
    for number, (window, before) in enumerate(zip(windows, chosen, strict=True)):
        if before is None:
            judged.append(Judged(window))
        elif number in told:
            after = told[number]
            growth += after.returns
            figures = (_figure(before, by), _figure(after, by), after.metrics.get("total_return"))
            judged.append(Judged(window, before.trial.params, *figures))
    return judged, growth


def _onward(tell: Tell, done: int, more: int) -> Tell:
    return lambda progress: tell(Progress(done + progress.done, done + more))


def _figure(outcome: Outcome, by: str) -> float | None:
    value: float | None = outcome.metrics.get(by)
    return value


def _worth(outcome: Outcome, by: str) -> float:
    value = _figure(outcome, by) or 0.0
    return -value if by in LESS_IS_BETTER else value


def _grown(returns: Sequence[float]) -> float | None:
    if not returns:
        return None
    worth = 1.0
    for value in returns:
        worth *= 1.0 + value
    return worth - 1.0


def neighbours(result: SweepResult, outcome: Outcome) -> list[Outcome]:
    """Return the trials whose parameters differ from these by one step in one of them."""
    names = list(outcome.trial.params)
    axes: Mapping[str, list[Any]] = {
        name: sorted({each.trial.params[name] for each in result.outcomes}, key=repr) for name in names
    }
    if all(isinstance(value, int | float) for values in axes.values() for value in values):
        axes = {name: sorted(values) for name, values in axes.items()}
    here = {name: axes[name].index(outcome.trial.params[name]) for name in names}
    near = []
    for each in result.outcomes:
        steps = [abs(axes[name].index(each.trial.params[name]) - here[name]) for name in names]
        if sum(steps) == 1 and each.error is None:
            near.append(each)
    return near
