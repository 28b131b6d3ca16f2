"""Every order type, class and time in force against bars made for it."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from database.bar import MINUTE
from orchestra.paper_exchange.book.orders import Order, OrderStatus, OrderType, OrderUpdate, microseconds
from orchestra.paper_exchange.book.refusal import Refusal
from tests.orchestra.paper_exchange.made_market import CASH, CLOSE, NEXT_OPEN, OPEN, Desk, line

CALM = "10.00,10.20,9.80,10.10"
Bars = Callable[..., Desk]


class Listener:
    """Collects the order events of an exchange. Satisfies Streams."""

    def __init__(self) -> None:
        self.updates: list[OrderUpdate] = []

    def wanted(self) -> frozenset[str]:
        return frozenset()

    def minute_began(self, minute: int) -> None:
        return

    def send_bars(self, bars: object) -> frozenset[str]:
        return frozenset()

    def send_update(self, update: OrderUpdate) -> None:
        self.updates.append(update)

    def told(self, *orders: Order) -> list[str]:
        """Return 'name event' of these orders in the order they were told; a name is the order's place in the call."""
        names = {order.id: str(place) for place, order in enumerate(orders)}
        return [f"{names[each.order.id]} {each.event}" for each in self.updates if each.order.id in names]


@pytest.fixture
def bars(tmp_path: Path) -> Iterator[Bars]:
    """Return a maker of desks: the prices of AAA in the first minutes, or lines of any minutes."""
    desks: list[Desk] = []

    def make(*prices: str, more: list[str] | None = None) -> Desk:
        lines = [line(OPEN + n * MINUTE, each) for n, each in enumerate(prices) if each]
        desk = Desk(tmp_path, [*lines, *(more or []), line(NEXT_OPEN, CALM)])
        desks.append(desk)
        return desk

    yield make
    for desk in desks:
        desk.exchange.close()


def hold(desk: Desk, qty: str = "10") -> Listener:
    """Buy shares in the first minute, then listen."""
    desk.place("buy", qty)
    desk.advance()
    listener = Listener()
    desk.exchange.attach(listener)
    return listener


def family(desk: Desk, order: Order) -> dict[str, Order]:
    """Return the order's legs as the book holds them, by what they do."""
    return {str(leg.leg): leg for leg in desk.exchange.store.legs([order.id]).get(order.id, [])}


def bracket(target: str = "11.00", stop: str = "9.00", **more: object) -> dict[str, object]:
    return {"order_class": "bracket", "take_profit": {"limit_price": target}, "stop_loss": {"stop_price": stop}} | more


# Stops


def test_sell_stop_inside_a_bar_fills_at_the_stop(bars: Bars) -> None:
    desk = bars(CALM, "10.00,10.20,9.40,9.90")
    hold(desk)
    order = desk.place("sell", type="stop", stop_price="9.50")
    assert desk.settle() == []
    desk.advance()
    assert (desk.order(order).filled_avg_price, desk.order(order).status) == (Decimal("9.50"), OrderStatus.FILLED)


def test_gap_through_a_stop_fills_at_the_open(bars: Bars) -> None:
    desk = bars(CALM, "8.00,8.50,7.90,8.10")
    hold(desk)
    order = desk.place("sell", type="stop", stop_price="9.50")
    desk.advance()
    assert desk.order(order).filled_avg_price == 8


def test_untouched_stop_waits(bars: Bars) -> None:
    desk = bars(CALM, "10.00,10.20,9.51,9.90")
    hold(desk)
    order = desk.place("sell", type="stop", stop_price="9.50")
    desk.advance()
    assert desk.order(order).status is OrderStatus.NEW


@pytest.mark.parametrize(("stop", "limit"), [("20.00", "20.80"), ("49.99", "51.99"), ("50.00", "51.25")])
def test_buy_stop_becomes_a_stop_limit(bars: Bars, stop: str, limit: str) -> None:
    order = bars(CALM).place("buy", type="stop", stop_price=stop)
    assert (order.type, order.limit_price) == (OrderType.STOP_LIMIT, Decimal(limit))


def test_buy_stop_does_not_follow_a_gap_beyond_its_limit_and_fills_on_the_way_back(bars: Bars) -> None:
    desk = bars("11.00,11.10,10.90,11.00", "11.00,11.20,10.40,10.50")
    order = desk.place("buy", type="stop", stop_price="10.50")  # limit 10.92
    desk.advance()
    first = desk.order(order)
    # Woken by the open at 11.00, a limit order from then on: the bar went through 10.92 after its open.
    assert (first.is_triggered, first.filled_avg_price) == (True, Decimal("10.92"))


def test_stop_limit_woken_inside_a_bar_at_a_bad_price_waits_for_the_next_bar(bars: Bars) -> None:
    desk = bars(CALM, "10.00,10.10,9.40,9.45", "9.70,9.90,9.60,9.80")
    hold(desk)
    order = desk.place("sell", type="stop_limit", stop_price="9.50", limit_price="9.60")
    desk.advance()
    woken = desk.order(order)
    assert (woken.is_triggered, woken.status) == (True, OrderStatus.NEW)
    desk.reopen()
    desk.advance()
    assert desk.order(order).filled_avg_price == Decimal("9.70")


# Trailing stops


def test_trailing_stop_follows_the_high_of_bars_that_are_over(bars: Bars) -> None:
    desk = bars(CALM, "10.10,11.00,9.90,10.90", "10.90,12.00,10.70,10.80", "11.60,11.70,11.40,11.45")
    hold(desk)
    order = desk.place("sell", type="trailing_stop", trail_price="0.50", time_in_force="gtc")
    assert (order.hwm, order.stop_price) == (Decimal("10.10"), Decimal("9.60"))
    desk.advance()
    # The bar's low of 9.90 lay above the stop of 9.60; its high lifts the stop only for the next one.
    assert (desk.order(order).hwm, desk.order(order).stop_price) == (11, Decimal("10.50"))
    desk.advance()
    assert desk.order(order).stop_price == Decimal("11.50")
    desk.reopen()
    desk.advance()
    assert desk.order(order).filled_avg_price == Decimal("11.50")


def test_trailing_percent_and_buys_work_the_other_way_round(bars: Bars) -> None:
    desk = bars(CALM, "10.10,10.40,9.00,9.10", "9.10,9.50,9.05,9.40")
    desk.advance()
    order = desk.place("buy", type="trailing_stop", trail_percent="5")
    assert (order.hwm, order.stop_price) == (Decimal("10.10"), Decimal("10.60"))
    desk.advance()
    assert (desk.order(order).hwm, desk.order(order).stop_price) == (9, Decimal("9.45"))
    desk.advance()
    assert desk.order(order).filled_avg_price == Decimal("9.45")


# One moment and auctions


def test_ioc_takes_what_the_open_gives_and_is_canceled_otherwise(bars: Bars) -> None:
    desk = bars(CALM, CALM)
    taken = desk.place("buy", type="limit", limit_price="10.00", time_in_force="ioc")
    missed = desk.place("buy", type="limit", limit_price="9.99", time_in_force="ioc")
    desk.advance()
    assert desk.order(taken).filled_avg_price == 10
    # The bar went through 9.99, but not at its open.
    assert desk.order(missed).status is OrderStatus.CANCELED


@pytest.mark.parametrize("life", ["ioc", "fok"])
def test_market_order_for_one_moment_is_canceled_in_a_minute_without_a_trade(bars: Bars, life: str) -> None:
    desk = bars(CALM, "", CALM)
    desk.advance()
    order = desk.place("buy", time_in_force=life)
    settlement = desk.exchange.done(desk.exchange.now)
    assert not settlement.is_settled
    assert desk.order(order).status is OrderStatus.CANCELED


def test_opening_auction_is_entered_while_closed_and_filled_at_the_open(bars: Bars) -> None:
    desk = bars(CALM)
    assert "market is open" in desk.refusal("buy", time_in_force="opg").message
    desk.advance_to(CLOSE)
    order = desk.place("buy", time_in_force="opg")
    missed = desk.place("buy", type="limit", limit_price="9.99", time_in_force="opg")
    assert order.status is OrderStatus.ACCEPTED
    desk.advance_to(NEXT_OPEN + MINUTE)
    assert (desk.order(order).filled_avg_price, desk.order(order).filled_at) == (10, microseconds(NEXT_OPEN))
    assert desk.order(missed).status is OrderStatus.CANCELED


def test_closing_auction_fills_at_the_close_of_the_last_bar(bars: Bars) -> None:
    desk = bars(CALM, more=[line(CLOSE - MINUTE, "10.00,11.00,9.00,10.70")])
    order = desk.place("buy", time_in_force="cls")
    missed = desk.place("buy", type="limit", limit_price="10.69", time_in_force="cls")
    desk.advance_to(CLOSE - 10 * MINUTE)
    assert "ten minutes" in desk.refusal("buy", time_in_force="cls").message
    desk.advance_to(CLOSE)
    assert desk.order(order).filled_avg_price == Decimal("10.70")
    assert desk.order(missed).status is OrderStatus.CANCELED


# Dollars and fractions


def test_notional_buy_spends_its_dollars_and_keeps_nine_decimals(bars: Bars) -> None:
    desk = bars("3.00,3.10,2.90,3.00")
    order = desk.place("buy", qty="", notional="100")
    assert desk.exchange.account.buying_power(desk.exchange.last_price) == CASH - 100
    desk.settle()
    filled = desk.order(order)
    assert (filled.filled_qty, filled.status) == (Decimal("33.333333333"), OrderStatus.FILLED)
    assert CASH - desk.exchange.account.cash == Decimal("99.999999999")


def test_notional_sell_never_sells_more_than_it_claimed(bars: Bars) -> None:
    desk = bars(CALM, "5.00,5.10,4.90,5.00")
    hold(desk)
    order = desk.place("sell", qty="", notional="50.5")  # five shares at the last price of 10.10
    assert desk.refusal("sell", "6").body["available"] == "5"
    desk.settle()
    assert (desk.order(order).filled_qty, desk.order(order).status) == (5, OrderStatus.FILLED)


# Lives and hours


def test_gtc_order_rests_overnight_and_is_new_again_at_the_open(bars: Bars) -> None:
    desk = bars(CALM, CALM)
    listener = hold(desk)
    order = desk.place("sell", type="limit", limit_price="99", time_in_force="gtc")
    desk.advance_to(CLOSE)
    desk.settle()
    assert desk.order(order).status is OrderStatus.DONE_FOR_DAY
    desk.reopen()
    desk.exchange.attach(listener)
    desk.advance()
    assert listener.told(order) == ["0 new", "0 done_for_day", "0 new"]
    assert order.expires_at == OPEN + MINUTE + 90 * 24 * 3600


def extended_lines() -> list[str]:
    return [
        line(CLOSE + 30 * MINUTE, "10.30,10.90,10.20,10.80"),
        line(NEXT_OPEN - 30 * MINUTE, "9.40,9.60,9.20,9.50"),
    ]


def test_order_for_extended_hours_meets_the_bars_after_the_close(bars: Bars) -> None:
    desk = bars(CALM, CALM, more=extended_lines())
    hold(desk)
    order = desk.place("sell", "4", type="limit", limit_price="10.60", extended_hours=True)
    plain = desk.place("sell", "4", type="limit", limit_price="10.60")
    desk.advance_to(CLOSE)
    assert desk.settle() == []
    assert (desk.order(order).status, desk.order(plain).status) == (OrderStatus.NEW, OrderStatus.EXPIRED)
    evening = desk.place("sell", "2", type="limit", limit_price="10.70", extended_hours=True)
    assert evening.status is OrderStatus.NEW
    desk.advance()
    for each, price in ((order, "10.60"), (evening, "10.70")):
        assert desk.order(each).filled_avg_price == Decimal(price)
        assert desk.order(each).filled_at == microseconds(CLOSE + 30 * MINUTE)
    settlement = desk.exchange.done(NEXT_OPEN)
    assert {fill.client_order_id for fill in settlement.executions} == {order.client_order_id, evening.client_order_id}


def test_day_order_for_extended_hours_ends_with_the_evening_and_gtc_sees_the_morning(bars: Bars) -> None:
    desk = bars(CALM, CALM, more=extended_lines())
    terms = {"type": "limit", "limit_price": "9.30", "extended_hours": True}
    day, lasting = desk.place("buy", **terms), desk.place("buy", time_in_force="gtc", **terms)
    desk.advance_to(NEXT_OPEN)
    assert desk.order(day).status is OrderStatus.EXPIRED
    assert desk.order(day).expired_at == microseconds(CLOSE + 4 * 3600)
    assert desk.order(lasting).filled_avg_price == Decimal("9.30")
    assert desk.order(lasting).filled_at == microseconds(NEXT_OPEN - 30 * MINUTE)


# Families


def test_bracket_waits_fills_and_takes_its_profit(bars: Bars) -> None:
    desk = bars(CALM, "10.00,11.50,9.90,11.20")
    listener = Listener()
    desk.exchange.attach(listener)
    order = desk.place("buy", **bracket())
    legs = family(desk, order)
    assert {leg.status for leg in legs.values()} == {OrderStatus.HELD}
    desk.settle()
    assert [leg.status for leg in family(desk, order).values()] == [OrderStatus.NEW, OrderStatus.HELD]
    assert desk.refusal("sell", "1").body["available"] == "0"
    desk.advance()
    desk.advance()
    after = family(desk, order)
    assert after["take_profit"].filled_avg_price == 11
    assert after["stop_loss"].status is OrderStatus.CANCELED
    assert listener.told(order, legs["take_profit"], legs["stop_loss"]) == [
        "0 new", "1 held", "2 held", "0 fill", "1 new", "1 fill", "2 canceled",
    ]  # fmt: skip
    assert desk.exchange.account.positions == {}


def test_bar_that_holds_stop_and_target_costs_the_stop(bars: Bars) -> None:
    desk = bars(CALM, "10.00,12.00,8.00,11.90")
    listener = Listener()
    desk.exchange.attach(listener)
    order = desk.place("buy", **bracket())
    desk.advance()
    desk.advance()
    legs = family(desk, order)
    assert legs["stop_loss"].filled_avg_price == 9
    assert legs["take_profit"].status is OrderStatus.CANCELED
    assert listener.told(legs["take_profit"], legs["stop_loss"])[-3:] == ["0 canceled", "1 new", "1 fill"]


def test_entry_inside_a_bar_can_be_stopped_in_it_but_not_take_its_profit(bars: Bars) -> None:
    desk = bars("10.00,11.50,9.40,11.20", CALM)
    order = desk.place("buy", type="limit", limit_price="9.50", **bracket())
    desk.advance()
    legs = family(desk, order)
    # The high of 11.50 may have been before the entry at 9.50.
    assert (desk.order(order).filled_avg_price, legs["take_profit"].status) == (Decimal("9.50"), OrderStatus.NEW)


def test_entry_inside_a_bar_that_falls_on_is_stopped_in_the_same_bar(bars: Bars) -> None:
    desk = bars("10.00,10.20,8.90,9.00")
    order = desk.place("buy", type="limit", limit_price="9.50", **bracket())
    desk.advance()
    assert family(desk, order)["stop_loss"].filled_avg_price == 9
    assert desk.exchange.account.positions == {}


@pytest.mark.parametrize("part", ["parent", "take_profit", "stop_loss"])
def test_canceling_any_part_of_a_family_cancels_the_rest(bars: Bars, part: str) -> None:
    desk = bars(CALM, CALM)
    order = desk.place("buy", type="limit", limit_price="5.00", **bracket(target="6.00", stop="4.00"))
    legs = family(desk, order)
    target = order if part == "parent" else legs[part]
    assert not isinstance(desk.exchange.cancel(target.id), Refusal)
    statuses = {desk.order(each).status for each in (order, *legs.values())}
    assert statuses == {OrderStatus.CANCELED}


def test_oco_sells_once(bars: Bars) -> None:
    desk = bars(CALM, "10.00,10.30,8.90,9.00")
    listener = hold(desk)
    order = desk.place("sell", type="limit", **bracket(target="10.90", stop="9.00", order_class="oco"))
    assert (order.limit_price, order.status) == (Decimal("10.90"), OrderStatus.NEW)
    assert desk.refusal("sell", "1").body["held_for_orders"] == "10"
    desk.advance()
    (stop,) = family(desk, order).values()
    assert stop.filled_avg_price == 9
    assert listener.told(order, stop) == ["0 new", "1 held", "0 canceled", "1 new", "1 fill"]


def test_oco_at_its_target_cancels_the_stop(bars: Bars) -> None:
    desk = bars(CALM, "10.00,11.30,9.90,11.00")
    hold(desk)
    order = desk.place("sell", type="limit", **bracket(target="10.90", stop="9.00", order_class="oco"))
    desk.advance()
    assert desk.order(order).filled_avg_price == Decimal("10.90")
    assert [leg.status for leg in family(desk, order).values()] == [OrderStatus.CANCELED]


def test_oto_stop_becomes_new_with_its_entry(bars: Bars) -> None:
    desk = bars(CALM, "10.00,10.20,8.90,9.00")
    order = desk.place("buy", order_class="oto", stop_loss={"stop_price": "9.00", "limit_price": "8.95"})
    desk.settle()
    assert family(desk, order)["stop_loss"].status is OrderStatus.NEW
    desk.advance()
    desk.advance()
    assert family(desk, order)["stop_loss"].filled_avg_price == 9


def test_stop_price_above_the_entry_is_refused(bars: Bars) -> None:
    desk = bars(CALM)
    refusal = desk.refusal("buy", **bracket(stop="10.00"))
    assert refusal.message == "stop_loss.stop_price must be <= base_price - 0.01"
    assert desk.exchange.account.working == {}


def test_day_bracket_ends_with_its_session(bars: Bars) -> None:
    desk = bars(CALM, CALM)
    order = desk.place("buy", **bracket())
    desk.advance_to(CLOSE)
    desk.settle()
    assert {leg.status for leg in family(desk, order).values()} == {OrderStatus.EXPIRED}
    assert desk.exchange.account.working == {}
