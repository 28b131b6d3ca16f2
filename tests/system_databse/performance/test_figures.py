"""The figures of domain.md 7: its own examples, and empyrical as the judge of everything else."""

import math

import empyrical
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from system_databse.performance import returns as of_returns
from system_databse.performance import trade_figures as of_trades

PROFITS = [120.0, -50.0, 80.0, -30.0, -20.0, 200.0, 0.0]
RETURNS = [0.01, -0.005, 0.007, -0.012, 0.004, 0.009, -0.003, 0.002, -0.008, 0.011]


def curve(returns: list[float]) -> list[float]:
    equity = [100.0]
    for value in returns:
        equity.append(equity[-1] * (1 + value))
    return equity


def test_the_example_of_round_trips() -> None:
    assert of_trades.win_rate(PROFITS) == pytest.approx(0.428571, abs=1e-6)
    assert of_trades.profit_factor(PROFITS) == 4.0
    assert of_trades.expectancy(PROFITS) == pytest.approx(42.857143, abs=1e-6)
    assert of_trades.payoff(PROFITS) == 4.0


def test_the_example_of_returns() -> None:
    twice = RETURNS * 2  # below twenty returns there is no ratio; the mean and (nearly) the spread stay
    mean = sum(RETURNS) / 10
    assert of_returns.sharpe_ratio(RETURNS) is None
    assert of_returns.sortino_ratio(twice) == pytest.approx(4.8404289, abs=1e-6)
    deviation = math.sqrt(sum((value - mean) ** 2 for value in RETURNS) / 9)
    assert mean / deviation * math.sqrt(252) == pytest.approx(2.9396988, abs=1e-6)
    assert of_returns.sharpe_ratio(twice) == pytest.approx(2.9396988 * math.sqrt(19 / 18), abs=1e-6)
    assert of_returns.max_drawdown(curve(RETURNS)).depth == pytest.approx(-0.012, abs=1e-9)
    assert of_returns.volatility(RETURNS) == pytest.approx(0.1285846, abs=1e-7)


def test_what_means_nothing_is_none() -> None:
    assert of_trades.profit_factor([1.0, 2.0]) is None
    assert of_trades.payoff([1.0]) is None
    assert of_trades.win_rate([]) is None
    assert of_trades.expectancy([]) is None
    assert of_trades.system_quality([5.0]) is None
    assert of_trades.kelly([]) is None
    assert of_returns.sharpe_ratio([0.01] * 30) is None
    assert of_returns.sortino_ratio([0.01] * 30) is None
    assert of_returns.sharpe_ratio([-0.01] * 30) is None
    assert of_returns.sortino_ratio([-0.01] * 30) is None
    assert of_returns.annual_growth([100.0]) is None
    assert of_returns.annual_growth([100.0, 0.0]) is None
    assert of_returns.annual_growth([1.0, 1000.0]) is None
    assert of_returns.max_drawdown([]).depth == of_returns.max_drawdown([1.0, 2.0]).depth == 0.0


def test_runs_of_wins_and_losses() -> None:
    profits = [1.0, 2.0, -1.0, 0.0, -1.0, -1.0, -2.0, 3.0]
    assert of_trades.longest_run(profits, of_wins=True) == 2
    assert of_trades.longest_run(profits, of_wins=False) == 3
    assert of_trades.longest_run([], of_wins=True) == 0


def test_a_drawdown_knows_its_peak_its_trough_and_its_recovery() -> None:
    fall = of_returns.max_drawdown([100.0, 110.0, 99.0, 120.0, 90.0, 100.0, 120.0, 130.0])
    assert (fall.depth, fall.peak, fall.trough, fall.recovery) == (-0.25, 3, 4, 6)
    assert of_returns.max_drawdown([100.0, 50.0]).recovery is None


many_returns = st.lists(st.floats(-0.2, 0.2).map(lambda value: round(value, 6)), min_size=20, max_size=120)


@given(many_returns)
@settings(deadline=None)
def test_every_figure_is_empyricals(returns: list[float]) -> None:
    equity = curve(returns)
    daily = of_returns.daily_returns(equity)
    sharpe = of_returns.sharpe_ratio(daily)
    sortino = of_returns.sortino_ratio(daily)
    if max(returns) - min(returns) < 1e-9:
        assert sharpe is None
        assert sortino is None
    else:
        assert sharpe == pytest.approx(empyrical.sharpe_ratio(pandas_series(daily)), rel=1e-6, abs=1e-9)
        known = min(daily) < 0
        assert (sortino is not None) is known
        assert not known or sortino == pytest.approx(empyrical.sortino_ratio(pandas_series(daily)), rel=1e-6, abs=1e-9)
    assert of_returns.max_drawdown(equity).depth == pytest.approx(
        empyrical.max_drawdown(pandas_series(daily)), abs=1e-9
    )
    growth, theirs = of_returns.annual_growth(equity), empyrical.cagr(pandas_series(daily))
    if growth is None:
        assert theirs > math.exp(19.9)
    else:
        assert growth == pytest.approx(theirs, rel=1e-6, abs=1e-9)
    assert of_returns.volatility(daily) == pytest.approx(empyrical.annual_volatility(pandas_series(daily)), rel=1e-6)


def pandas_series(values: list[float]) -> object:
    import pandas as pd

    return pd.Series(values)
