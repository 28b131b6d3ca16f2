from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.errors import ConfigError
from orchestra.paper_exchange.book.fill_model import ExactFills, FrictionFills
from orchestra.paper_exchange.book.orders import Side

prices = st.decimals("0.01", "5000", places=2)


@given(prices, st.sampled_from(Side))
def test_exact_fills_change_nothing(price: Decimal, side: Side) -> None:
    assert ExactFills().worsened(price, side) == price
    assert ExactFills().available(0.0, Decimal(5)) is None


@pytest.mark.parametrize(
    ("side", "expected"),
    [(Side.BUY, "100.15"), (Side.SELL, "99.85")],
)
def test_half_the_spread_and_the_slippage_are_paid(side: Side, expected: str) -> None:
    model = FrictionFills(spread_bps=Decimal(10), slippage_bps=Decimal(10))
    assert model.worsened(Decimal(100), side) == Decimal(expected)


@given(prices, st.sampled_from(Side), st.integers(0, 500), st.integers(0, 500))
def test_price_only_gets_worse_by_cost_and_rounding(price: Decimal, side: Side, spread: int, slip: int) -> None:
    model = FrictionFills(spread_bps=Decimal(spread), slippage_bps=Decimal(slip))
    paid = side.sign * (model.worsened(price, side) - price)
    assert 0 <= paid <= price * (Decimal(spread) / 2 + slip) / 10_000 + Decimal("0.0001")


def test_volume_is_shared_by_all_orders_of_a_bar() -> None:
    model = FrictionFills(volume_fraction=Decimal("0.1"))
    assert model.available(1234.0, Decimal(0)) == Decimal("123.4")
    assert model.available(1234.0, Decimal(120)) == Decimal("3.4")
    assert model.available(1234.0, Decimal(500)) == 0


@pytest.mark.parametrize(
    "terms",
    [
        {"volume_fraction": Decimal(0)},
        {"volume_fraction": Decimal("1.01")},
        {"spread_bps": Decimal(-1)},
        {"slippage_bps": Decimal(-1), "spread_bps": Decimal(10)},
        {"slippage_bps": Decimal(10_000)},
    ],
    ids=str,
)
def test_impossible_model_is_refused(terms: dict[str, Decimal]) -> None:
    with pytest.raises(ConfigError):
        FrictionFills(**terms)
