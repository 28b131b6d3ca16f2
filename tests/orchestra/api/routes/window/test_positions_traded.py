"""Positions as a reader sees them while a whole engine trades: open, being sold, closed and why, over restarts too."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from database.bar import MINUTE
from orchestra.execution.books import Books
from orchestra.messages.commands import CancelOrder, StopAlgorithm
from system_databse.decision import Decision
from system_databse.order import Order, OrderStatus, Side
from system_databse.trading_signal import Action, Outcome, TradingSignal
from tests.orchestra.api.api_house import ApiHouse, Visitor
from tests.orchestra.execution.order_path import CALENDAR, SteppedClock
from tests.orchestra.owner_house import OPEN, OwnerHouse, open_house
from tests.system_databse.made_orders import NOON, open_store, order_in, report_of

# Buys five, and from its second turn on wants out.
LEAVER = """
class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.reason = ""
        self.metadata = {}

    def run(self, current_time, algo_id):
        from system_databse.system_db_manager import get_transactions

        held = sum(each["shares"] if each["type"] == "buy" else -each["shares"] for each in get_transactions(algo_id))
        self.reason = "fell below its stop" if held else "has none"
        self.metadata = {"exit": "stop_loss"} if held else {}
        return ("sell", held) if held else ("buy", 5)
"""


class Window:
    """What other programs are told of the engine's books."""

    def __init__(self, api: ApiHouse) -> None:
        self.api = api
        self.reader: Visitor = api.owner()

    def symbols(self, status: str) -> list[str]:
        return [each["symbol"] for each in self.reader.get(f"/positions?status={status}").json]

    def one(self) -> dict[str, Any]:
        (told,) = self.reader.get("/positions?status=all").json
        assert isinstance(told, dict)
        return told


@pytest.fixture
def trading(tmp_path: Path) -> Iterator[OwnerHouse]:
    house = open_house(tmp_path, is_real=True)
    house.create_pin()
    (house.folder / "algorithm" / "leaver.py").write_text(LEAVER, encoding="utf-8")
    yield house
    house.close()


@pytest.fixture
def window(house: ApiHouse, trading: OwnerHouse) -> Window:
    """Return the window on the books of the engine."""
    house.parts = replace(house.parts, system=trading.stores.system, board=trading.board)
    return Window(house)


@pytest.mark.requirement("S0-07", "S1-11", "S3-17")
def test_what_is_being_sold_says_so_over_a_restart_and_then_why(trading: OwnerHouse, window: Window) -> None:
    trading.start_algorithm("leaver")
    trading.minute_at(OPEN + MINUTE)
    trading.fill()
    assert (window.symbols("open"), window.symbols("closing"), window.one()["status"]) == (["ACME"], [], "OPEN")
    trading.minute_at(OPEN + 2 * MINUTE)
    assert (window.symbols("open"), window.symbols("closing")) == (["ACME"], ["ACME"])
    trading.restart()
    assert window.symbols("closing") == ["ACME"]
    trading.fill()
    told = window.one()
    assert (told["status"], told["quantity"], told["close_reason"]) == ("CLOSED", 0, "stop_loss")
    assert trading.rows(
        "SELECT o.purpose, s.action, s.reason FROM positions p JOIN orders o ON o.id = p.order_id"
        " JOIN signals s ON s.id = p.signal_id"
    ) == [("ENTRY", "buy", "has none")], "the row names what opened it"


def test_what_the_owner_sells_is_closing_too_and_says_who_wanted_it(trading: OwnerHouse, window: Window) -> None:
    id_ = trading.start_algorithm("buyer")
    trading.minute_at(OPEN + MINUTE)
    trading.fill()
    assert trading.give(StopAlgorithm(id_, is_selling=True)).refusal is None
    trading.pass_until(lambda: window.symbols("closing") == ["ACME"])
    trading.fill()
    assert window.one()["close_reason"] == "the owner stopped it and wants its shares sold"


def test_a_sale_that_is_canceled_leaves_the_position_open(trading: OwnerHouse, window: Window) -> None:
    trading.start_algorithm("leaver")
    trading.minute_at(OPEN + MINUTE)
    trading.fill()
    trading.minute_at(OPEN + 2 * MINUTE)
    (sale,) = trading.engine.books.open_orders()
    assert window.symbols("closing") == ["ACME"]
    assert trading.give(CancelOrder(sale.client_order_id)).refusal is None
    trading.pass_until(lambda: not trading.engine.books.open_orders())
    assert (window.symbols("open"), window.symbols("closing")) == (["ACME"], [])


class Seller:
    """Books that hold ten SPY and sell them by an order of which the broker says what the test wants."""

    def __init__(self, folder: Path) -> None:
        self.store = open_store(folder)
        self.clock = SteppedClock(NOON.timestamp())
        self.books = self._open()
        self.legs = 0
        bought = self.order(Side.BUY)
        self.say(bought, OrderStatus.FILLED, 10)

    def kill(self) -> None:
        self.books = self._open()

    def order(self, side: Side, **signal: Any) -> Order:
        self.legs += 1
        order, minute = order_in(leg=self.legs, side=side), int(NOON.timestamp()) + self.legs * MINUTE
        order = replace(order, minute=minute - MINUTE)
        wish = TradingSignal(1, "toy", "SPY", minute, Action(side), Decimal(10), **signal)
        decision = Decision(wish, Outcome.SUBMITTED, wish.reason, client_order_id=order.client_order_id)
        self.books.commit_minute(minute, [decision], [order])
        return self.books.mark_sent(order)

    def say(self, order: Order, status: OrderStatus, filled: int = 0) -> None:
        self.books.apply(report_of(status, filled, filled * 100, order=order), None, source="rest")

    def _open(self) -> Books:
        return Books(self.store, CALENDAR, self.clock, mode="PAPER", publish=lambda _news: None)


@pytest.fixture
def seller(house: ApiHouse, tmp_path: Path) -> Iterator[Seller]:
    seller = Seller(tmp_path)
    house.parts = replace(house.parts, system=seller.store)
    yield seller
    seller.store.close()


@pytest.mark.requirement("S2-68")
def test_a_part_that_is_sold_leaves_the_rest_open_when_the_order_ends(seller: Seller, house: ApiHouse) -> None:
    window = Window(house)
    sale = seller.order(Side.SELL)
    seller.say(sale, OrderStatus.PARTIALLY_FILLED, 4)
    assert (window.one()["status"], window.one()["quantity"]) == ("CLOSING", 6)
    seller.kill()
    seller.say(sale, OrderStatus.CANCELED, 7)
    assert (window.one()["status"], window.one()["quantity"], window.one()["close_reason"]) == ("OPEN", 3, None)


def test_an_order_whose_answer_was_lost_may_sell_until_it_is_given_up(seller: Seller, house: ApiHouse) -> None:
    window = Window(house)
    lost = seller.books.move(seller.order(Side.SELL), OrderStatus.UNKNOWN)
    assert window.symbols("closing") == ["SPY"]
    seller.books.move(lost, OrderStatus.ABANDONED, reason="not found")
    assert (window.symbols("closing"), window.symbols("open")) == ([], ["SPY"])


@pytest.mark.parametrize(
    ("signal", "reason"),
    [
        ({"reason": "crossed down", "metadata": {"exit": "time_exit"}}, "time_exit"),
        ({"reason": "crossed down", "metadata": {"exit": 7, "z": float("nan")}}, "crossed down"),
        ({"reason": "crossed down", "metadata": {"exit": "stop_loss", "z": float("nan")}}, "stop_loss"),
        ({}, None),
    ],
)
def test_why_it_was_closed_is_what_the_strategy_calls_it_or_else_says(
    seller: Seller, house: ApiHouse, signal: dict[str, Any], reason: str | None
) -> None:
    seller.say(seller.order(Side.SELL, **signal), OrderStatus.FILLED, 10)
    assert (Window(house).one()["status"], Window(house).one()["close_reason"]) == ("CLOSED", reason)
