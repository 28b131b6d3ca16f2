from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.bar import Bar
from orchestra.paper_exchange.book.matching import fill_price
from orchestra.paper_exchange.book.orders import Order, OrderStatus, OrderType, Side, TimeInForce, is_eligible
from orchestra.paper_exchange.market.market import exact

cents = st.integers(1, 3000).map(lambda count: Decimal(count) / 100)


def order(side: Side, limit: Decimal | None) -> Order:
    return Order(
        id="1",
        client_order_id="c",
        symbol="AAA",
        side=side,
        type=OrderType.MARKET if limit is None else OrderType.LIMIT,
        time_in_force=TimeInForce.DAY,
        qty=Decimal(1),
        limit_price=limit,
        status=OrderStatus.NEW,
        submitted_at=0,
        updated_at=0,
        eligible_from=0,
        expires_at=600,
    )


@st.composite
def bars(draw: st.DrawFn) -> Bar:
    low, *body, high = sorted(draw(st.lists(cents, min_size=4, max_size=4)))
    opening, closing = draw(st.permutations(body))
    return Bar("AAA", 60, float(opening), float(high), float(low), float(closing), 100.0)


# open 10.00, high 10.20, low 9.80
RULE = [
    (Side.BUY, None, "10.0"),
    (Side.SELL, None, "10.0"),
    (Side.BUY, "10.50", "10.0"),  # open beyond the limit: the better open
    (Side.BUY, "10.00", "10.0"),
    (Side.BUY, "9.90", "9.90"),  # traded through
    (Side.BUY, "9.80", None),  # only touched
    (Side.BUY, "9.70", None),
    (Side.SELL, "9.50", "10.0"),
    (Side.SELL, "10.00", "10.0"),
    (Side.SELL, "10.10", "10.10"),
    (Side.SELL, "10.20", None),
    (Side.SELL, "10.30", None),
]


@pytest.mark.parametrize(("side", "limit", "expected"), RULE)
def test_bar_fills_by_the_written_rule(side: Side, limit: str | None, expected: str | None) -> None:
    bar = Bar("AAA", 60, 10.0, 10.2, 9.8, 10.1, 100.0)
    price = fill_price(order(side, Decimal(limit) if limit else None), bar)
    assert price == (Decimal(expected) if expected else None)


@given(bars(), st.sampled_from(Side), cents)
def test_fill_is_never_better_than_the_bar_nor_beyond_the_limit(bar: Bar, side: Side, limit: Decimal) -> None:
    price = fill_price(order(side, limit), bar)
    if price is None:
        return
    assert exact(bar.low) <= price <= exact(bar.high)
    assert price <= limit if side is Side.BUY else price >= limit
    assert price in (exact(bar.open), limit)


@given(bars(), st.sampled_from(Side), cents)
def test_limit_fills_exactly_when_opened_at_it_or_traded_through(bar: Bar, side: Side, limit: Decimal) -> None:
    sign = 1 if side is Side.BUY else -1
    extreme = exact(bar.low if side is Side.BUY else bar.high)
    is_due = sign * exact(bar.open) <= sign * limit or sign * extreme < sign * limit
    assert (fill_price(order(side, limit), bar) is not None) == is_due


@given(bars(), st.sampled_from(Side), cents, cents)
def test_more_generous_limit_never_fills_less(bar: Bar, side: Side, one: Decimal, two: Decimal) -> None:
    strict, generous = sorted((one, two), reverse=side is Side.SELL)
    if fill_price(order(side, strict), bar) is not None:
        assert fill_price(order(side, generous), bar) is not None


# An order that lives from second 60 to second 180.
@pytest.mark.parametrize(("ts", "expected"), [(0, False), (60, True), (120, True), (150, False), (180, False)])
def test_order_is_eligible_for_whole_bars_of_its_life(ts: int, expected: bool) -> None:
    living = replace(order(Side.BUY, None), eligible_from=60, expires_at=180)
    assert is_eligible(living, ts) is expected
    assert not is_eligible(replace(living, status=OrderStatus.CANCELED), ts)
