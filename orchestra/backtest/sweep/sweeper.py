"""The sweep: play every parameter set, choose by one figure, judge the choice on sessions it has not seen.

In: parameter sets, a player of many trials. Out: a SweepResult. Thread: main. The result is the same whatever order the
trials come back in.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from database.errors import ConfigError
from orchestra.backtest.measures.luck import Verdict, verdict
from orchestra.backtest.progress import Tell
from orchestra.backtest.sweep.split import Stretch, Window
from orchestra.backtest.sweep.standing import Standing, figure
from orchestra.backtest.sweep.sweep_result import BY_SESSION, Judged, SweepResult, ranking
from orchestra.backtest.sweep.trial import Outcome, Params, Trial, Watch

# Plays trials and tells the watch of each outcome; ends early when that wants no more.
PlayAll = Callable[[Sequence[Trial], Watch], None]
# With one window, so many of the best are shown with what became of them.
SHOWN = 20
_Pair = tuple[Window, Outcome | None, Outcome | None]


def sweep(
    sets: Sequence[Params],
    play_all: PlayAll,
    *,
    days: Sequence[str],
    by: str,
    windows: Sequence[Window] = (),
    tell: Tell,
    about: Mapping[str, Any] | None = None,
) -> SweepResult:
    """Return what came of all parameter sets.

    days: of the sessions. windows: to choose and judge on; with one, its first part is what all sets are shown for;
    with several, the first part of the last.
    """
    if not sets:
        raise ConfigError("There is no parameter set to try.")
    parts = [window.chosen_on for window in windows] or [(0, len(days))]
    trials = _trials(sets, parts)
    judging = min(SHOWN, len(sets)) if len(windows) == 1 else len(windows)
    standing = Standing(by, tell, total=len(trials) + judging)
    later = Standing(by, tell, total=len(trials) + judging, before=len(trials), is_judging=True)
    play_all(trials, standing)
    part = _last_begun(parts, standing.outcomes)
    shown = [each for each in standing.outcomes if each.trial.sessions == part]
    is_chosen = len(standing.outcomes) == len(trials)
    second = _judging_trials(windows, standing, shown=shown, by=by) if is_chosen else []
    play_all(second, later)
    pairs = _pairs(windows, standing, later) if is_chosen else []
    return SweepResult(
        by=by,
        days=_days(days, part),
        outcomes=shown,
        verdict=_doubted(standing.best(part), shown),
        unseen={each.trial.number: each for each in later.outcomes} if len(windows) == 1 else {},
        judged=[_judged(pair, days=days, by=by) for pair in pairs],
        curve=_stitched(pairs, days),
        about=about or {},
        is_whole=is_chosen and len(later.outcomes) == len(second),
    )


def _doubted(best: Outcome | None, outcomes: Sequence[Outcome]) -> Verdict:
    return verdict(best.returns if best else (), [figure(each, "sharpe_ratio") for each in outcomes])


def _trials(sets: Sequence[Params], parts: Sequence[Stretch]) -> list[Trial]:
    pairs = [(params, part) for part in parts for params in sets]
    return [Trial(number, params, part) for number, (params, part) in enumerate(pairs)]


def _last_begun(parts: Sequence[Stretch], outcomes: Sequence[Outcome]) -> Stretch:
    """Return the last part of which anything was played."""
    begun = {each.trial.sessions for each in outcomes}
    return next((part for part in reversed(parts) if part in begun), parts[0])


def _judging_trials(windows: Sequence[Window], standing: Standing, *, shown: Sequence[Outcome], by: str) -> list[Trial]:
    """Return what is played on unseen parts: with one window its best few, else the best of each."""
    if len(windows) == 1:
        best = ranking(shown, by)[:SHOWN]
        return [Trial(each.trial.number, each.trial.params, windows[0].judged_on) for each in best]
    chosen = [(window, standing.best(window.chosen_on)) for window in windows]
    return [Trial(each.trial.number, each.trial.params, window.judged_on) for window, each in chosen if each]


def _pairs(windows: Sequence[Window], standing: Standing, later: Standing) -> list[_Pair]:
    """Return each window with its best outcome and what became of that."""
    known = {each.trial.number: each for each in later.outcomes}
    best = [standing.best(window.chosen_on) for window in windows]
    return [
        (window, before, known.get(before.trial.number) if before else None)
        for window, before in zip(windows, best, strict=True)
    ]


def _judged(pair: _Pair, *, days: Sequence[str], by: str) -> Judged:
    window, before, after = pair
    told = _days(days, window.judged_on)
    if before is None or after is None:
        return Judged(window, told, before.trial.params if before else None)
    figures = (figure(before, by), figure(after, by), figure(after, "total_return"))
    return Judged(window, told, before.trial.params, *figures, kept=_kept(window, *figures[:2], by=by))


def _kept(window: Window, chosen: float | None, judged: float | None, *, by: str) -> float | None:
    """Return the judged figure as a part of the chosen one: of a loss, no part means anything."""
    if judged is None or chosen is None or chosen <= 0:
        return None
    if by not in BY_SESSION:
        return judged / chosen
    return judged / _sessions(window.judged_on) / (chosen / _sessions(window.chosen_on))


def _sessions(part: Stretch) -> int:
    return part[1] - part[0]


def _stitched(pairs: Sequence[_Pair], days: Sequence[str]) -> list[tuple[str, float]]:
    """Return the growth of a dollar over the unseen parts; one that could not be judged leaves it where it was."""
    worth, curve = 1.0, []
    for window, _, after in pairs:
        for day, change in zip(days[slice(*window.judged_on)], after.returns if after else (), strict=False):
            worth *= 1.0 + change
            curve.append((day, worth))
    return curve


def _days(days: Sequence[str], part: Stretch) -> tuple[str, str]:
    return days[part[0]], days[part[1] - 1]
