"""The exchange with a volume cap, a spread and slippage switched on."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from database.bar import MINUTE
from orchestra.paper_exchange.book.fill_model import FillModel, FrictionFills
from orchestra.paper_exchange.book.orders import Leg, OrderStatus
from tests.orchestra.paper_exchange.made_market import CASH, CLOSE, OPEN, Desk, line

CALM = "10.00,10.20,9.80,10.10"
TENTH = FrictionFills(volume_fraction=Decimal("0.1"))
COSTLY = FrictionFills(spread_bps=Decimal(20), slippage_bps=Decimal(40))  # 0.5 % against whoever deals
Make = Callable[..., Desk]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    desks: list[Desk] = []

    def desk(model: FillModel, *prices: str, volume: str = "100") -> Desk:
        lines = [line(OPEN + n * MINUTE, each, volume=volume) for n, each in enumerate(prices)]
        desks.append(Desk(tmp_path, lines, fill_model=model))
        return desks[-1]

    yield desk
    for each in desks:
        each.exchange.close()


def test_volume_cap_spreads_a_market_order_over_bars(make: Make) -> None:
    desk = make(TENTH, CALM, "11.00,11.20,10.80,11.10", "12.00,12.20,11.80,12.10")
    order = desk.place("buy", "25")
    # Calling again in the same minute must not take the same volume twice.
    assert [fill.qty for fill in desk.settle()] == [10]
    desk.advance()
    partial = desk.order(order)
    assert (partial.status, partial.filled_qty) == (OrderStatus.PARTIALLY_FILLED, 10)
    desk.reopen()
    desk.advance_to(OPEN + 3 * MINUTE)
    filled = desk.order(order)
    assert (filled.status, filled.filled_qty) == (OrderStatus.FILLED, 25)
    assert filled.filled_avg_price == Decimal(10 * 10 + 10 * 11 + 5 * 12) / 25
    assert desk.exchange.account.cash == CASH - 270


def test_orders_share_a_bars_volume_in_the_order_they_came(make: Make) -> None:
    desk = make(TENTH, CALM)
    first, second = desk.place("buy", "7"), desk.place("buy", "7")
    desk.settle()
    assert (desk.order(first).filled_qty, desk.order(second).filled_qty) == (7, 3)


@pytest.mark.requirement("S2-68")
def test_rest_of_a_partly_filled_day_order_expires_at_the_close(make: Make) -> None:
    desk = make(TENTH, CALM)
    order = desk.place("buy", "25")
    desk.advance_to(CLOSE)
    desk.settle()
    expired = desk.order(order)
    assert (expired.status, expired.filled_qty, expired.filled_at) == (OrderStatus.EXPIRED, 10, None)
    assert desk.exchange.account.position("AAA").qty == 10


def test_dollars_are_spent_over_bars_at_their_prices(make: Make) -> None:
    desk = make(TENTH, CALM, "20.00,20.20,19.80,20.10", CALM)
    order = desk.place("buy", "", notional="180")
    desk.settle()
    first = desk.order(order)
    assert (first.status, first.filled_qty, first.open_notional) == (OrderStatus.PARTIALLY_FILLED, 10, 80)
    desk.advance_to(OPEN + 2 * MINUTE)
    assert (desk.order(order).status, desk.order(order).filled_qty) == (OrderStatus.FILLED, 14)
    assert [fill.leaves_qty for fill in desk.exchange.store.fills()] == [8, 0]
    assert desk.exchange.account.cash == CASH - 180


def test_whole_shares_are_not_cut_into_fractions(make: Make) -> None:
    desk = make(TENTH, CALM, volume="57")
    order = desk.place("buy", "10")
    desk.settle()
    assert desk.order(order).filled_qty == 5


@pytest.mark.parametrize(("life", "filled"), [("ioc", 10), ("fok", 0)])
def test_order_for_one_moment_gets_what_is_there_or_nothing(make: Make, life: str, filled: int) -> None:
    desk = make(TENTH, CALM, CALM)
    order = desk.place("buy", "25", time_in_force=life)
    desk.settle()
    assert (desk.order(order).filled_qty, desk.order(order).status) == (filled, OrderStatus.CANCELED)


def test_legs_wait_for_the_whole_entry_and_a_part_of_the_target_shrinks_the_stop(make: Make) -> None:
    desk = make(TENTH, CALM, CALM, "10.00,11.50,9.90,11.20", "11.20,11.30,8.00,8.10")
    order = desk.place(
        "buy", "15", order_class="bracket", take_profit={"limit_price": "11.00"}, stop_loss={"stop_price": "9.00"}
    )
    desk.settle()
    assert {leg.status for leg in desk.exchange.store.legs([order.id])[order.id]} == {OrderStatus.HELD}
    desk.advance_to(OPEN + 3 * MINUTE)
    legs = {leg.leg: leg for leg in desk.exchange.store.legs([order.id])[order.id]}
    assert (legs[Leg.TAKE_PROFIT].filled_qty, legs[Leg.STOP_LOSS].qty) == (10, 5)
    desk.advance()
    stop = desk.order(legs[Leg.STOP_LOSS])
    assert (stop.filled_qty, stop.filled_avg_price) == (5, 9)
    assert desk.exchange.account.positions == {}


def test_leg_whose_shares_were_sold_meanwhile_is_rejected(make: Make) -> None:
    desk = make(TENTH, CALM, CALM, CALM)
    order = desk.place("buy", "15", order_class="oto", take_profit={"limit_price": "11.00"})
    desk.settle()
    desk.place("sell", "10", type="limit", limit_price="10.90")
    desk.advance_to(OPEN + 2 * MINUTE)
    (leg,) = desk.exchange.store.legs([order.id])[order.id]
    assert leg.status is OrderStatus.REJECTED
    assert leg.failed_at is not None


def test_stop_of_a_target_whose_shares_were_sold_meanwhile_never_wakes(make: Make) -> None:
    desk = make(TENTH, CALM, CALM, CALM, "10.00,10.10,8.00,8.10")
    order = desk.place(
        "buy", "15", order_class="bracket", take_profit={"limit_price": "11.00"}, stop_loss={"stop_price": "9.00"}
    )
    desk.settle()
    desk.place("sell", "10", type="limit", limit_price="12.00")
    desk.advance_to(OPEN + 2 * MINUTE)
    legs = {leg.leg: leg.status for leg in desk.exchange.store.legs([order.id])[order.id]}
    assert legs == {Leg.TAKE_PROFIT: OrderStatus.REJECTED, Leg.STOP_LOSS: OrderStatus.CANCELED}
    desk.place(
        "sell", "5", type="limit", order_class="oco",
        take_profit={"limit_price": "11.00"}, stop_loss={"stop_price": "7.00"},
    )  # fmt: skip
    # The bar falls through the bracket's stop: the shares are those of the two orders that claimed them.
    desk.advance_to(OPEN + 4 * MINUTE)
    account = desk.exchange.account
    assert (account.held_for_orders("AAA"), account.position("AAA").qty) == (15, 15)


def test_takers_pay_spread_and_slippage(make: Make) -> None:
    desk = make(COSTLY, CALM, CALM, "10.00,10.20,9.00,9.90")
    bought = desk.place("buy", "10")
    desk.advance()
    stop = desk.place("sell", "5", type="stop", stop_price="9.50", time_in_force="gtc")
    desk.advance_to(OPEN + 3 * MINUTE)
    assert desk.order(bought).filled_avg_price == Decimal("10.05")
    assert desk.order(stop).filled_avg_price == Decimal("9.4525")


def test_limit_is_kept_whatever_the_costs(make: Make) -> None:
    desk = make(COSTLY, CALM)
    order = desk.place("buy", "10", type="limit", limit_price="10.01")
    desk.advance()
    assert desk.order(order).filled_avg_price == Decimal("10.01")


def test_buying_power_is_checked_at_the_price_a_buyer_pays(make: Make) -> None:
    desk = make(COSTLY, CALM)
    refusal = desk.refusal("buy", "10000")
    assert refusal.body["cost_basis"] == "100500"
