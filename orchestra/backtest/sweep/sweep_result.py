"""What a sweep found: every trial, the choice, and what became of it on sessions it had not seen.

Values only. Thread: any.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from orchestra.backtest.measures.luck import Verdict
from orchestra.backtest.sweep.split import Window
from orchestra.backtest.sweep.standing import figure
from orchestra.backtest.sweep.trial import Outcome, Params

# Figures that grow with the length of the stretch are compared per session: as one a year, a good week is a fortune.
BY_SESSION = ("total_return", "profit_loss", "total_trades")


@dataclass(frozen=True, slots=True)
class Judged:
    """One window: the best of what it was chosen on, and what became of it afterwards; None where nothing is known.

    days: first and last day of the unseen part; kept: the judged figure as a part of the chosen one, both per session
    where they grow with time, None unless the chosen one is above 0.
    """

    window: Window
    days: tuple[str, str]
    params: Params | None = None
    chosen: float | None = None
    judged: float | None = None
    judged_return: float | None = None
    kept: float | None = None


@dataclass(frozen=True, slots=True)
class SweepResult:
    """Everything a report shows of a sweep.

    by: the figure that chose. days: first and last of the sessions the choice was made on. outcomes: of all sets, on
    these sessions, in the order of the parameters. unseen: what the best of them became afterwards, by the number of
    the trial. judged: one a window. curve: the growth of a dollar over all unseen parts, one after the other, by day.
    about: the request, how the sets were made, what was assumed. is_whole: False when it was stopped.
    """

    by: str
    days: tuple[str, str]
    outcomes: Sequence[Outcome]
    verdict: Verdict
    unseen: Mapping[int, Outcome] = field(default_factory=dict)
    judged: Sequence[Judged] = ()
    curve: Sequence[tuple[str, float]] = ()
    about: Mapping[str, Any] = field(default_factory=dict)
    is_whole: bool = True

    @property
    def ranked(self) -> list[Outcome]:
        """Return the outcomes with a figure, the best first; of equals the earlier parameters."""
        return ranking(self.outcomes, self.by)

    @property
    def failed(self) -> list[Outcome]:
        """Return the trials that could not be played."""
        return [each for each in self.outcomes if each.error is not None]

    @property
    def stitched(self) -> float | None:
        """Return the growth over all unseen parts, a fraction."""
        return self.curve[-1][1] - 1.0 if self.curve else None

    @property
    def efficiency(self) -> float | None:
        """Return how much of the chosen figure was left on unseen sessions, on average over the windows that know it.

        Source: Pardo, "The Evaluation and Optimization of Trading Strategies", 2008, walk-forward efficiency.
        """
        known = self.kept
        return sum(known) / len(known) if known else None

    @property
    def kept(self) -> list[float]:
        """Return what was left in each window that knows it."""
        return [each.kept for each in self.judged if each.kept is not None]

    @property
    def varied(self) -> dict[str, list[Any]]:
        """Return the values of each parameter that has more than one, in order."""
        names = self.outcomes[0].trial.params if self.outcomes else ()
        values = {name: _ordered([each.trial.params[name] for each in self.outcomes]) for name in names}
        return {name: known for name, known in values.items() if len(known) > 1}

    def to_values(self) -> dict[str, Any]:
        """Return the result as JSON values."""
        return {
            "about": dict(self.about),
            "by": self.by,
            "days": list(self.days),
            "trials": [_values(each, self.unseen.get(each.trial.number)) for each in self.outcomes],
            "best": dict(self.ranked[0].trial.params) if self.ranked else None,
            "verdict": {**asdict(self.verdict), "sentence": self.verdict.sentence},
            "judged": [{**asdict(each), "params": dict(each.params or {})} for each in self.judged],
            "efficiency": self.efficiency,
            "efficiency_windows": len(self.kept),
            "stitched": self.stitched,
            "curve": [list(point) for point in self.curve],
            "is_whole": self.is_whole,
        }


def ranking(outcomes: Sequence[Outcome], by: str) -> list[Outcome]:
    """Return the outcomes that have the figure, the most first; of equals the lower number."""
    known = [(value, each) for each in outcomes if (value := figure(each, by)) is not None]
    return [each for _, each in sorted(known, key=lambda pair: (-pair[0], pair[1].trial.number))]


def neighbours(result: SweepResult, outcome: Outcome) -> list[Outcome]:
    """Return the played trials next to this one.

    In a grid: those that differ by one step of one parameter. Of drawn sets: the nearest, two for each parameter.
    """
    axes = {name: _places(values) for name, values in result.varied.items()}
    others = [each for each in result.outcomes if each.error is None and each is not outcome]
    size = 1
    for places in axes.values():
        size *= len(places)
    if size <= len(result.outcomes):
        return [each for each in others if _steps(each, outcome, axes) == 1]
    return sorted(others, key=lambda each: (_distance(each, outcome, axes), each.trial.number))[: 2 * len(axes)]


def _steps(outcome: Outcome, other: Outcome, axes: Mapping[str, Mapping[Any, int]]) -> int:
    here, there = outcome.trial.params, other.trial.params
    return sum(abs(places[here[name]] - places[there[name]]) for name, places in axes.items())


def _distance(outcome: Outcome, other: Outcome, axes: Mapping[str, Mapping[Any, int]]) -> float:
    """Return the distance in the space of the values' ranks, each parameter as long as any other."""
    here, there = outcome.trial.params, other.trial.params
    parts = [(places[here[name]] - places[there[name]]) / (len(places) - 1) for name, places in axes.items()]
    return sum(part * part for part in parts)


def _places(values: Sequence[Any]) -> dict[Any, int]:
    return {value: place for place, value in enumerate(values)}


def _ordered(values: Sequence[Any]) -> list[Any]:
    """Return the different values in order: numbers by size, then words."""
    return sorted(set(values), key=lambda value: (_kind(value), value if _kind(value) == 0 else str(value)))


def _kind(value: Any) -> int:
    return 0 if isinstance(value, int | float) else 1


def _values(outcome: Outcome, unseen: Outcome | None) -> dict[str, Any]:
    values = {"params": dict(outcome.trial.params), "metrics": dict(outcome.metrics), "error": outcome.error}
    return values if unseen is None else {**values, "unseen": dict(unseen.metrics)}
