"""Splits and dividends at the open of their ex date."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from alpaca.trading.client import TradingClient

from database.calendar_manager import MarketCalendar
from orchestra.paper_exchange.book.orders import Order, OrderStatus
from orchestra.paper_exchange.market.corporate_action import ActionKind, CorporateAction
from orchestra.paper_exchange.market.replay import ReplayMarket
from orchestra.paper_exchange.server import PaperExchangeServer
from tests.orchestra.paper_exchange.made_market import CASH, CLOSE, NEXT_OPEN, OPEN, Desk, line, write

EX_DATE = date(2024, 7, 5)
SPLIT = CorporateAction(ActionKind.FORWARD_SPLIT, "AAA", EX_DATE, Decimal(2), Decimal(1))
REVERSE = CorporateAction(ActionKind.REVERSE_SPLIT, "AAA", EX_DATE, Decimal(1), Decimal(3))
DIVIDEND = CorporateAction(ActionKind.CASH_DIVIDEND, "AAA", EX_DATE, rate=Decimal("0.255"))


class ActingMarket:
    """Recorded bars of a company that acts. Satisfies Market."""

    def __init__(self, replay: ReplayMarket, actions: Sequence[CorporateAction]) -> None:
        self._replay = replay
        self._actions = actions
        self.halted: set[str] = set()

    def __getattr__(self, name: str) -> object:
        return getattr(self._replay, name)

    def is_halted(self, symbol: str, _ts: int) -> bool:
        return symbol in self.halted

    def actions(self, symbols: Collection[str], start: date, end: date) -> Sequence[CorporateAction]:
        return [each for each in self._actions if each.symbol in symbols and start <= each.ex_date <= end]


@pytest.fixture
def acting(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    desks: list[Desk] = []

    def make(*actions: CorporateAction) -> Desk:
        lines = [line(OPEN, "10.00,10.20,9.80,10.10"), line(NEXT_OPEN, "5.00,5.20,4.90,5.10")]
        replay = ReplayMarket.read([write(tmp_path / "acting.csv", lines)], MarketCalendar())
        desks.append(Desk(tmp_path, market=ActingMarket(replay, actions)))  # type: ignore[arg-type]  # by __getattr__
        return desks[-1]

    yield make
    for desk in desks:
        desk.exchange.close()


def hold_overnight(desk: Desk, qty: str = "1", **order: object) -> Order:
    """Buy ten at 10.00 in the first minute, rest a GTC order to sell, and go to the next open."""
    desk.place("buy", "10")
    desk.advance()
    terms = {"type": "limit", "limit_price": "99", "time_in_force": "gtc"} | order
    resting = desk.place("sell", qty, **terms)
    desk.advance_to(NEXT_OPEN)
    return resting


def test_split_multiplies_shares_and_leaves_their_cost(acting: Callable[..., Desk]) -> None:
    desk = acting(SPLIT)
    hold_overnight(desk)
    position = desk.exchange.account.position("AAA")
    assert (position.qty, position.cost, position.average_price) == (20, 100, 5)
    (activity,) = desk.exchange.store.activities()
    assert (activity.kind, activity.qty, activity.day) == ("SPLIT", 10, EX_DATE)
    desk.reopen()
    assert desk.exchange.account.position("AAA") == position


def test_split_happens_once_whatever_restarts(acting: Callable[..., Desk]) -> None:
    desk = acting(SPLIT)
    desk.place("buy", "10")
    desk.advance_to(CLOSE)
    desk.reopen()
    desk.advance()
    desk.reopen()
    desk.advance()
    assert desk.exchange.account.position("AAA").qty == 20


def test_open_orders_follow_a_split(acting: Callable[..., Desk]) -> None:
    desk = acting(SPLIT)
    order = hold_overnight(desk, "3", limit_price="10.99")
    assert (desk.order(order).qty, desk.order(order).limit_price) == (6, Decimal("5.50"))


def test_trailing_stop_follows_a_split(acting: Callable[..., Desk]) -> None:
    desk = acting(SPLIT)
    order = hold_overnight(desk, "3", type="trailing_stop", trail_price="2", limit_price=None)
    split = desk.order(order)
    assert (split.hwm, split.stop_price, split.trail_price) == (Decimal("5.05"), Decimal("4.05"), 1)


def test_reverse_split_keeps_fractions_held_and_rounds_orders_down(acting: Callable[..., Desk]) -> None:
    desk = acting(REVERSE)
    order = hold_overnight(desk, "10")
    assert desk.exchange.account.position("AAA").qty == Decimal("3.333333333")
    assert (desk.order(order).qty, desk.order(order).limit_price) == (3, 297)


def test_order_that_a_reverse_split_leaves_nothing_of_is_canceled(acting: Callable[..., Desk]) -> None:
    desk = acting(REVERSE)
    order = hold_overnight(desk, "2")
    assert desk.order(order).status is OrderStatus.CANCELED


def test_dividend_is_paid_for_the_shares_held_and_lowers_sell_stops(
    acting: Callable[..., Desk],
) -> None:
    desk = acting(DIVIDEND)
    stop = hold_overnight(desk, "5", type="stop", stop_price="4.50", limit_price=None)
    assert desk.exchange.account.cash == CASH - 100 + Decimal("2.55")
    assert desk.order(stop).stop_price == Decimal("4.24")
    (activity,) = desk.exchange.store.activities()
    assert (activity.kind, activity.net_amount, activity.qty) == ("DIV", Decimal("2.55"), 10)


def test_dividend_lowers_buy_limits(acting: Callable[..., Desk]) -> None:
    desk = acting(DIVIDEND)
    buy = desk.place("buy", "1", type="limit", limit_price="4.00", time_in_force="gtc")
    desk.advance_to(NEXT_OPEN)
    assert desk.order(buy).limit_price == Decimal("3.74")


def test_dividend_leaves_sell_limits_alone(acting: Callable[..., Desk]) -> None:
    desk = acting(DIVIDEND)
    order = hold_overnight(desk, "5", limit_price="11.00")
    assert desk.order(order).limit_price == 11


def test_stock_that_is_halted_for_good_takes_no_order(acting: Callable[..., Desk]) -> None:
    desk = acting()
    desk.market.halted = {"AAA"}  # type: ignore[attr-defined]  # the made-up market's own
    refusal = desk.refusal("buy")
    assert (refusal.status, refusal.message) == (422, 'asset "AAA" is not tradable')


def test_whoever_holds_nothing_gets_nothing(acting: Callable[..., Desk]) -> None:
    desk = acting(DIVIDEND, SPLIT)
    desk.advance_to(NEXT_OPEN)
    assert desk.exchange.account.cash == CASH
    assert desk.exchange.store.activities() == []


def test_split_and_dividend_are_activities_and_cashflow(acting: Callable[..., Desk]) -> None:
    desk = acting(DIVIDEND, SPLIT)
    hold_overnight(desk)
    desk.advance()
    server = PaperExchangeServer(desk.exchange, key="key", secret="secret")
    client = TradingClient("key", "secret", url_override=server.start())
    split, dividend = client.get("/account/activities", {"category": "non_trade_activity", "date": "2024-07-05"})
    history = client.get("/account/portfolio/history", {"period": "5D", "timeframe": "1D", "cashflow_types": "ALL"})
    (position,) = client.get_all_positions()
    server.stop()
    assert {key: dividend[key] for key in dividend if key != "id"} == {
        "activity_type": "DIV",
        "activity_sub_type": "CDIV",
        "date": "2024-07-05",
        "net_amount": "2.55",
        "symbol": "AAA",
        "qty": "10",
        "per_share_amount": "0.255",
        "status": "executed",
        "currency": "USD",
        "created_at": "2024-07-05T13:30:00Z",
        "description": "cash dividend",
    }
    assert dividend["id"].startswith("20240705000000000::")
    assert (split["activity_type"], split["qty"], split["description"]) == ("SPLIT", "10", "2 for 1 split")
    # Twenty shares at today's close of 5.10, and the dividend of ten old ones.
    assert history["cashflow"] == {"DIV": [0.0, 2.55]}
    assert history["equity"] == [100_001.0, 100_004.55]
    # The close of 10.10 before the split is 5.05 on today's terms.
    assert (position.lastday_price, position.current_price, position.qty) == ("5.05", "5.1", "20")


def test_split_leaves_what_the_account_is_worth_before_the_first_bar_on_new_terms(acting: Callable[..., Desk]) -> None:
    desk = acting(SPLIT)
    hold_overnight(desk)
    assert desk.exchange.last_price("AAA") == Decimal("5.05")
    assert desk.exchange.account.equity(desk.exchange.last_price) == desk.exchange.account.last_equity == CASH + 1
