"""A fill, shares held and share counts as JSON values."""

import json
from decimal import Decimal

import pytest

from system_databse.fill import fill_values, open_position_values, whole_shares
from tests.system_databse.made_orders import fill_of


@pytest.mark.parametrize(
    ("qty", "told"), [("10", "10"), ("10.00", "10"), ("0.5", "0.5"), ("-3", "-3"), ("1E+2", "100")]
)
def test_whole_share_counts_are_told_without_a_fraction(qty: str, told: str) -> None:
    assert json.dumps(whole_shares(Decimal(qty))) == told


def test_fill_is_told_in_json_numbers_and_utc() -> None:
    fill = fill_of(1, "sell", 10, "12.50")
    assert fill_values(fill) == {
        "time": "2026-11-18T17:01:00Z",
        "symbol": "SPY",
        "side": "sell",
        "shares": 10,
        "price": 12.5,
        "algorithm_id": 1,
        "client_order_id": "at-abc123-1-x-1",
    }


def test_shares_held_are_told_with_what_they_cost_and_are_worth() -> None:
    told = open_position_values("SPY", Decimal("2.5"), entry_price=Decimal("9.99"), last_price=12.0)
    assert told == {"symbol": "SPY", "shares": 2.5, "entry_price": 9.99, "last_price": 12.0}
