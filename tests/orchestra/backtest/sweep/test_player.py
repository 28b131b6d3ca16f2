"""A trial is a backtest on a stretch of sessions; the bars after the stretch are not there."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestra.backtest.backtester import Backtester
from orchestra.backtest.history.history import History
from orchestra.backtest.request import BacktestRequest
from orchestra.backtest.sweep.player import player, stretch
from orchestra.backtest.sweep.pool import play_all
from orchestra.backtest.sweep.trial import PlayTrial, Trial
from tests.orchestra.backtest.made_run import SWINGS, weekdays
from tests.orchestra.backtest.played_house import ROOT, asked, calendar, made_columns, made_history, strategy
from tests.orchestra.backtest.sweep.made_trials import Seen

DAYS = weekdays(date(2024, 3, 1), 4)
HISTORY = made_history(made_columns("ACME", DAYS), days=DAYS)
WHOLE = (0, len(DAYS))


def plays(path: Path, history: History = HISTORY) -> PlayTrial:
    return player(Backtester(ROOT / "algorithm", calendar(), limit_seconds=5), BacktestRequest((asked(path),)), history)


def test_a_stretch_is_played_as_if_the_rest_of_the_history_did_not_exist(tmp_path: Path) -> None:
    path = strategy(tmp_path, SWINGS)
    part, days = Trial(0, {"bars": 3}, (0, 2)), DAYS[:2]
    alone = made_history(made_columns("ACME", days), days=days)
    outcome = plays(path)(part)
    assert outcome.metrics["total_trades"] > 5
    assert outcome == plays(path, alone)(part)


@given(st.integers(0, 3), st.integers(1, 4))
def test_no_bar_of_the_future_is_in_a_stretch(first: int, count: int) -> None:
    end = min(first + count, len(DAYS))
    part = stretch(HISTORY, (first, end))
    columns = part.columns["ACME"]
    assert part.sessions == HISTORY.sessions[first:end]
    assert columns.times[-1] < part.sessions[-1].close
    lists = (columns.times, columns.opens, columns.highs, columns.lows, columns.closes, columns.volumes)
    assert {len(each) for each in lists} == {390 * end}
    assert columns.closes == HISTORY.columns["ACME"].closes[: 390 * end]
    assert (columns is HISTORY.columns["ACME"]) == (end == len(DAYS))


def test_values_that_do_not_fit_and_strategies_that_refuse_are_failed_trials(tmp_path: Path) -> None:
    run = "def run(self, current_time, algo_id):\n"
    picky = SWINGS.replace(run, run + " " * 12 + "if self.bars == 7: raise ValueError('not 7')\n")
    play = plays(strategy(tmp_path, picky))
    errors = [play(Trial(0, {"bars": bars}, WHOLE)).error for bars in (3, 7, 999)]
    assert errors[0] is None
    assert "failed time and again: ValueError: not 7" in str(errors[1])
    assert "bars must be a whole number from 2 to 50" in str(errors[2])


@pytest.mark.parametrize("jobs", [1, 3])
def test_trials_on_several_cores_are_those_of_one_process(tmp_path: Path, jobs: int) -> None:
    play = plays(strategy(tmp_path, SWINGS))
    trials = [Trial(number, {"bars": 2 + number % 3}, (number % 2, 4)) for number in range(9)]
    seen = Seen()
    play_all(trials, play, jobs=jobs, watch=seen)
    assert seen.in_order == [play(trial) for trial in trials]
