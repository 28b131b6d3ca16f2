"""Both WebSockets, byte for byte with a plain client and through the unmodified alpaca-py streams."""

import json
import queue
import threading
from contextlib import ExitStack
from http.client import HTTPConnection, HTTPException
from typing import Any

import msgpack
import pytest
from alpaca.data.enums import DataFeed
from alpaca.data.historical import StockHistoricalDataClient
from alpaca.data.live import StockDataStream
from alpaca.data.requests import StockBarsRequest
from alpaca.data.timeframe import TimeFrame
from alpaca.trading.stream import TradingStream
from websockets.exceptions import ConnectionClosed

from database.bar import MINUTE, Bar, BarSource
from database.normaliser import bar_from_alpaca
from orchestra.messages.lockstep import Tick
from orchestra.paper_exchange.server import PaperExchangeServer
from orchestra.paper_exchange.wire.sockets.connection import QUEUE_LENGTH
from orchestra.paper_exchange.wire.sockets.hub import StreamHub
from tests.orchestra.paper_exchange.made_market import OPEN, Desk
from tests.orchestra.paper_exchange.wire.clients import AUTH, WAIT, Recorded, Sockets, error, heard, say, tell


def test_the_hub_knows_the_symbols_of_every_channel(hub: StreamHub, sockets: Sockets) -> None:
    assert hub.wanted() == frozenset()
    socket = sockets.data("AAA")
    say(socket, {"action": "subscribe", "trades": ["BBB"], "quotes": ["CCC"]})
    tell(socket)
    assert hub.wanted() == {"AAA", "BBB", "CCC"}
    say(socket, {"action": "unsubscribe", "bars": ["AAA"]})
    tell(socket)
    assert hub.wanted() == {"BBB", "CCC"}
    say(socket, {"action": "subscribe", "bars": ["*"]})
    tell(socket)
    assert hub.wanted() is None


# Market data


def test_bars_go_out_in_one_array_and_are_named_in_the_tick(desk: Desk, sockets: Sockets) -> None:
    socket = sockets.data("*")
    desk.advance_to(OPEN + 2 * MINUTE)
    assert [tell(socket)[0]["t"].seconds for _ in range(2)] == [OPEN, OPEN + MINUTE]
    tick = desk.advance()
    assert tick.sent == tick.traded == {"AAA", "BBB"}
    assert {message["S"] for message in tell(socket)} == {"AAA", "BBB"}


def test_bar_frame_is_alpacas(desk: Desk, sockets: Sockets) -> None:
    socket = sockets.data("AAA")
    desk.advance()
    assert tell(socket) == [
        {
            "T": "b",
            "S": "AAA",
            "o": 10.0,
            "h": 10.5,
            "l": 9.5,
            "c": 10.25,
            "v": 100,
            "n": None,
            "vw": None,
            "t": msgpack.Timestamp(OPEN),
        }
    ]


def test_only_wanted_symbols_are_sent(desk: Desk, sockets: Sockets) -> None:
    socket = sockets.data("BBB")
    desk.advance_to(OPEN + 2 * MINUTE)
    assert desk.advance() == Tick(OPEN + 3 * MINUTE, frozenset({"AAA", "BBB"}), frozenset({"BBB"}))
    assert [message["S"] for message in tell(socket)] == ["BBB"]


def test_minute_without_a_trade_sends_nothing(desk: Desk, sockets: Sockets) -> None:
    socket = sockets.data("AAA")
    desk.advance_to(OPEN + 5 * MINUTE)
    assert desk.advance().sent == frozenset()
    desk.advance()
    starts = [tell(socket)[0]["t"].seconds for _ in range(6)]
    assert starts == [OPEN + n * MINUTE for n in (0, 1, 2, 3, 4, 6)]


def test_subscriptions_add_up_and_the_answer_is_the_whole_state(sockets: Sockets) -> None:
    socket = sockets.data("AAA")
    say(socket, {"action": "subscribe", "bars": ["BBB"], "trades": ["AAA"]})
    state = tell(socket)[0]
    assert state == {
        "T": "subscription",
        "trades": ["AAA"],
        "quotes": [],
        "bars": ["AAA", "BBB"],
        "updatedBars": [],
        "dailyBars": [],
        "statuses": [],
        "lulds": [],
        "corrections": ["AAA"],
        "cancelErrors": ["AAA"],
    }
    say(socket, {"action": "unsubscribe", "bars": ["AAA", "never"]})
    assert tell(socket)[0] == state | {"bars": ["BBB"]}
    say(socket, {"action": "subscribe"})
    assert tell(socket)[0]["bars"] == ["BBB"]


def test_fragmented_subscription_is_put_together(sockets: Sockets) -> None:
    socket = sockets.data()
    whole = msgpack.packb({"action": "subscribe", "bars": ["AAA"]})
    socket.send([whole[:5], whole[5:9], whole[9:], b""])
    assert tell(socket)[0]["bars"] == ["AAA"]


BAD_MESSAGES = [
    b"\xc1",
    msgpack.packb([1]),
    msgpack.packb({"action": "dance"}),
    msgpack.packb({"action": []}),
    msgpack.packb({1: 2}),
    "text",
]


@pytest.mark.parametrize("message", BAD_MESSAGES, ids=repr)
def test_message_that_makes_no_sense_is_invalid_syntax(sockets: Sockets, message: bytes | str) -> None:
    socket = sockets.data("AAA")
    socket.send(message)
    assert tell(socket) == error(400, "invalid syntax")


def test_malformed_symbols_change_nothing(sockets: Sockets) -> None:
    socket = sockets.data("AAA")
    say(socket, {"action": "subscribe", "bars": ["BBB"], "trades": [7]})
    assert tell(socket) == error(400, "invalid syntax")
    say(socket, {"action": "subscribe"})
    assert tell(socket)[0]["bars"] == ["AAA"]


def test_errors_before_and_after_authentication(sockets: Sockets) -> None:
    socket = sockets.open("/v2/sip")
    tell(socket)
    say(socket, {"action": "subscribe", "bars": ["AAA"]})
    assert tell(socket) == error(401, "not authenticated")
    say(socket, AUTH | {"secret": "wrong"})
    assert tell(socket) == error(402, "auth failed")
    say(socket, AUTH)
    assert tell(socket)[0]["msg"] == "authenticated"
    say(socket, AUTH)
    assert tell(socket) == error(403, "already authenticated")


def test_second_data_connection_is_refused_until_the_first_is_gone(desk: Desk, sockets: Sockets) -> None:
    first, second = sockets.data("AAA"), sockets.open("/v2/iex")
    tell(second)
    say(second, AUTH)
    assert tell(second) == error(406, "connection limit exceeded")
    with pytest.raises(ConnectionClosed):
        second.recv(WAIT)
    desk.advance()
    assert tell(first)[0]["S"] == "AAA"
    first.close()
    assert sockets.data("AAA")


def test_client_that_does_not_read_is_dropped_and_holds_nobody_up(sockets: Sockets, desk: Desk, hub: StreamHub) -> None:
    socket = sockets.data("*")
    bars = [Bar(f"S{number}", OPEN, 10.0, 10.5, 9.5, 10.25, 100.0) for number in range(100)]
    sent = 0
    while hub.send_bars(bars):
        sent += 1
        assert sent < 10_000
    assert sent >= QUEUE_LENGTH
    # Its place is free at once, and the clock has not waited.
    assert sockets.data("AAA")
    assert desk.advance().sent == {"AAA"}
    # The websockets client ends its iteration when the server closes.
    frames = [frame for frame in socket if isinstance(frame, bytes)]
    assert len(frames) <= sent + 1
    assert msgpack.unpackb(frames[-1]) == error(407, "slow client")


def test_connection_that_does_not_listen_gets_no_bar(desk: Desk, sockets: Sockets) -> None:
    sockets.data()
    assert desk.advance().sent == frozenset()


# Trade updates


@pytest.mark.requirement("S2-39")
def test_order_life_is_told_event_by_event(desk: Desk, sockets: Sockets) -> None:
    socket = sockets.orders()
    order = desk.place("buy", "10", client_order_id="mine")
    new = heard(socket)
    assert (new["stream"], new["data"]["event"], new["data"]["order"]["status"]) == ("trade_updates", "new", "new")
    assert "execution_id" not in new["data"]
    execution = desk.exchange.done(OPEN).executions[0]
    fill = heard(socket)["data"]
    assert (fill["event"], fill["price"], fill["qty"], fill["position_qty"]) == ("fill", "10", "10", "10")
    assert fill["execution_id"] == execution.execution_id
    assert (fill["order"]["id"], fill["order"]["status"], fill["order"]["filled_qty"]) == (order.id, "filled", "10")
    assert fill["timestamp"] == "2024-07-03T13:30:00Z"


def test_cancel_and_expiry_are_told(desk: Desk, sockets: Sockets) -> None:
    socket = sockets.orders()
    canceled = desk.place("buy", type="limit", limit_price="1")
    desk.exchange.cancel(canceled.id)
    desk.place("buy", type="limit", limit_price="1")
    while desk.settle() == [] and desk.exchange.now < OPEN + 210 * MINUTE:
        desk.advance()
    assert [heard(socket)["data"]["event"] for _ in range(4)] == ["new", "canceled", "new", "expired"]


def test_newer_spelling_of_authentication_works(sockets: Sockets) -> None:
    socket = sockets.open("/stream")
    socket.send(json.dumps(AUTH))
    assert heard(socket) == {"stream": "authorization", "data": {"status": "authorized", "action": "auth"}}


@pytest.mark.parametrize(
    "message",
    ['{"action":"listen","data":{"streams":["trade_updates"]}}', "no json", "[]", '{"action":"authenticate"}'],
)
def test_without_keys_nothing_is_heard(desk: Desk, sockets: Sockets, message: str) -> None:
    socket = sockets.open("/stream")
    socket.send(message)
    assert heard(socket)["data"]["status"] == "unauthorized"
    desk.place("buy")
    socket.send(message)
    assert heard(socket)["stream"] == "authorization"


def test_new_listen_replaces_the_set_and_leaves_out_what_does_not_exist(sockets: Sockets) -> None:
    socket = sockets.orders()
    socket.send(json.dumps({"action": "listen", "data": {"streams": ["account_updates"]}}))
    assert heard(socket) == {"stream": "listening", "data": {"streams": []}}


def test_both_order_connections_hear_everything(desk: Desk, sockets: Sockets) -> None:
    one, two = sockets.orders(), sockets.orders()
    desk.place("buy")
    assert heard(one) == heard(two)


# Server


def test_server_stops_at_once_with_clients_connected(desk: Desk) -> None:
    server = PaperExchangeServer(desk.exchange, key="key", secret="secret")
    with ExitStack() as stack:
        sockets = Sockets("ws" + server.start().removeprefix("http"), stack)
        clients = [sockets.data("AAA"), sockets.orders(), sockets.open("/v2/sip")]
        tell(clients[2])
        stopper = threading.Thread(target=server.stop)
        stopper.start()
        stopper.join(WAIT)
        assert not stopper.is_alive()
        for client in clients:
            with pytest.raises(ConnectionClosed):
                client.recv(WAIT)
    server.stop()


def test_stopped_server_answers_nobody(desk: Desk) -> None:
    server = PaperExchangeServer(desk.exchange, key="key", secret="secret")
    connection = HTTPConnection(server.start().removeprefix("http://"), timeout=20)
    connection.request("GET", "/v2/clock")
    connection.getresponse().read()
    server.stop()
    with pytest.raises((HTTPException, OSError)):
        _ask_again(connection)


def _ask_again(connection: HTTPConnection) -> None:
    connection.request("GET", "/v2/clock")
    connection.getresponse()


def test_upgrade_without_a_websocket_key_is_a_bad_request(base_url: str) -> None:
    connection = HTTPConnection(base_url.removeprefix("http://"), timeout=20)
    connection.request("GET", "/stream", headers={"Upgrade": "websocket", "Connection": "Upgrade"})
    assert connection.getresponse().status == 400
    connection.close()


# Unmodified alpaca-py


@pytest.mark.requirement("S2-34", "S2-35")
@pytest.mark.parametrize("is_raw", [False, True], ids=["model", "raw"])
def test_stream_bar_equals_history_bar(
    desk: Desk, base_url: str, sockets: Sockets, subscribed: threading.Event, is_raw: bool
) -> None:
    recorded = Recorded()
    stream = StockDataStream("key", "secret", raw_data=is_raw, url_override=f"{sockets.url}/v2/iex")
    stream.subscribe_bars(recorded.take, "AAA")
    thread = threading.Thread(target=stream.run, daemon=True)
    thread.start()
    try:
        assert subscribed.wait(WAIT)
        desk.advance()
        streamed = recorded.next()
    finally:
        stream.stop()
    client = StockHistoricalDataClient("key", "secret", raw_data=is_raw, url_override=base_url)
    request = StockBarsRequest(symbol_or_symbols="AAA", timeframe=TimeFrame.Minute, feed=DataFeed.IEX)
    answer = client.get_stock_bars(request)
    served = answer["AAA"][0]
    if not is_raw:
        assert streamed == served
        assert streamed.timestamp.second == 0
        return
    first, second = (
        bar_from_alpaca("AAA", streamed, BarSource.STREAM),
        bar_from_alpaca("AAA", served, BarSource.HISTORY),
    )
    assert first == second == desk.market.bar("AAA", OPEN)


@pytest.mark.parametrize("is_raw", [False, True], ids=["model", "raw"])
def test_trading_stream_hears_fills(desk: Desk, sockets: Sockets, is_raw: bool) -> None:
    recorded = Recorded()
    stream = TradingStream("key", "secret", raw_data=is_raw, url_override=f"{sockets.url}/stream")
    stream.subscribe_trade_updates(recorded.take)
    thread = threading.Thread(target=stream.run, daemon=True)
    thread.start()
    try:
        _wait_for_the_first_update(desk, recorded)
        order = desk.place("buy", "10")
        desk.settle()
        fill = _until_fill(recorded, is_raw=is_raw)
    finally:
        stream.stop()
    told = fill["order"] if is_raw else fill.order.model_dump(mode="json")
    assert (told["client_order_id"], told["status"]) == (order.client_order_id, "filled")
    assert float(fill["price"] if is_raw else fill.price) == 10.0


def _wait_for_the_first_update(desk: Desk, recorded: Recorded) -> None:
    """Place small orders until one is heard of: alpaca-py does not say when it has begun to listen."""
    for _ in range(100):
        order = desk.place("buy", "1", type="limit", limit_price="0.01")
        desk.exchange.cancel(order.id)
        try:
            recorded.queue.get(timeout=0.1)
        except queue.Empty:
            continue
        return
    raise AssertionError("the trading stream never listened")


def _until_fill(recorded: Recorded, *, is_raw: bool) -> Any:
    while True:
        update = recorded.next()["data"] if is_raw else recorded.next()
        if (update["event"] if is_raw else update.event) == "fill":
            return update
