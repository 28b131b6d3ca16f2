"""A sweep finds the best, doubts it, and judges it on sessions that had no say in the choice."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.errors import ConfigError
from orchestra.backtest.measures.luck import verdict
from orchestra.backtest.sweep.split import Window, held_out, walk_forward
from orchestra.backtest.sweep.standing import Standing
from orchestra.backtest.sweep.sweep_result import SweepResult, neighbours
from orchestra.backtest.sweep.sweeper import SHOWN, sweep
from orchestra.backtest.sweep.trial import Outcome, Params, Trial
from tests.orchestra.backtest.sweep.made_trials import TOP, Told, here, parabola, some_days

DAYS = some_days(40)
SETS: list[Params] = [{"x": x} for x in range(50)]


def swept(sets: list[Params] = SETS, **options: object) -> SweepResult:
    given_options = {"days": DAYS, "by": "total_return", "tell": Told(), **options}
    play = given_options.pop("play", here())
    return sweep(sets, play, **given_options)  # type: ignore[arg-type] - as the tests say


def params(outcomes: list[Outcome]) -> list[object]:
    return [each.trial.params["x"] for each in outcomes]


def test_the_best_is_found_doubted_and_its_neighbours_are_known() -> None:
    result = swept()
    assert params(result.ranked[:3]) == [TOP, TOP - 1, TOP + 1]
    assert params(list(result.outcomes)) == list(range(50))
    assert params(neighbours(result, result.ranked[0])) == [TOP - 1, TOP + 1]
    best = parabola(Trial(TOP, {"x": TOP}, (0, 40)))
    assert result.verdict == verdict(best.returns, [float(-abs(x - TOP)) for x in range(50)])
    assert (result.days, result.is_whole) == ((DAYS[0], DAYS[-1]), True)


@pytest.mark.parametrize("windows", [[], [held_out(40, 0.3)], walk_forward(40, 3, is_anchored=True)])
@given(seed=st.integers(0, 10_000))
def test_the_order_in_which_trials_come_back_changes_nothing(windows: list[Window], seed: int) -> None:
    assert swept(windows=windows, play=here(shuffled=seed)) == swept(windows=windows)


def test_of_equals_the_earlier_set_is_chosen_whatever_comes_first() -> None:
    def even(trial: Trial) -> Outcome:
        return replace(parabola(trial), metrics={"total_return": 0.5, "sharpe_ratio": 1.0})

    for seed in range(5):
        result = swept(play=here(even, shuffled=seed), windows=walk_forward(40, 2, is_anchored=False))
        assert params(result.ranked[:2]) == [0, 1]
        assert [each.params for each in result.judged] == [{"x": 0}, {"x": 0}]


def test_with_a_part_held_out_the_best_few_are_played_on_it_after_the_choice() -> None:
    played: list[Trial] = []
    result = swept(play=here(played=played), windows=[held_out(40, 0.3)])
    assert all(trial.sessions == (0, 28) for trial in played[: len(SETS)])
    later = played[len(SETS) :]
    assert all(trial.sessions == (28, 40) for trial in later)
    assert len(later) == SHOWN
    assert [trial.params for trial in later] == [each.trial.params for each in result.ranked[:SHOWN]]
    assert result.days == (DAYS[0], DAYS[27])
    assert result.judged[0].days == (DAYS[28], DAYS[39])
    assert result.unseen[TOP].metrics["total_return"] == result.judged[0].judged == 1.0


def test_walking_forward_chooses_each_window_anew_and_stitches_the_unseen_parts() -> None:
    def drifting(trial: Trial) -> Outcome:
        moved = replace(trial, params={"x": trial.params["x"] - trial.sessions[0] // 10})
        return replace(parabola(moved), trial=trial)

    windows = walk_forward(40, 3, is_anchored=False)
    played: list[Trial] = []
    result = swept(play=here(drifting, played=played), windows=windows)
    assert [each.params for each in result.judged] == [{"x": 7}, {"x": 8}, {"x": 9}]
    assert [trial.sessions for trial in played[-3:]] == [window.judged_on for window in windows]
    assert [day for day, _ in result.curve] == DAYS[10:]
    worth = 1.0
    for trial in played[-3:]:
        for change in drifting(trial).returns:
            worth *= 1.0 + change
    assert result.stitched == pytest.approx(worth - 1.0)


@pytest.mark.parametrize("by", ["total_return", "profit_loss", "total_trades"])
def test_efficiency_of_what_grows_with_time_is_by_the_session_and_of_a_loss_nothing(by: str) -> None:
    def play(trial: Trial) -> Outcome:
        value = {(0, 10): 0.4, (10, 20): 0.1, (0, 20): 0.2, (20, 30): -0.2, (0, 30): -0.1}.get(trial.sessions, 0.3)
        return replace(parabola(trial), metrics={by: value, "cagr": 90.0, "sharpe_ratio": value})

    result = swept([{"x": 1}], play=here(play), by=by, windows=walk_forward(40, 3, is_anchored=True))
    # 0.4 of ten sessions became 0.1 of ten; 0.2 of twenty became -0.2 of ten.
    assert [each.kept for each in result.judged] == [pytest.approx(0.25), pytest.approx(-2.0), None]
    assert result.efficiency == pytest.approx(-0.875)
    assert result.to_values()["efficiency_windows"] == 2


def test_efficiency_of_a_ratio_is_that_of_the_ratios() -> None:
    def play(trial: Trial) -> Outcome:
        ratio = 2.0 if trial.sessions == (0, 28) else 0.5
        return replace(parabola(trial), metrics={"total_return": 1.0, "sharpe_ratio": ratio})

    result = swept([{"x": 1}], play=here(play), by="sharpe_ratio", windows=[held_out(40, 0.3)])
    assert result.efficiency == pytest.approx(0.25)


def test_a_window_in_which_nothing_can_be_chosen_is_told_and_left_out_of_the_curve() -> None:
    def play(trial: Trial) -> Outcome:
        if trial.sessions == (0, 10):
            return Outcome(trial, error="it refused")
        return parabola(trial)

    result = swept(play=here(play), windows=walk_forward(40, 3, is_anchored=False))
    assert result.judged[0].params is None
    assert result.is_whole
    assert [day for day, _ in result.curve] == DAYS[20:]


@given(st.integers(0, 260))
def test_a_sweep_that_is_stopped_keeps_what_was_played_and_says_so(until: int) -> None:
    tell = Told(until=until)
    result = swept(tell=tell, windows=walk_forward(40, 4, is_anchored=False))
    total = 4 * len(SETS) + 4
    assert result.is_whole == (until >= total)
    assert all(each.total == total for each in tell.progress)
    assert [each.done for each in tell.progress] == sorted(each.done for each in tell.progress)
    assert len(result.outcomes) == (
        min(until, 50) if until < 51 else min(50, until - 50 * ((min(until, 200) - 1) // 50))
    )


def test_trials_that_fail_are_shown_and_never_chosen() -> None:
    def play(trial: Trial) -> Outcome:
        return Outcome(trial, error="it refused") if trial.params["x"] in (TOP, 3) else parabola(trial)

    result = swept(play=here(play))
    assert params(result.failed) == [3, TOP]
    assert params(result.ranked[:1]) == [TOP - 1]
    assert params(neighbours(result, result.ranked[0])) == [TOP - 2]


def test_a_sweep_of_failures_only_has_a_result_all_the_same() -> None:
    result = swept(play=here(lambda trial: Outcome(trial, error="no")), windows=[held_out(40, 0.3)])
    assert (result.ranked, result.judged[0].params, result.stitched, result.efficiency) == ([], None, None, None)
    assert result.to_values()["best"] is None


def test_progress_tells_the_best_so_far() -> None:
    tell = Told()
    swept(tell=tell)
    assert tell.progress[0].at == ""
    assert tell.progress[5].at == "best 0.91 with x 4"
    assert tell.progress[-1].at == "best 1 with x 7"


def test_the_parent_keeps_returns_of_the_best_alone() -> None:
    standing = Standing("total_return", Told(), total=5_000)
    for number in random.Random(1).sample(range(5_000), 5_000):
        standing.take(parabola(Trial(number, {"x": number}, (0, 40))))
    assert sum(len(each.returns) for each in standing.outcomes) == 0
    best = standing.best((0, 40))
    assert best == parabola(Trial(TOP, {"x": TOP}, (0, 40)))


def test_nothing_to_try_is_refused() -> None:
    with pytest.raises(ConfigError, match="no parameter set"):
        swept([])


def test_neighbours_in_a_grid_differ_by_one_step_of_one_parameter() -> None:
    sets: list[Params] = [{"x": x, "y": y, "z": 1} for x in (1, 5, 50) for y in ("p", None, 2)]
    result = swept(sets)
    middle = next(each for each in result.outcomes if each.trial.params == {"x": 5, "y": None, "z": 1})
    found = [(each.trial.params["x"], each.trial.params["y"]) for each in neighbours(result, middle)]
    assert found == [(1, None), (5, "p"), (5, 2), (50, None)]


def test_neighbours_of_drawn_sets_are_the_nearest() -> None:
    chance = random.Random(3)
    sets: list[Params] = [{"x": chance.uniform(0, 100), "y": chance.uniform(0, 1)} for _ in range(60)]
    result = swept(sets)
    near = neighbours(result, result.ranked[0])
    assert len(near) == 4
    assert result.ranked[0] not in near
