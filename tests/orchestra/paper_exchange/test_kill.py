"""SIGKILL at random moments: nothing the exchange acknowledged is lost, nothing happens twice."""

import random
import signal
import threading
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests

from database.bar import MINUTE
from orchestra.messages.lockstep import Execution
from orchestra.paper_exchange.book.orders import Side
from orchestra.paper_exchange.book.store import BookStore, OrderQuery, OrderView, StoredBook
from orchestra.paper_exchange.lockstep_client import LockStepClient
from system_databse.errors import BrokerUnavailable
from tests.orchestra.paper_exchange.child import Child
from tests.orchestra.paper_exchange.made_market import CASH, CLOSE, NEXT_OPEN, OPEN, line, write

HEADERS = {"APCA-API-KEY-ID": "demo", "APCA-API-SECRET-KEY": "demo"}
QTY = 3
MINUTES = [*range(OPEN, CLOSE, MINUTE), *range(NEXT_OPEN, NEXT_OPEN + 100 * MINUTE, MINUTE)]


@dataclass(slots=True)
class Witness:
    """What an engine was told, and what it wants to know after a kill."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    executions: dict[str, Execution] = field(default_factory=dict)
    minute: int = 0
    orders_placed: int = 0
    is_over: bool = False

    def trade(self, base_url: str) -> None:
        """Buy and sell in turn, one order a minute, until the exchange is gone or the market over."""
        engine = LockStepClient(base_url)
        tick = engine.next_tick(0, 1)
        assert tick is not None
        assert tick.minute >= self.minute
        while self.orders_placed < len(MINUTES):
            self.minute = tick.minute
            if self.minute == MINUTES[self.orders_placed]:
                self._place_one(base_url)
            while not (settlement := engine.done(self.minute)).is_settled:
                self.executions |= {each.execution_id: each for each in settlement.executions}
            tick = engine.next_tick(self.minute, 1)
            assert tick is not None
        self.is_over = True

    def _place_one(self, base_url: str) -> None:
        """Send the next order; after a kill, the one whose answer never came, under the same id."""
        client_order_id, side = f"order-{self.orders_placed}", ("buy", "sell")[self.orders_placed % 2]
        body = {"symbol": "AAA", "qty": QTY, "side": side, "type": "market", "time_in_force": "gtc"}
        answer = requests.post(
            f"{base_url}/v2/orders", json=body | {"client_order_id": client_order_id}, headers=HEADERS, timeout=10
        )
        if answer.status_code == 422:
            assert "must be unique" in answer.text
            url = f"{base_url}/v2/orders:by_client_order_id?client_order_id={client_order_id}"
            answer = requests.get(url, headers=HEADERS, timeout=10)
        assert answer.status_code == 200, answer.text
        self.acknowledged[client_order_id] = answer.json()["id"]
        self.orders_placed += 1


def read_book(path: Path) -> tuple[StoredBook, BookStore]:
    store = BookStore.open(path)
    book = store.load()
    assert book is not None
    return book, store


def check(path: Path, witness: Witness) -> None:
    """Compare the file with what was acknowledged, and with itself."""
    book, store = read_book(path)
    orders = {order.client_order_id: order for order in store.orders(OrderQuery(OrderView.ALL, limit=-1))}
    fills = store.fills()
    store.close()
    assert witness.acknowledged.items() <= {key: order.id for key, order in orders.items()}.items()
    assert set(witness.executions) <= {fill.execution_id for fill in fills}
    assert book.minute >= witness.minute
    assert len({fill.order_id for fill in fills}) == len(fills)
    spent = sum((fill.qty * fill.price * (1 if fill.side is Side.BUY else -1) for fill in fills), Decimal(0))
    held = sum((fill.qty * (1 if fill.side is Side.BUY else -1) for fill in fills), Decimal(0))
    assert book.account.cash == CASH - spent
    assert book.account.position("AAA").qty == held


def play(folder: Path, seed: int, kills: int) -> None:
    bars = write(folder / "bars.csv", [line(ts) for ts in MINUTES])
    chance, witness = random.Random(seed), Witness()
    for _ in range(kills):
        child = Child(bars, folder / "run", "--lock-step")
        base_url = child.base_url()
        timer = threading.Timer(chance.uniform(0.01, 0.5), child.process.kill)
        timer.start()
        with pytest.raises((BrokerUnavailable, requests.RequestException)):
            witness.trade(base_url)
        timer.join()
        child.finish()
        check(folder / "run" / "exchange.db", witness)
    child = Child(bars, folder / "run", "--lock-step")
    witness.trade(child.base_url())
    child.finish(signal.SIGTERM)
    check(folder / "run" / "exchange.db", witness)
    assert witness.is_over
    assert len(witness.executions) == witness.orders_placed == len(MINUTES)


EVERY_KIND: list[dict[str, object]] = [
    {"type": "limit", "limit_price": 5, "time_in_force": "gtc", "extended_hours": True},
    {"type": "stop", "stop_price": 15},
    {"type": "stop_limit", "stop_price": 15, "limit_price": 16},
    {"type": "trailing_stop", "trail_percent": 10, "time_in_force": "gtc"},
    {"type": "limit", "limit_price": 6, "qty": None, "notional": 33.33},
    {"type": "market", "time_in_force": "cls"},
    {"type": "market", "order_class": "bracket", "take_profit": {"limit_price": 20}, "stop_loss": {"stop_price": 5}},
    {"type": "limit", "limit_price": 7, "order_class": "oto", "take_profit": {"limit_price": 20}},
]


def test_killed_exchange_resumes_with_every_order_as_it_was(tmp_path: Path) -> None:
    bars = write(tmp_path / "bars.csv", [line(ts) for ts in MINUTES])
    child = Child(bars, tmp_path / "run", "--lock-step")
    base_url, common = child.base_url(), {"symbol": "AAA", "qty": QTY, "side": "buy", "time_in_force": "day"}
    for kind in EVERY_KIND:
        answer = requests.post(f"{base_url}/v2/orders", json=common | kind, headers=HEADERS, timeout=10)
        assert answer.status_code == 200, answer.text
    replaced = requests.get(f"{base_url}/v2/orders?direction=asc", headers=HEADERS, timeout=10).json()[0]["id"]
    requests.patch(f"{base_url}/v2/orders/{replaced}", json={"limit_price": 5.5}, headers=HEADERS, timeout=10)
    requests.patch(f"{base_url}/v2/account/configurations", json={"suspend_trade": True}, headers=HEADERS, timeout=10)
    engine = LockStepClient(base_url)
    for _ in range(3):
        minute = requests.get(f"{base_url}/control/book", headers=HEADERS, timeout=10).json()["now"]
        while not engine.done(minute).is_settled:
            pass
        assert engine.next_tick(minute, 1)
    before = everything(base_url)
    child.process.kill()
    child.finish()
    again = Child(bars, tmp_path / "run", "--lock-step")
    assert everything(again.base_url()) == before
    again.finish(signal.SIGTERM)
    assert {order["status"] for order in before["orders?status=all&limit=500"]} >= {"new", "held", "filled", "replaced"}


def everything(base_url: str) -> dict[str, Any]:
    paths = ("orders?status=all&limit=500", "account", "positions", "account/configurations", "account/activities")
    return {path: requests.get(f"{base_url}/v2/{path}", headers=HEADERS, timeout=10).json() for path in paths}


@pytest.mark.requirement("S2-39")
def test_killed_exchange_loses_and_doubles_nothing(tmp_path: Path) -> None:
    play(tmp_path, seed=1, kills=3)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_exchange_killed_many_times_loses_and_doubles_nothing(tmp_path: Path, seed: int) -> None:
    play(tmp_path, seed=100 + seed, kills=5)
