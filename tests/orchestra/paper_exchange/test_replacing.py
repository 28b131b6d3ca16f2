"""Replacing orders, closing positions, the account's own settings."""

from decimal import Decimal

import pytest

from database.bar import MINUTE
from orchestra.paper_exchange.book.entry.replacement import Change, read_change
from orchestra.paper_exchange.book.orders import Order, OrderStatus, TimeInForce
from orchestra.paper_exchange.book.refusal import FORBIDDEN, INVALID, NOT_ALLOWED, NOT_FOUND, Refusal
from tests.orchestra.paper_exchange.made_market import CLOSE, NEXT_OPEN, OPEN, Desk


def change(**body: object) -> Change:
    read = read_change(body)
    assert isinstance(read, Change), read
    return read


def replaced(desk: Desk, order: Order, **body: object) -> Order:
    result = desk.exchange.desk.replace(order.id, change(**body))
    assert isinstance(result, Order), result
    return result


def refused(desk: Desk, order: Order, **body: object) -> Refusal:
    before = desk.exchange.account
    result = desk.exchange.desk.replace(order.id, change(**body))
    assert isinstance(result, Refusal), result
    assert desk.exchange.account is before
    return result


def test_replacement_is_a_new_order_that_points_back(desk: Desk) -> None:
    order = desk.place("buy", type="limit", limit_price="5.00")
    new = replaced(desk, order, qty=7, limit_price="6.00", client_order_id="other")
    old = desk.order(order)
    assert (old.status, old.replaced_by) == (OrderStatus.REPLACED, new.id)
    assert old.replaced_at is not None
    assert (new.replaces, new.status, new.qty, new.limit_price) == (order.id, OrderStatus.NEW, 7, Decimal("6.00"))
    assert new.client_order_id == "other"
    assert new.submitted_at > order.submitted_at
    desk.reopen()
    assert desk.order(new) == new
    assert list(desk.exchange.account.working) == [new.id]


def test_replacement_claims_only_its_own_money(desk: Desk) -> None:
    order = desk.place("buy", "10000", type="limit", limit_price="9.00")
    replaced(desk, order, limit_price="10.00")
    assert desk.exchange.account.buying_power(desk.exchange.last_price) == 0


def test_replacement_beyond_the_account_is_refused_and_the_old_order_stays(desk: Desk) -> None:
    order = desk.place("buy", "10", type="limit", limit_price="9.00")
    assert refused(desk, order, qty=100_000).code == FORBIDDEN
    assert desk.order(order).status is OrderStatus.NEW


def test_trailing_stop_gets_a_new_distance_from_its_old_mark(desk: Desk) -> None:
    desk.place("buy")
    desk.advance()
    order = desk.place("sell", type="trailing_stop", trail_percent="10")
    assert replaced(desk, order, trail="20").stop_price == Decimal("8.20")


def test_replaced_order_lives_as_long_as_its_new_time_in_force(desk: Desk) -> None:
    order = desk.place("buy", type="limit", limit_price="5.00")
    new = replaced(desk, order, time_in_force="gtc")
    assert new.time_in_force is TimeInForce.GTC
    desk.advance_to(NEXT_OPEN)
    assert desk.order(new).status is OrderStatus.NEW


def test_leg_of_a_bracket_is_replaced_and_stays_in_its_family(desk: Desk) -> None:
    order = desk.place(
        "buy", order_class="bracket", take_profit={"limit_price": "99"}, stop_loss={"stop_price": "9.00"}
    )
    desk.settle()
    target, stop = desk.exchange.store.legs([order.id])[order.id]
    new_stop = replaced(desk, stop, stop_price="10.70")
    assert (new_stop.status, new_stop.parent_id) == (OrderStatus.HELD, order.id)
    # The second bar opens at 11.00 and falls to 10.50.
    desk.advance()
    desk.advance()
    assert desk.order(new_stop).filled_avg_price == Decimal("10.70")
    assert desk.order(target).status is OrderStatus.CANCELED


def test_legs_follow_a_replaced_entry(desk: Desk) -> None:
    order = desk.place(
        "buy",
        type="limit",
        limit_price="5.00",
        order_class="bracket",
        take_profit={"limit_price": "99"},
        stop_loss={"stop_price": "4.00"},
    )
    new = replaced(desk, order, limit_price="10.00")
    assert len(desk.exchange.store.legs([new.id])[new.id]) == 2
    assert desk.exchange.store.legs([order.id]) == {}
    desk.advance()
    assert desk.order(new).status is OrderStatus.FILLED
    assert [leg.status for leg in desk.exchange.store.legs([new.id])[new.id]] == [OrderStatus.NEW, OrderStatus.HELD]


REFUSED = {
    "nothing": ({}, NOT_ALLOWED, "order parameters are not changed"),
    "the same": ({"qty": 10, "limit_price": "5.00"}, NOT_ALLOWED, "order parameters are not changed"),
    "stop of a limit": ({"stop_price": 4}, INVALID, "limit orders require no stop price"),
    "trail of a limit": ({"trail": 4}, INVALID, "trail is for trailing stop orders only"),
    "auction": ({"time_in_force": "opg"}, NOT_ALLOWED, "time_in_force can be replaced by day or gtc only"),
    "used id": ({"qty": 5, "client_order_id": "used"}, INVALID, "client_order_id must be unique"),
}


@pytest.mark.parametrize(("body", "code", "message"), REFUSED.values(), ids=REFUSED)
def test_change_that_cannot_be_made_is_refused(desk: Desk, body: dict[str, object], code: int, message: str) -> None:
    order = desk.place("buy", type="limit", limit_price="5.00", client_order_id="used")
    refusal = refused(desk, order, **body)
    assert (refusal.status, refusal.code, refusal.message) == (422, code, message)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("text", "request body format is invalid"),
        ({"qty": "1.5"}, "qty must be integer"),
        ({"qty": 0}, "qty must be > 0"),
        ({"limit_price": "10.001"}, "sub-penny"),
        ({"time_in_force": "week"}, "invalid time_in_force"),
    ],
    ids=str,
)
def test_bad_change_is_refused(body: object, message: str) -> None:
    refusal = read_change(body)
    assert isinstance(refusal, Refusal)
    assert message in refusal.message


def test_orders_that_wait_or_are_over_cannot_be_replaced(desk: Desk) -> None:
    over = desk.place("buy")
    desk.settle()
    assert refused(desk, over, qty=3).message == "cannot replace order in filled status"
    desk.advance_to(CLOSE)
    waiting = desk.place("buy")
    assert refused(desk, waiting, qty=3).message == "cannot replace order in accepted status"


def test_notional_and_fractional_orders_keep_their_size(desk: Desk) -> None:
    dollars = desk.place("buy", "", notional="100", type="limit", limit_price="5.00")
    assert refused(desk, dollars, limit_price="6.00").message == "notional orders cannot be replaced"
    part = desk.place("buy", "0.5", type="limit", limit_price="5.00")
    assert refused(desk, part, qty=1).message == "qty of fractional orders cannot be replaced"
    assert replaced(desk, part, limit_price="6.00").qty == Decimal("0.5")


def test_unknown_order_is_not_found(desk: Desk) -> None:
    result = desk.exchange.desk.replace("x", change(qty=1))
    assert isinstance(result, Refusal)
    assert (result.status, result.code) == (404, NOT_FOUND)


# Closing positions


def test_position_is_closed_whole_in_part_and_by_percent(desk: Desk) -> None:
    desk.place("buy", "10")
    desk.advance()
    part = desk.exchange.desk.close_position("AAA", qty=Decimal(3), percentage=None)
    assert isinstance(part, Order)
    desk.advance()
    assert desk.exchange.account.position("AAA").qty == 7
    half = desk.exchange.desk.close_position("AAA", qty=None, percentage=Decimal(50))
    assert isinstance(half, Order)
    assert half.qty == Decimal("3.5")
    desk.advance()
    rest = desk.exchange.desk.close_position("AAA", qty=None, percentage=None)
    assert isinstance(rest, Order)
    desk.settle()
    assert desk.exchange.account.positions == {}


def test_held_shares_are_not_closed_unless_their_orders_are_canceled(desk: Desk) -> None:
    desk.place("buy", "10")
    desk.settle()
    resting = desk.place("sell", "10", type="limit", limit_price="99")
    ((symbol, refusal),) = desk.exchange.desk.close_all(cancel_orders=False)
    assert isinstance(refusal, Refusal)
    assert (symbol, refusal.status, refusal.body["related_orders"]) == ("AAA", 403, [resting.id])
    ((_, order),) = desk.exchange.desk.close_all(cancel_orders=True)
    assert isinstance(order, Order)
    assert desk.order(resting).status is OrderStatus.CANCELED


def test_position_that_does_not_exist_cannot_be_closed(desk: Desk) -> None:
    result = desk.exchange.desk.close_position("AAA", qty=None, percentage=None)
    assert isinstance(result, Refusal)
    assert (result.status, result.message) == (404, "position does not exist")


def test_closing_while_the_market_is_closed_queues(desk: Desk) -> None:
    desk.place("buy", "10")
    desk.advance_to(CLOSE)
    order = desk.exchange.desk.close_position("AAA", qty=None, percentage=None)
    assert isinstance(order, Order)
    assert order.status is OrderStatus.ACCEPTED


# Settings


def test_suspended_account_takes_no_new_order_but_cancels(desk: Desk) -> None:
    order = desk.place("buy", type="limit", limit_price="5.00")
    desk.exchange.desk.configure({"suspend_trade": True})
    desk.reopen()
    refusal = desk.refusal("buy")
    assert (refusal.status, refusal.message) == (403, "new orders are rejected by user request")
    assert isinstance(desk.exchange.cancel(order.id), Order)
    desk.exchange.desk.configure({"suspend_trade": False})
    desk.place("buy")


def test_fractions_can_be_switched_off(desk: Desk) -> None:
    desk.exchange.desk.configure({"fractional_trading": False})
    assert desk.refusal("buy", "0.5").status == 403
    desk.place("buy", "1")


@pytest.mark.parametrize(
    "body",
    [None, [], {"colour": 1}, {"suspend_trade": "true"}, {"max_margin_multiplier": 4}, {"max_margin_multiplier": []},
     {"trade_confirm_email": "some"}, {"max_options_trading_level": True}],
    ids=str,
)  # fmt: skip
def test_bad_settings_change_nothing(desk: Desk, body: object) -> None:
    before = desk.exchange.account
    assert isinstance(desk.exchange.desk.configure(body), Refusal)
    assert desk.exchange.account is before


def test_minute_later_order_keeps_its_place(desk: Desk) -> None:
    """A replaced order is as new as its replacement: it fills from the minute it was replaced in, not before."""
    order = desk.place("buy", type="limit", limit_price="5.00")
    desk.advance()
    new = replaced(desk, order, limit_price="12.00")
    assert new.eligible_from == OPEN + MINUTE
