"""A replay of recorded days trades strategies of longer bars as pandas and TA-Lib say, and as a backtest does."""

from pathlib import Path

import pytest

from tests.algorithm import strategy_oracle as oracle
from tests.journeys.conftest import MakeRun
from tests.journeys.house import Chosen, trades
from tests.program import ROOT

TRADED = (
    ("mean_reversion", "BAC", oracle.mean_reversion_bars, oracle.mean_reversion),
    ("mean_reversion", "IBM", oracle.mean_reversion_bars, oracle.mean_reversion),
    ("trend_following", "SPY", oracle.trend_following_bars, oracle.trend_following),
)


@pytest.mark.requirement("S0-17", "S0-18", "S4-09")
def test_a_replay_enters_and_leaves_as_the_calculation_does(recorded_days: Path, make_run: MakeRun) -> None:
    file = recorded_days / "equity_1min" / "us_2013_october.csv.gz"
    run = make_run(
        file, algorithms=tuple(Chosen(ROOT / "algorithm" / f"{name}.py", ticker) for name, ticker, *_ in TRADED)
    )
    summary = run.finish()
    for algorithm_id, (_, ticker, bars_of, rule) in enumerate(TRADED, start=1):
        minutes = oracle.regular_minutes(file, ticker)
        expected = oracle.play(minutes, bars_of(minutes), rule)
        assert expected
        found = [(each.time, each.side, each.price) for each in trades(summary, algorithm_id)]
        assert found == [(deal.time, deal.side, deal.price) for deal in expected]
