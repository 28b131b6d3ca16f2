"""Two percent of the portfolio, whole shares, and never more than there is money for."""

import math
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system_databse import position_sizing
from system_databse.position_sizing import Portfolio, bind_portfolio, size_equity

money = st.floats(0, 1e9)


@pytest.fixture(autouse=True)
def unbound() -> Iterator[None]:
    yield
    bind_portfolio(None)


@pytest.mark.requirement("S0-13")
@pytest.mark.parametrize(
    ("known", "price", "cash", "shares"),
    [
        (Portfolio(100_000, 100_000), 150.25, 50_000, 13),
        (Portfolio(200_000, 200_000), 150.25, 50_000, 26),  # follows the portfolio as it grows
        (Portfolio(100_000, 100_000), 150.25, 1_000, 6),  # 98 % of its own cash
        (Portfolio(100_000, 400), 150.25, 50_000, 2),  # what may be bought for
        (Portfolio(100_000, 100_000), 2_000.01, 50_000, 0),
        (None, 150.25, 100_000, 13),  # not known yet: the algorithm's own capital counts
    ],
)
def test_a_size_is_two_percent_of_the_portfolio_within_the_money_there_is(
    known: Portfolio | None, price: float, cash: float, shares: int
) -> None:
    bind_portfolio(lambda: known)
    assert size_equity(price, cash=cash, fallback_equity=100_000) == shares


@pytest.mark.requirement("S0-13")
@given(equity=money, buying_power=money, cash=st.floats(-1e6, 1e9), price=st.floats(0.01, 1e6))
def test_a_size_is_the_largest_that_all_three_limits_allow(
    equity: float, buying_power: float, cash: float, price: float
) -> None:
    bind_portfolio(lambda: Portfolio(equity, buying_power))
    shares = size_equity(price, cash=cash, fallback_equity=1.0)
    limit = min(0.02 * equity, 0.98 * cash, buying_power)
    assert type(shares) is int
    assert shares >= 0
    assert shares / (1 + 1e-12) <= max(limit, 0) / price < (shares + 1) * (1 + 1e-12)


@pytest.mark.parametrize("price", [0.0, -1.0, math.nan, math.inf])
def test_what_is_no_price_buys_nothing(price: float) -> None:
    assert size_equity(price, cash=1e6, fallback_equity=1e6) == 0


@pytest.mark.parametrize("equity", [math.nan, math.inf, -5.0])
def test_what_is_no_equity_buys_nothing(equity: float) -> None:
    bind_portfolio(lambda: Portfolio(equity, math.inf))
    assert size_equity(10.0, cash=math.inf, fallback_equity=1e6) == 0


def test_outside_a_running_program_the_own_capital_counts() -> None:
    assert position_sizing.portfolio(5_000).equity == 5_000
    assert size_equity(10.0, cash=1e6, fallback_equity=5_000) == 10
