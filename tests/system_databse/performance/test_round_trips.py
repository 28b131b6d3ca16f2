"""Round trips are made of fills, and their profits are the money that came."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system_databse.fill import Fill
from system_databse.order import Side
from system_databse.performance.round_trips import round_trips

START = datetime(2024, 6, 11, 14, tzinfo=UTC)


def fill(number: int, side: Side, qty: int, *, price: str = "10", fee: str = "0", algorithm_id: int = 1) -> Fill:
    return Fill(
        client_order_id=f"at-1-{number}",
        algorithm_id=algorithm_id,
        symbol="ACME",
        side=side,
        execution_id=str(number),
        qty=Decimal(qty),
        price=Decimal(price),
        cumulative_qty=Decimal(qty),
        source="backtest",
        at=START + timedelta(minutes=number),
        fee=Decimal(fee),
    )


def test_parts_bought_and_sold_are_one_round_trip() -> None:
    fills = [
        fill(1, Side.BUY, 10, price="10", fee="1"),
        fill(2, Side.BUY, 30, price="12"),
        fill(5, Side.SELL, 15, price="13"),
        fill(9, Side.SELL, 25, price="11", fee="0.50"),
    ]
    (trip,) = round_trips(fills, {})
    assert (trip.shares, trip.entry_price, trip.exit_price) == (40, Decimal("11.5"), Decimal("11.75"))
    assert (trip.pnl, trip.fees) == (Decimal("8.50"), Decimal("1.50"))
    assert (trip.entry_order, trip.exit_order, trip.minutes(START)) == ("at-1-1", "at-1-9", 8.0)
    assert trip.return_ == 8.5 / 460


def test_what_is_still_held_is_marked_at_the_last_price() -> None:
    fills = [fill(1, Side.BUY, 10), fill(2, Side.SELL, 4, price="11")]
    (trip,) = round_trips(fills, {"ACME": 12.5})
    assert (trip.exited_at, trip.exit_order, trip.held) == (None, None, 6)
    assert trip.pnl == Decimal("19.0")
    assert trip.minutes(START + timedelta(minutes=31)) == 30.0


def test_two_algorithms_on_one_symbol_keep_their_own() -> None:
    fills = [
        fill(1, Side.BUY, 1, algorithm_id=1),
        fill(2, Side.BUY, 1, algorithm_id=2),
        fill(3, Side.SELL, 1, price="9", algorithm_id=2),
        fill(4, Side.SELL, 1, price="12", algorithm_id=1),
    ]
    assert [(trip.algorithm_id, trip.pnl) for trip in round_trips(fills, {})] == [(2, -1), (1, 2)]


@pytest.mark.parametrize("bought", [0, 4])
def test_selling_more_than_is_held_is_refused_in_words(bought: int) -> None:
    fills = [fill(1, Side.BUY, bought)] if bought else []
    with pytest.raises(ValueError, match=rf"Algorithm 1 sold 5 ACME at 2024-06-11T14:02:00\.000Z and held {bought}: "):
        round_trips([*fills, fill(2, Side.SELL, 5)], {"ACME": 10.0})


wishes = st.lists(
    st.tuples(st.sampled_from(list(Side)), st.integers(1, 50), st.integers(1, 10**6), st.integers(0, 500)), max_size=40
)


@given(wishes, st.integers(1, 10**6))
def test_the_profits_are_the_money_that_came(wanted: list[tuple[Side, int, int, int]], last: int) -> None:
    held, fills = 0, []
    for number, (side, qty, cents, fee) in enumerate(wanted):
        dealt = qty if side is Side.BUY else min(qty, held)
        if dealt:
            held += dealt if side is Side.BUY else -dealt
            fills.append(fill(number, side, dealt, price=f"{cents / 100:.2f}", fee=f"{fee / 100:.2f}"))
    price = last / 100
    trips = round_trips(fills, {"ACME": price})
    money = sum((each.cash_flow for each in fills), Decimal(0)) + held * Decimal(repr(price))
    assert sum((trip.pnl for trip in trips), Decimal(0)) == money
    assert sum((trip.fees for trip in trips), Decimal(0)) == sum((each.fee for each in fills), Decimal(0))
    assert [trip.exited_at is None for trip in trips].count(True) == (1 if held else 0)
