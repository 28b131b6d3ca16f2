"""Sweeps: every set is tried once, a dying worker costs one trial, and nothing judges what it was chosen on."""

import os
import random
import time
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.errors import ConfigError
from orchestra.backtest.backtester import Backtester
from orchestra.backtest.progress import Progress, Tell, tell_nobody
from orchestra.backtest.request import BacktestRequest
from orchestra.backtest.sweep.player import player
from orchestra.backtest.sweep.pool import DIED, play_all
from orchestra.backtest.sweep.space import drawn, grid, ranges_of, values_of
from orchestra.backtest.sweep.split import held_out, walk_forward
from orchestra.backtest.sweep.sweep_text import sweep_html, sweep_rows, sweep_text
from orchestra.backtest.sweep.sweeper import neighbours, sweep
from orchestra.backtest.sweep.trial import Outcome, Trial
from orchestra.signals.parameters import read_parameters
from tests.orchestra.backtest.made_run import weekdays
from tests.orchestra.backtest.played_house import ROOT, asked, calendar, made_columns, made_history

TRIALS = [Trial(number, {"x": number}, (0, 10)) for number in range(24)]


def square(trial: Trial) -> Outcome:
    """Stand in for a backtest: a parabola with its top at 7."""
    x = trial.params["x"]
    chance = random.Random(x)
    time.sleep(chance.random() / 200)
    returns = tuple(chance.gauss(0.001 - abs(x - 7) / 5_000, 0.01) for _ in range(60))
    return Outcome(trial, {"total_return": 1 - (x - 7) ** 2 / 100, "sharpe_ratio": float(-abs(x - 7))}, returns)


def here(trials: Sequence[Trial], tell: Tell) -> list[Outcome]:
    outcomes = []
    for trial in trials:
        outcomes.append(square(trial))
        if not tell(Progress(len(outcomes), len(trials))):
            break
    return outcomes


def test_outcomes_are_those_of_one_process_in_the_order_of_the_trials() -> None:
    assert play_all(TRIALS, square, jobs=3, tell=tell_nobody) == [square(trial) for trial in TRIALS]


def test_a_worker_that_dies_costs_its_trial_only() -> None:
    def sometimes_deadly(trial: Trial) -> Outcome:
        if trial.params["x"] in (3, 4, 11):
            os._exit(1)
        return square(trial)

    outcomes = play_all(TRIALS, sometimes_deadly, jobs=2, tell=tell_nobody)
    assert [each.trial for each in outcomes] == TRIALS
    assert [each.trial.params["x"] for each in outcomes if each.error == DIED] == [3, 4, 11]


def test_a_sweep_that_is_stopped_keeps_what_was_played() -> None:
    outcomes = play_all(TRIALS, square, jobs=2, tell=lambda progress: progress.done < 5)
    assert 5 <= len(outcomes) < len(TRIALS)
    result = sweep([{"x": x} for x in range(9)], here, sessions=10, by="total_return", tell=lambda p: p.done < 4)
    assert not result.is_whole
    assert len(result.outcomes) == 4
    assert "Stopped before its end" in sweep_text(result)


def test_the_best_is_chosen_and_its_neighbours_are_known() -> None:
    result = sweep([{"x": x} for x in range(20)], here, sessions=10, by="total_return", tell=tell_nobody)
    assert [each.trial.params["x"] for each in result.ranked[:3]] == [7, 6, 8]
    assert [each.trial.params["x"] for each in neighbours(result, result.ranked[0])] == [6, 8]
    assert result.verdict.tries == 20
    assert sweep_rows(result)[0][0] == "x"


def test_the_choice_is_judged_on_sessions_it_has_not_seen() -> None:
    seen: list[Trial] = []

    def watching(trials: Sequence[Trial], tell: Tell) -> list[Outcome]:
        seen.extend(trials)
        return here(trials, tell)

    windows = walk_forward(40, 3, is_anchored=False)
    result = sweep(
        [{"x": x} for x in (5, 7)], watching, sessions=40, by="total_return", windows=windows, tell=tell_nobody
    )
    assert [trial.sessions for trial in seen[-3:]] == [window.judged_on for window in windows]
    assert all(trial.params == {"x": 7} for trial in seen[-3:])
    assert [each.judged for each in result.judged] == [1.0, 1.0, 1.0]
    assert result.efficiency == 1.0
    assert result.stitched is not None
    assert "sessions 31 to 40" in sweep_text(result)


@given(st.integers(4, 2_000), st.integers(1, 12), st.booleans())
def test_windows_never_see_what_they_are_judged_on(sessions: int, count: int, is_anchored: bool) -> None:
    if sessions < 2 * (count + 1):
        with pytest.raises(ConfigError, match="too few"):
            walk_forward(sessions, count, is_anchored=is_anchored)
        return
    windows = walk_forward(sessions, count, is_anchored=is_anchored)
    assert [window.chosen_on[1] for window in windows] == [window.judged_on[0] for window in windows]
    assert all(window.chosen_on[0] < window.chosen_on[1] < window.judged_on[1] for window in windows)
    judged = [window.judged_on for window in windows]
    assert judged == sorted(judged)
    assert all(earlier[1] == later[0] for earlier, later in pairwise(judged))
    assert judged[-1][1] == sessions


@given(st.integers(2, 3_000), st.floats(0.01, 0.99))
def test_a_held_out_part_is_the_last(sessions: int, part: float) -> None:
    kept = round(sessions * part)
    if not 0 < kept < sessions:
        with pytest.raises(ConfigError, match="too few"):
            held_out(sessions, part)
        return
    window = held_out(sessions, part)
    assert window.chosen_on == (0, sessions - kept)
    assert window.judged_on == (sessions - kept, sessions)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a=1,2,2,3", ("a", [1, 2, 3])),
        ("a=0.5,1", ("a", [0.5, 1])),
        ("a=10:30:10", ("a", [10, 20, 30])),
        ("a=0.1:0.3:0.1", ("a", [0.1, 0.2, 0.3])),
    ],
)
def test_values_are_read(text: str, expected: tuple[str, list[float]]) -> None:
    assert values_of(text) == expected


@pytest.mark.parametrize("text", ["a", "=1", "a=", "a=x", "a=1:2", "a=1:2:0", "a=3:1:1", "a=1:9999999:1", "a=nan"])
def test_values_that_cannot_be_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"write|give|number|many"):
        values_of(text)


def test_a_grid_is_every_combination_and_has_an_end() -> None:
    assert grid({"a": [1, 2], "b": ["x"]}) == [{"a": 1, "b": "x"}, {"a": 2, "b": "x"}]
    with pytest.raises(ConfigError, match="1,000,000 trials"):
        grid({"a": range(1_000), "b": range(1_000)})


def test_drawn_points_differ_lie_in_the_ranges_and_come_back_by_their_seed() -> None:
    ranges = {"a": (2, 9), "b": (0.5, 1.5)}
    points = drawn(ranges, 40, random.Random(5))
    assert points == drawn(ranges, 40, random.Random(5))
    assert len({tuple(point.values()) for point in points}) == 40
    assert all(isinstance(point["a"], int) and 2 <= point["a"] <= 9 and 0.5 <= point["b"] <= 1.5 for point in points)
    assert len(drawn({"a": (1, 3)}, 50, random.Random(1))) == 3


def test_ranges_come_from_the_strategy_unless_typed() -> None:
    parameters = read_parameters([{"name": "a", "default": 5, "range": (1, 9)}, {"name": "b", "default": "x"}])
    assert ranges_of([], parameters) == {"a": (1, 9)}
    assert ranges_of(["c=1:2.5"], parameters) == {"c": (1, 2.5)}
    for wrong in (["c=1"], ["c=2:1"], ["c=x:2"]):
        with pytest.raises(ConfigError, match=r"write|number"):
            ranges_of(wrong, parameters)
    with pytest.raises(ConfigError, match="tells no ranges"):
        ranges_of([], {})


def test_real_trials_are_backtests_and_bad_values_are_failed_trials() -> None:
    days = weekdays(date(2024, 3, 1), 6)
    history = made_history(made_columns("ACME", days), days=days)
    request = BacktestRequest((asked("sma_crossover"),))
    play = player(Backtester(ROOT / "algorithm", calendar(), limit_seconds=5), request, history)
    sets = [{"sma_short": short, "sma_long": 40} for short in (5, 10, 1_000)]
    result = sweep(
        sets,
        lambda trials, tell: play_all(trials, play, jobs=2, tell=tell),
        sessions=6,
        by="total_trades",
        tell=tell_nobody,
    )
    assert [each.error is None for each in result.outcomes] == [True, True, False]
    assert "sma_short must be" in (result.failed[0].error or "")
    assert result.ranked[0].metrics["total_trades"] > 5
    page = sweep_html(result)
    assert "sma_short (down)" in page
    assert "<script" not in page
