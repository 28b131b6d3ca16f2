"""The unmodified TradingStream hears every step of every order in its order, as models."""

import queue
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alpaca.trading.models import TradeUpdate
from alpaca.trading.stream import TradingStream

from database.bar import MINUTE
from orchestra.paper_exchange.book.entry.replacement import Change
from orchestra.paper_exchange.book.orders import Order
from tests.orchestra.paper_exchange.made_market import CLOSE, NEXT_OPEN, OPEN, Desk, line

WAIT = 30
CALM = "10.00,10.20,9.80,10.10"
PRICES = {0: CALM, 1: CALM, 2: "10.00,11.50,9.90,11.20", 3: "11.00,11.20,8.00,8.10"}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    lines = [line(OPEN + n * MINUTE, each) for n, each in PRICES.items()]
    desk = Desk(tmp_path, [*lines, line(NEXT_OPEN, CALM)])
    yield desk
    desk.exchange.close()


class Ear:
    """Listens to one account; `told` returns what was said about some orders."""

    def __init__(self, desk: Desk, url: str) -> None:
        self._desk = desk
        self._updates: queue.Queue[TradeUpdate] = queue.Queue()
        self._stream = TradingStream("key", "secret", url_override=url)
        self._stream.subscribe_trade_updates(self._take)
        threading.Thread(target=self._stream.run, daemon=True).start()
        for _ in range(100):
            # alpaca-py does not say when it has begun to listen.
            if self._until(self._mark(), wait=0.1) is not None:
                return
        raise AssertionError("the trading stream never listened")

    async def _take(self, update: TradeUpdate) -> None:
        self._updates.put(update)

    def told(self, *orders: Order) -> list[TradeUpdate]:
        """Return every update about these orders so far, as they came."""
        updates = self._until(self._mark(), wait=WAIT)
        assert updates is not None
        ids = {order.id for order in orders}
        return [update for update in updates if str(update.order.id) in ids]

    def close(self) -> None:
        # The thread ends with its next look at the socket, seconds later; nothing here waits for that.
        self._stream.stop()

    def _mark(self) -> Order:
        """Place an order whose cancellation comes after all that was said before."""
        order = self._desk.place("buy", "1", symbol="AAA", type="trailing_stop", trail_price="90")
        self._desk.exchange.cancel(order.id)
        return order

    def _until(self, mark: Order, *, wait: float) -> list[TradeUpdate] | None:
        updates = []
        while True:
            try:
                update = self._updates.get(timeout=wait)
            except queue.Empty:
                return None
            if (str(update.order.id), update.event) == (mark.id, "canceled"):
                return updates
            updates.append(update)


@pytest.fixture
def ear(desk: Desk, base_url: str) -> Iterator[Ear]:
    ear = Ear(desk, "ws" + base_url.removeprefix("http") + "/stream")
    yield ear
    ear.close()


def events(updates: list[TradeUpdate], *orders: Order) -> list[str]:
    """Return 'place event status' with the place of the order in the call."""
    place = {order.id: index for index, order in enumerate(orders)}
    return [f"{place[str(each.order.id)]} {each.event} {each.order.status.value}" for each in updates]


@pytest.mark.requirement("S2-37", "S2-38", "S2-40")
def test_bracket_is_told_step_by_step(desk: Desk, ear: Ear) -> None:
    order = desk.place(
        "buy", order_class="bracket", take_profit={"limit_price": "11.00"}, stop_loss={"stop_price": "9.00"}
    )
    family = (order, *desk.exchange.store.legs([order.id])[order.id])
    desk.advance_to(OPEN + 3 * MINUTE)
    updates = ear.told(*family)
    assert events(updates, *family) == [
        "0 new new",
        "1 held held",
        "2 held held",
        "0 fill filled",
        "1 new new",
        "1 fill filled",
        "2 canceled canceled",
    ]
    fills = [update for update in updates if update.event == "fill"]
    assert [(fill.price, fill.qty, fill.position_qty) for fill in fills] == [(10, 10, 10), (11, 10, 0)]
    assert len({fill.execution_id for fill in fills}) == 2


def test_replaced_order_is_told_on_the_old_one_and_new_on_its_successor(desk: Desk, ear: Ear) -> None:
    order = desk.place("buy", type="limit", limit_price="5.00")
    new = desk.exchange.desk.replace(order.id, Change(qty=order.qty + 1))
    assert isinstance(new, Order)
    updates = ear.told(order, new)
    assert events(updates, order, new) == ["0 new new", "0 replaced replaced", "1 new new"]
    assert str(updates[1].order.replaced_by) == new.id
    assert str(updates[2].order.replaces) == order.id


def test_orders_that_end_without_a_fill_say_how(desk: Desk, ear: Ear) -> None:
    day = desk.place("buy", type="limit", limit_price="5.00")
    lasting = desk.place("buy", type="limit", limit_price="5.00", time_in_force="gtc")
    moment = desk.place("buy", type="limit", limit_price="5.00", time_in_force="ioc")
    desk.advance_to(CLOSE)
    desk.settle()
    queued = desk.place("buy", type="limit", limit_price="5.00")
    desk.advance()
    orders = (day, lasting, moment, queued)
    assert events(ear.told(*orders), *orders) == [
        "0 new new",
        "1 new new",
        "2 new new",
        "2 canceled canceled",
        "0 expired expired",
        "1 done_for_day done_for_day",
        "3 accepted accepted",
        "1 new new",
        "3 new new",
    ]
