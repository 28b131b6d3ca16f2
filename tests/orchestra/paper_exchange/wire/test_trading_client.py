"""The unmodified alpaca-py TradingClient, in model and in raw mode."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from http.client import HTTPConnection
from typing import Any

import pytest
import requests
from alpaca.common.exceptions import APIError
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import AssetClass, OrderSide, OrderStatus, QueryOrderStatus, TimeInForce
from alpaca.trading.models import Order, TradeAccount
from alpaca.trading.requests import (
    GetAssetsRequest,
    GetCalendarRequest,
    GetOrdersRequest,
    LimitOrderRequest,
    MarketOrderRequest,
)

from database.bar import MINUTE
from tests.orchestra.paper_exchange.made_market import CLOSE, NEXT_CLOSE, OPEN, Desk

HEADERS = {"APCA-API-KEY-ID": "key", "APCA-API-SECRET-KEY": "secret"}


@pytest.fixture
def client(base_url: str) -> TradingClient:
    return TradingClient("key", "secret", url_override=base_url)


@pytest.fixture
def raw(base_url: str) -> TradingClient:
    return TradingClient("key", "secret", url_override=base_url, raw_data=True)


def market(side: OrderSide, qty: float = 10, symbol: str = "AAA", client_order_id: str | None = None) -> Any:
    return MarketOrderRequest(
        symbol=symbol, qty=qty, side=side, time_in_force=TimeInForce.DAY, client_order_id=client_order_id
    )


def limit(side: OrderSide, price: float, qty: float = 10) -> Any:
    return LimitOrderRequest(symbol="AAA", qty=qty, side=side, time_in_force=TimeInForce.DAY, limit_price=price)


def refusal(error: APIError) -> tuple[int, dict[str, Any]]:
    return error.status_code, json.loads(str(error))


def test_account_is_a_cash_account_with_its_opening_cash(client: TradingClient, raw: TradingClient) -> None:
    account = client.get_account()
    assert isinstance(account, TradeAccount)
    assert (account.cash, account.equity, account.buying_power) == ("100000", "100000", "100000")
    assert account.multiplier == "1"
    assert account.account_number.startswith("PA")
    assert raw.get_account()["account_number"] == account.account_number


def test_account_follows_positions_and_working_orders(desk: Desk, client: TradingClient) -> None:
    desk.place("buy", "10")
    desk.advance()
    desk.place("buy", "100", type="limit", limit_price="5.00")
    account = client.get_account()
    # Ten shares bought at 10.00, last close 10.25; 500 dollars are claimed.
    assert (account.cash, account.equity, account.buying_power) == ("99900", "100002.5", "99400")


def test_clock_tells_open_and_closed_in_new_york_time(desk: Desk, client: TradingClient) -> None:
    opened = client.get_clock()
    assert opened.is_open
    assert int(opened.timestamp.timestamp()) == OPEN
    assert opened.timestamp.isoformat() == "2024-07-03T09:30:00-04:00"
    assert opened.next_open.isoformat() == "2024-07-05T09:30:00-04:00"
    assert opened.next_close.isoformat() == "2024-07-03T13:00:00-04:00"
    desk.advance_to(CLOSE)
    closed = client.get_clock()
    assert not closed.is_open
    assert closed.next_open.isoformat() == "2024-07-05T09:30:00-04:00"
    assert closed.next_close.isoformat() == "2024-07-05T16:00:00-04:00"
    desk.advance_to(NEXT_CLOSE)
    assert not client.get_clock().is_open


def test_calendar_lists_only_the_sessions_of_the_replay(client: TradingClient) -> None:
    days = client.get_calendar()
    assert [day.date for day in days] == [date(2024, 7, 3), date(2024, 7, 5)]
    assert days[0].open == datetime(2024, 7, 3, 9, 30)
    assert days[0].close == datetime(2024, 7, 3, 13, 0)
    request = GetCalendarRequest(start=date(2024, 7, 4), end=date(2024, 7, 31))
    assert [day.date for day in client.get_calendar(request)] == [date(2024, 7, 5)]


def test_assets_are_found_by_symbol_and_id(client: TradingClient) -> None:
    assets = client.get_all_assets(GetAssetsRequest(asset_class=AssetClass.US_EQUITY))
    assert [asset.symbol for asset in assets] == ["AAA", "BBB"]
    assert client.get_asset("AAA") == client.get_asset(str(assets[0].id)) == assets[0]
    assert client.get_all_assets(GetAssetsRequest(asset_class=AssetClass.CRYPTO)) == []
    with pytest.raises(APIError) as missing:
        client.get_asset("ZZZ")
    assert refusal(missing.value) == (404, {"code": 40410000, "message": "asset not found for ZZZ"})


@pytest.mark.requirement("S2-37")
def test_market_order_is_acknowledged_then_new_then_filled(desk: Desk, client: TradingClient) -> None:
    sent = client.submit_order(market(OrderSide.BUY, client_order_id="at-1"))
    assert isinstance(sent, Order)
    assert (sent.status, sent.client_order_id, sent.filled_qty) == (OrderStatus.PENDING_NEW, "at-1", "0")
    assert client.get_order_by_client_id("at-1").status is OrderStatus.NEW
    desk.settle()
    filled = client.get_order_by_id(sent.id)
    assert (filled.status, filled.filled_qty, filled.filled_avg_price) == (OrderStatus.FILLED, "10", "10")
    assert filled.filled_at == datetime.fromtimestamp(OPEN, UTC)


def test_raw_order_holds_every_field_with_money_as_strings(desk: Desk, raw: TradingClient) -> None:
    order = raw.submit_order(limit(OrderSide.BUY, 9.99))
    assert (order["limit_price"], order["qty"], order["type"], order["order_class"]) == ("9.99", "10", "limit", "")
    assert order["submitted_at"] == "2024-07-03T13:30:00Z"
    assert order["expires_at"] == "2024-07-03T17:00:00Z"
    assert order["filled_avg_price"] is None
    assert raw.get_order_by_id(order["id"]) == order | {"status": "new"}


def test_client_order_id_with_odd_characters_is_found(client: TradingClient) -> None:
    client.submit_order(market(OrderSide.BUY, client_order_id="c 1/é+%"))
    assert client.get_order_by_client_id("c 1/é+%").client_order_id == "c 1/é+%"


def test_order_without_a_client_id_gets_one(client: TradingClient) -> None:
    order = client.submit_order(market(OrderSide.BUY))
    assert client.get_order_by_client_id(order.client_order_id).id == order.id


def test_asset_id_stands_for_the_symbol_in_an_order(client: TradingClient) -> None:
    asset = client.get_asset("BBB")
    assert client.submit_order(market(OrderSide.BUY, symbol=str(asset.id))).symbol == "BBB"


def test_lists_filter_by_state_symbol_side_and_time(desk: Desk, client: TradingClient) -> None:
    done = client.submit_order(market(OrderSide.BUY))
    desk.advance()
    first = client.submit_order(limit(OrderSide.BUY, 1.0))
    second = client.submit_order(limit(OrderSide.BUY, 2.0))

    def ids(**filters: Any) -> list[Any]:
        return [order.id for order in client.get_orders(GetOrdersRequest(**filters))]

    assert ids() == [second.id, first.id]
    assert ids(status=QueryOrderStatus.CLOSED) == [done.id]
    assert ids(status=QueryOrderStatus.ALL, direction="asc") == [done.id, first.id, second.id]
    assert ids(status=QueryOrderStatus.ALL, limit=1) == [second.id]
    assert ids(status=QueryOrderStatus.ALL, until=second.submitted_at) == [first.id, done.id]
    assert ids(status=QueryOrderStatus.ALL, after=done.submitted_at) == [second.id, first.id]
    assert ids(status=QueryOrderStatus.ALL, symbols=["BBB"]) == []
    assert ids(status=QueryOrderStatus.ALL, side=OrderSide.SELL) == []


def test_cancel_answers_nothing_then_that_it_is_too_late(desk: Desk, client: TradingClient) -> None:
    order = client.submit_order(limit(OrderSide.BUY, 1.0))
    assert client.cancel_order_by_id(order.id) is None
    assert client.get_order_by_id(order.id).status is OrderStatus.CANCELED
    with pytest.raises(APIError) as late:
        client.cancel_order_by_id(order.id)
    assert refusal(late.value) == (422, {"code": 42210000, "message": 'order is already in "canceled" state'})


def test_cancel_all_answers_one_line_an_order(client: TradingClient) -> None:
    orders = [client.submit_order(limit(OrderSide.BUY, price)) for price in (1.0, 2.0)]
    answers = client.cancel_orders()
    assert {answer.id for answer in answers} == {order.id for order in orders}
    assert {answer.status for answer in answers} == {200}
    assert client.get_orders() == []


@pytest.mark.requirement("S2-40")
def test_position_is_worth_the_last_close(desk: Desk, client: TradingClient, raw: TradingClient) -> None:
    desk.place("buy", "10")
    desk.advance()
    position = client.get_open_position("AAA")
    assert (position.qty, position.avg_entry_price, position.cost_basis) == ("10", "10", "100")
    assert (position.current_price, position.market_value, position.unrealized_pl) == ("10.25", "102.5", "2.5")
    assert position.unrealized_plpc == "0.025"
    assert client.get_all_positions() == [position]
    assert raw.get_all_positions()[0]["qty_available"] == "10"
    with pytest.raises(APIError) as missing:
        client.get_open_position("BBB")
    assert refusal(missing.value) == (404, {"code": 40410000, "message": "position does not exist"})


def test_sold_out_position_is_gone(desk: Desk, client: TradingClient) -> None:
    desk.place("buy", "10")
    desk.advance()
    desk.place("sell", "10")
    desk.settle()
    assert client.get_all_positions() == []
    assert Decimal(client.get_account().cash) == 100_010


def test_fills_are_activities(desk: Desk, client: TradingClient) -> None:
    order = desk.place("buy", "10")
    desk.advance()
    desk.place("sell", "4")
    desk.settle()
    newest, oldest = client.get("/account/activities/FILL")
    assert (newest["side"], newest["qty"], newest["price"]) == ("sell", "4", "11")
    assert (oldest["side"], oldest["qty"], oldest["order_id"]) == ("buy", "10", order.id)
    assert oldest["transaction_time"] == "2024-07-03T13:30:00Z"
    assert oldest["id"].startswith("20240703093000000::")
    page = client.get("/account/activities", {"page_size": 1})
    assert page == [newest]
    assert client.get("/account/activities", {"page_size": 1, "page_token": newest["id"]}) == [oldest]
    assert client.get("/account/activities/FILL", {"after": oldest["transaction_time"]}) == [newest]
    assert client.get("/account/activities/DIV") == []


REFUSALS = {
    "duplicate id": (market(OrderSide.BUY, client_order_id="twice"), 422, 40010001, "client_order_id must be unique"),
    "no such asset": (market(OrderSide.BUY, symbol="ZZZ"), 422, 42210000, 'asset "ZZZ" not found'),
    "too dear": (market(OrderSide.BUY, qty=1_000_000), 403, 40310000, "insufficient buying power"),
    "short": (
        market(OrderSide.SELL, qty=1, symbol="BBB"),
        403,
        40310000,
        "insufficient qty available for order (requested: 1, available: 0)",
    ),
    "wash trade": (market(OrderSide.SELL, qty=1), 403, 40310000, "potential wash trade detected. use complex orders"),
    "sub-penny": (
        limit(OrderSide.BUY, 10.123),
        422,
        42210000,
        "invalid limit_price 10.123. sub-penny increment does not fulfill minimum pricing criteria",
    ),
}


@pytest.mark.parametrize(("order", "status", "code", "message"), REFUSALS.values(), ids=REFUSALS)
def test_refused_order_has_alpacas_status_and_code(
    client: TradingClient, order: Any, status: int, code: int, message: str
) -> None:
    client.submit_order(market(OrderSide.BUY, client_order_id="twice"))
    with pytest.raises(APIError) as refused:
        client.submit_order(order)
    answered, body = refusal(refused.value)
    assert (answered, body["code"], body["message"]) == (status, code, message)


def test_unknown_and_malformed_order_ids_are_told_apart(client: TradingClient, base_url: str) -> None:
    unknown = "00000000-0000-0000-0000-000000000000"
    with pytest.raises(APIError) as missing:
        client.get_order_by_id(unknown)
    assert refusal(missing.value) == (404, {"code": 40410000, "message": f"order not found for {unknown}"})
    malformed = requests.get(f"{base_url}/v2/orders/not-an-id", headers=HEADERS, timeout=20)
    assert (malformed.status_code, malformed.json()["code"]) == (422, 40010001)


@pytest.mark.parametrize("keys", [("key", "wrong"), ("wrong", "secret")])
def test_wrong_keys_are_not_authorized(base_url: str, keys: tuple[str, str]) -> None:
    with pytest.raises(APIError) as refused:
        TradingClient(*keys, url_override=base_url).get_account()
    assert refusal(refused.value) == (401, {"code": 40110000, "message": "request is not authorized"})


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/v2/nothing", 404), ("PATCH", "/v2/account", 405)])
def test_unknown_route_answers_json(base_url: str, method: str, path: str, status: int) -> None:
    response = requests.request(method, base_url + path, headers=HEADERS, timeout=20)
    assert response.status_code == status
    assert path in response.json()["message"]


def test_body_that_is_no_json_is_refused(base_url: str) -> None:
    response = requests.post(f"{base_url}/v2/orders", data=b"{", headers=HEADERS, timeout=20)
    assert (response.status_code, response.json()["message"]) == (422, "request body format is invalid")


def test_every_answer_carries_rate_and_request_headers(desk: Desk, base_url: str) -> None:
    with requests.Session() as session:
        first = session.get(f"{base_url}/v2/clock", headers=HEADERS, timeout=20).headers
        second = session.get(f"{base_url}/v2/clock", timeout=20).headers
        desk.advance()
        third = session.get(f"{base_url}/v2/clock", headers=HEADERS, timeout=20).headers
    assert (first["X-Ratelimit-Limit"], first["X-Ratelimit-Remaining"]) == ("200", "199")
    assert first["X-Ratelimit-Reset"] == str(OPEN + MINUTE)
    assert second["X-Ratelimit-Remaining"] == "198"
    assert third["X-Ratelimit-Remaining"] == "199"
    assert first["X-Request-ID"] != second["X-Request-ID"]


def test_one_connection_serves_many_requests(base_url: str) -> None:
    connection = HTTPConnection(base_url.removeprefix("http://"), timeout=20)
    connection.connect()
    socket = connection.sock
    for _ in range(3):
        connection.request("GET", "/v2/clock", headers=HEADERS)
        assert connection.getresponse().read()
        assert connection.sock is socket
    connection.close()


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Length": "-1"},
        {"Content-Length": "many"},
        {"Content-Length": "99999999999"},
        {"Transfer-Encoding": "x"},
    ],
    ids=str,
)
def test_absurd_body_length_is_refused(base_url: str, headers: dict[str, str]) -> None:
    connection = HTTPConnection(base_url.removeprefix("http://"), timeout=20)
    connection.putrequest("POST", "/v2/orders")
    for name, value in (HEADERS | headers).items():
        connection.putheader(name, value)
    connection.endheaders()
    assert connection.getresponse().status in {411, 413}
    connection.close()
