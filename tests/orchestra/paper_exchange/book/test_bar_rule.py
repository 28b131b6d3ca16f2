"""The written rule of matching.py for every type, as properties over all bars and prices."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import assume, example, given
from hypothesis import strategies as st

from database.bar import Bar
from orchestra.paper_exchange.book.floor.trailing import marked, trailed
from orchestra.paper_exchange.book.matching import meet
from orchestra.paper_exchange.book.orders import Order, OrderStatus, OrderType, Side, TimeInForce
from orchestra.paper_exchange.market.market import exact

cents = st.integers(1, 400).map(lambda count: Decimal(count) / 10)
sides = st.sampled_from(Side)


@st.composite
def bars(draw: st.DrawFn) -> Bar:
    low, *body, high = sorted(draw(st.lists(cents, min_size=4, max_size=4)))
    opening, closing = draw(st.permutations(body))
    return Bar("AAA", 60, float(opening), float(high), float(low), float(closing), 100.0)


@st.composite
def orders(draw: st.DrawFn) -> Order:
    """Return any order that a bar can meet."""
    order_type = draw(st.sampled_from(OrderType))
    is_limited = order_type in {OrderType.LIMIT, OrderType.STOP_LIMIT}
    is_stop = order_type in {OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP}
    lives = list(TimeInForce) if order_type in {OrderType.MARKET, OrderType.LIMIT} else [TimeInForce.DAY]
    return Order(
        id="1",
        client_order_id="c",
        symbol="AAA",
        side=draw(sides),
        type=order_type,
        time_in_force=draw(st.sampled_from(lives)),
        qty=Decimal(1),
        limit_price=draw(cents) if is_limited else None,
        status=OrderStatus.NEW,
        submitted_at=0,
        updated_at=0,
        eligible_from=0,
        expires_at=600,
        stop_price=draw(cents) if is_stop else None,
        is_triggered=draw(st.booleans()) if is_stop else False,
    )


def trailing(side: Side, hwm: Decimal, distance: Decimal) -> Order:
    order = Order(
        id="1",
        client_order_id="c",
        symbol="AAA",
        side=side,
        type=OrderType.TRAILING_STOP,
        time_in_force=TimeInForce.DAY,
        qty=Decimal(1),
        limit_price=None,
        status=OrderStatus.NEW,
        submitted_at=0,
        updated_at=0,
        eligible_from=0,
        expires_at=600,
        trail_price=distance,
    )
    return marked(order, hwm)


@given(orders(), bars())
def test_no_price_that_the_bar_did_not_show_and_none_beyond_the_limit(order: Order, bar: Bar) -> None:
    price = meet(order, bar).price
    if price is None:
        return
    assert exact(bar.low) <= price <= exact(bar.high)
    if order.limit_price is not None:
        assert order.side.sign * price <= order.side.sign * order.limit_price


@given(orders(), bars())
def test_untouched_stop_deals_nothing_and_a_touched_one_stays_touched(order: Order, bar: Bar) -> None:
    meeting = meet(order, bar)
    if order.stop_price is None:
        assert not meeting.is_triggered
        return
    is_in_reach = exact(bar.high) >= order.stop_price if order.side is Side.BUY else exact(bar.low) <= order.stop_price
    assert meeting.is_triggered == (order.is_triggered or is_in_reach)
    assert meeting.is_triggered or meeting.price is None


@given(orders(), bars())
def test_stop_deals_no_better_than_its_price_unless_a_limit_made_it_wait(order: Order, bar: Bar) -> None:
    """What protects must not gain: inside a bar the stop's own price, after a gap the open."""
    if order.type is not OrderType.STOP or order.is_triggered:
        return
    price = meet(order, bar).price
    if price is not None and order.stop_price is not None:
        assert order.side.sign * price >= order.side.sign * order.stop_price
        assert price in {order.stop_price, exact(bar.open)}


@given(orders(), bars())
def test_auctions_and_moments_know_one_price_only(order: Order, bar: Bar) -> None:
    price = meet(order, bar).price
    if order.time_in_force is TimeInForce.CLS:
        assert price in {None, exact(bar.close)}
    elif order.time_in_force in {TimeInForce.OPG, TimeInForce.IOC, TimeInForce.FOK}:
        assert price in {None, exact(bar.open)}


@given(sides, bars())
def test_bar_that_only_touches_a_limit_fills_nothing(side: Side, bar: Bar) -> None:
    extreme = exact(bar.low if side is Side.BUY else bar.high)
    assume(extreme != exact(bar.open))
    touching = replace(
        trailing(side, Decimal(1), Decimal(1)), type=OrderType.LIMIT, stop_price=None, limit_price=extreme
    )
    assert meet(touching, bar).price is None


@given(sides, cents, cents, bars())
def test_trailing_stop_only_ever_moves_with_the_gain(side: Side, hwm: Decimal, distance: Decimal, bar: Bar) -> None:
    order = trailing(side, hwm, distance)
    after = trailed(order, bar)
    assert order.stop_price is not None
    assert after.stop_price is not None
    assert order.hwm is not None
    assert after.hwm is not None
    assert side.sign * after.hwm <= side.sign * order.hwm
    assert side.sign * after.stop_price <= side.sign * order.stop_price
    best = exact(bar.low if side is Side.BUY else bar.high)
    assert after.hwm in {order.hwm, best}


@given(sides, cents, cents, bars())
@example(Side.SELL, Decimal(10), Decimal(1), Bar("AAA", 60, 9.5, 20.0, 9.4, 9.5, 1.0))
def test_price_inside_a_bar_never_lifts_the_stop_it_hits(side: Side, hwm: Decimal, distance: Decimal, bar: Bar) -> None:
    order = trailing(side, hwm, distance)
    price = meet(order, bar).price
    if price is not None:
        assert price in {order.stop_price, exact(bar.open)}
