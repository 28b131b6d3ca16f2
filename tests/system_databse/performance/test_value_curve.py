"""The curve of a strategy: its equity, however many algorithms came and went."""

from datetime import UTC, datetime, timedelta

import empyrical
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from system_databse.performance.returns import daily_returns
from system_databse.performance.value_curve import DayValue, Member, ValueCurve, curve_of

FIRST = datetime(2026, 3, 2, 21, tzinfo=UTC)
RETURNS = [0.01, -0.005, 0.007, -0.012, 0.004, 0.009, -0.003, 0.002, -0.008, 0.011]


def days(*equity: float, first: int = 0) -> list[DayValue]:
    return [
        DayValue(int((FIRST + timedelta(days=first + number)).timestamp()), value, 0.0)
        for number, value in enumerate(equity)
    ]


def test_the_curve_of_one_algorithm_is_its_equity() -> None:
    curve = curve_of([Member(1000.0, days(1010.0, 990.0, 1050.0))])
    assert curve.equity == (1000.0, 1010.0, 990.0, 1050.0)
    assert curve.days == ("2026-03-02", "2026-03-03", "2026-03-04")


def test_money_that_comes_and_goes_is_neither_gain_nor_loss() -> None:
    steady = Member(1000.0, days(1100.0, 1100.0, 1210.0))
    late = Member(5000.0, days(5000.0, first=1))
    assert curve_of([steady, late]).equity == pytest.approx((1000.0, 1100.0, 1100.0, 1210.0))
    # A second one that doubles on its only day, beside one that stands still.
    curve = curve_of([Member(1000.0, days(1000.0, 1000.0, 1000.0)), Member(1000.0, days(2000.0, first=1))])
    assert curve.equity == pytest.approx((1000.0, 1000.0, 1500.0, 1500.0))


def test_nothing_has_no_curve() -> None:
    assert curve_of([]) == curve_of([Member(1000.0, [])]) == ValueCurve((), ())
    assert ValueCurve((), ()).figures(finished=0) == {
        "sharpe_ratio": None,
        "sortino_ratio": None,
        "max_drawdown": 0.0,
        "cagr": None,
    }


@pytest.mark.requirement("S1-27")
def test_the_golden_returns_twice_over_and_a_day_under_way_makes_no_return() -> None:
    equity = [100.0]
    for value in RETURNS * 2:
        equity.append(equity[-1] * (1 + value))
    curve = curve_of([Member(equity[0], days(*equity[1:], 1.0))])
    figures = curve.figures(finished=20)
    assert figures["sortino_ratio"] == pytest.approx(4.8404289, abs=1e-6)
    assert figures["max_drawdown"] == pytest.approx(1.0 / max(equity) - 1.0)
    assert curve.figures(finished=19)["sharpe_ratio"] is None
    assert curve_of([Member(equity[0], days(*equity[1:11]))]).figures(finished=10)["max_drawdown"] == pytest.approx(
        -0.012, abs=1e-9
    )


one = st.lists(st.floats(-0.2, 0.2).map(lambda value: round(value, 6)), min_size=20, max_size=60)


@given(st.lists(st.tuples(st.integers(0, 30), one, st.floats(100.0, 1e6)), min_size=1, max_size=4))
@settings(deadline=None, max_examples=60)
def test_the_returns_of_many_are_their_returns_weighted_by_what_they_had(
    members: list[tuple[int, list[float], float]],
) -> None:
    made, had, gained = [], dict[str, float](), dict[str, float]()
    for first, own, capital in members:
        equity = [capital]
        for value in own:
            equity.append(equity[-1] * (1 + value))
        values = days(*equity[1:], first=first)
        made.append(Member(capital, values))
        for before, value in zip(equity, values, strict=False):
            had[value.day] = had.get(value.day, 0.0) + before
            gained[value.day] = gained.get(value.day, 0.0) + value.equity - before
    curve = curve_of(made)
    expected = [gained[day] / had[day] for day in sorted(had)]
    returns = daily_returns(curve.equity)
    assert returns == pytest.approx(expected, rel=1e-6, abs=1e-9)
    figures = curve.figures(finished=len(curve.days))
    assert figures["max_drawdown"] == pytest.approx(empyrical.max_drawdown(pd.Series(expected)), abs=1e-9)
    if max(expected) - min(expected) > 1e-6:
        assert figures["sharpe_ratio"] == pytest.approx(empyrical.sharpe_ratio(pd.Series(expected)), rel=1e-5, abs=1e-8)
