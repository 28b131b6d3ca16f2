"""Every method of the unmodified trading client and stream, against the program that runs alone."""

import signal
import threading
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
import requests
from alpaca.common.exceptions import APIError
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import CorporateActionType, OrderSide, OrderStatus, QueryOrderStatus, TimeInForce
from alpaca.trading.requests import (
    CreateWatchlistRequest,
    GetAssetsRequest,
    GetCalendarRequest,
    GetCorporateAnnouncementsRequest,
    GetOptionContractsRequest,
    GetOrdersRequest,
    GetPortfolioHistoryRequest,
    LimitOrderRequest,
    MarketOrderRequest,
    ReplaceOrderRequest,
    UpdateWatchlistRequest,
)
from alpaca.trading.stream import TradingStream

from orchestra.paper_exchange.lockstep_client import LockStepClient
from tests.orchestra.paper_exchange.child import Child
from tests.orchestra.paper_exchange.wire.clients import Recorded

KEYS = {"APCA-API-KEY-ID": "demo", "APCA-API-SECRET-KEY": "demo"}
EVERY_METHOD = {name for name in vars(TradingClient) if not name.startswith("_")}


@pytest.fixture
def base_url() -> Iterator[str]:
    child = Child(None, None, "--lock-step", "--seed", "11")
    yield child.base_url()
    assert child.finish(signal.SIGTERM) == (0, "")


class Noted:
    """The client, noting which of its methods were called."""

    def __init__(self, base_url: str) -> None:
        self._client = TradingClient("demo", "demo", url_override=base_url)
        self.called: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.called.add(name)
        return getattr(self._client, name)


@pytest.fixture
def client(base_url: str) -> Noted:
    return Noted(base_url)


def order(side: OrderSide = OrderSide.BUY, qty: int = 10, **more: Any) -> MarketOrderRequest:
    return MarketOrderRequest(symbol="AAPL", qty=qty, side=side, time_in_force=TimeInForce.DAY, **more)


def resting(price: float = 1.5) -> LimitOrderRequest:
    return LimitOrderRequest(symbol="F", qty=3, side=OrderSide.BUY, time_in_force=TimeInForce.GTC, limit_price=price)


def settle(base_url: str) -> LockStepClient:
    """Say that nothing more is wanted at this minute, until its market orders are filled."""
    lock_step, now = LockStepClient(base_url), minute_of(base_url)
    while not lock_step.done(now).is_settled:
        pass
    return lock_step


def minute_of(base_url: str) -> int:
    return int(requests.get(f"{base_url}/control/book", headers=KEYS, timeout=20).json()["now"])


def use_orders_and_positions(client: Noted, base_url: str) -> None:
    client.submit_order(order(client_order_id="mine"))
    settle(base_url)
    filled = client.get_order_by_client_id("mine")
    assert (filled.status, filled.filled_qty) == (OrderStatus.FILLED, "10")
    waiting = client.submit_order(resting())
    replaced = client.replace_order_by_id(waiting.id, ReplaceOrderRequest(limit_price=1.6))
    assert client.get_order_by_id(waiting.id).status is OrderStatus.REPLACED
    assert [each.id for each in client.get_orders(GetOrdersRequest(status=QueryOrderStatus.OPEN))] == [replaced.id]
    client.cancel_order_by_id(replaced.id)
    client.submit_order(resting())
    assert [each.status for each in client.cancel_orders()] == [200]
    assert client.get_open_position("AAPL").qty == "10"
    assert [each.symbol for each in client.get_all_positions()] == ["AAPL"]
    assert client.close_position("AAPL").side is OrderSide.SELL
    settle_after_a_minute(base_url)
    assert client.close_all_positions(cancel_orders=True) == []


def settle_after_a_minute(base_url: str) -> None:
    """Go on by a minute: this one was settled already, so the next bar fills what came since."""
    assert settle(base_url).next_tick(minute_of(base_url), 1.0)
    settle(base_url)


def use_the_account(client: Noted) -> None:
    assert client.get_account().cash
    configuration = client.get_account_configurations()
    configuration.suspend_trade = True
    assert client.set_account_configurations(configuration).suspend_trade is True
    with pytest.raises(APIError):
        client.submit_order(order())
    configuration.suspend_trade = False
    client.set_account_configurations(configuration)
    history = client.get_portfolio_history(GetPortfolioHistoryRequest(period="1D", timeframe="1Min"))
    assert len(history.timestamp) == len(history.equity) > 0


def use_what_is_listed(client: Noted) -> None:
    assert client.get_clock().is_open
    days = client.get_calendar(GetCalendarRequest(start=date(2026, 11, 23), end=date(2026, 11, 27)))
    assert [day.date.day for day in days] == [23, 24, 25, 27]
    assert client.get_asset("AAPL").name == "Apple Inc."
    assert len(client.get_all_assets(GetAssetsRequest())) > 300
    assert client.get_option_contracts(GetOptionContractsRequest(underlying_symbols=["AAPL"])).option_contracts == []


def use_watchlists(client: Noted) -> None:
    made = client.create_watchlist(CreateWatchlistRequest(name="mine", symbols=["AAPL"]))
    client.add_asset_to_watchlist_by_id(made.id, "F")
    client.remove_asset_from_watchlist_by_id(made.id, "AAPL")
    assert [asset.symbol for asset in client.get_watchlist_by_id(made.id).assets] == ["F"]
    assert client.update_watchlist_by_id(made.id, UpdateWatchlistRequest(name="ours", symbols=["SPY"])).name == "ours"
    assert [each.name for each in client.get_watchlists()] == ["ours"]
    client.delete_watchlist_by_id(made.id)
    assert client.get_watchlists() == []


def use_what_is_not_there(client: Noted) -> None:
    """Options come with no contract, and announcements are the deprecated form of corporate actions."""
    span = {"since": date(2026, 11, 1), "until": date(2026, 11, 20), "ca_types": [CorporateActionType.SPLIT]}
    for call in (
        lambda: client.get_option_contract("AAPL261218C00250000"),
        lambda: client.exercise_options_position("AAPL261218C00250000"),
        lambda: client.get_corporate_announcements(GetCorporateAnnouncementsRequest(**span)),
        lambda: client.get_corporate_announcement_by_id(uuid4()),
    ):
        with pytest.raises(APIError) as refusal:
            call()
        assert refusal.value.status_code in {404, 422}


def test_every_method_of_the_trading_client_is_answered(client: Noted, base_url: str) -> None:
    use_orders_and_positions(client, base_url)
    use_the_account(client)
    use_what_is_listed(client)
    use_watchlists(client)
    use_what_is_not_there(client)
    assert client.called == EVERY_METHOD


def test_the_trading_stream_tells_an_order_step_by_step(client: Noted, base_url: str) -> None:
    updates = Recorded()
    stream = TradingStream("demo", "demo", url_override=f"ws{base_url.removeprefix('http')}/stream")
    stream.subscribe_trade_updates(updates.take)
    threading.Thread(target=stream.run, daemon=True).start()
    try:
        # What happens before the stream listens is never told, so something happens until it does.
        while updates.queue.empty():
            client.cancel_order_by_id(client.submit_order(resting()).id)
        client.submit_order(order(client_order_id="told"))
        settle(base_url)
        told = []
        while not told or told[-1].event != "fill":
            update = updates.next()
            told += [update] if update.order.client_order_id == "told" else []
    finally:
        stream.stop()
    assert [update.event for update in told] == ["new", "fill"]
    assert (told[-1].qty, told[-1].position_qty, told[-1].order.status) == (10, 10, OrderStatus.FILLED)
    assert told[-1].execution_id
