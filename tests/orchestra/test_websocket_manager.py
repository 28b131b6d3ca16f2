"""Both streams of the unmodified alpaca-py against the offline Alpaca: claims, reconnects, a quick end."""

import inspect
import logging
import random
import socket
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from alpaca.data.live import StockDataStream
from alpaca.trading.stream import TradingStream

from database.bar import MINUTE
from orchestra import websocket_manager
from orchestra.messages.events import (
    OrderUpdateReceived,
    StopRequested,
    StreamConnected,
    StreamDisconnected,
    StreamName,
)
from orchestra.paper_exchange.wire.sockets import trade_stream
from orchestra.paper_exchange.wire.sockets.subscriptions import Subscriptions
from orchestra.paper_exchange.wire.sockets.trade_stream import TradeClient
from orchestra.runtime.clock import SystemClock
from orchestra.runtime.inbox import Inbox
from orchestra.runtime.network import steady_stream
from orchestra.runtime.network.steady_stream import SteadyStream
from orchestra.websocket_manager import StreamAccess, WebSocketManager
from tests.orchestra.paper_exchange.made_market import OPEN, Desk
from tests.orchestra.stream_house import KEY, WAIT, House, until

# What would end by itself is made longer below: only a stop that reaches the streams is so quick.
STOP_WITHIN = 30.0
NEVER_SECONDS = 300.0


@pytest.fixture(autouse=True)
def nothing_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for a thread as long as a busy machine needs, where the program goes on without it."""
    monkeypatch.setattr(websocket_manager, "STOP_SECONDS", STOP_WITHIN)
    monkeypatch.setattr(steady_stream, "START_SECONDS", NEVER_SECONDS)


@pytest.fixture
def no_second_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SteadyStream, "_reconnect_delay", lambda _stream, _retries: NEVER_SECONDS)


class PatientAccess(StreamAccess):
    """Sockets that wait for ever to be opened."""

    @property
    def socket(self) -> dict[str, float]:
        return super().socket | {"open_timeout": NEVER_SECONDS}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.exchange.close()


@pytest.fixture
def house(desk: Desk) -> Iterator[House]:
    house = House(desk)
    yield house
    house.streams.stop()
    house.server.stop()


@pytest.mark.requirement("S2-27", "S2-29", "S2-64")
def test_claims_become_the_servers_subscriptions(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    house.streams.claim("AAA", "one")
    house.streams.start()
    assert house.streams.wait_ready(WAIT)
    assert house.at_server == house.streams.acknowledged == {"AAA"}
    house.streams.claim("BBB", "one")
    house.streams.claim("BBB", "two")
    until(lambda: house.at_server == {"AAA", "BBB"})
    house.streams.release("BBB", "one")
    house.streams.release("AAA", "one")
    until(lambda: house.at_server == {"BBB"})
    house.streams.release("BBB", "two")
    until(lambda: house.at_server == frozenset())
    assert "subscribed to" in caplog.text


def test_first_claim_after_the_start_starts_the_data_stream(house: House) -> None:
    house.streams.start()
    assert house.streams.wait_ready(WAIT)
    assert house.streams.is_connected(StreamName.ORDERS)
    assert not house.streams.is_connected(StreamName.DATA)
    house.streams.claim("AAA", "one")
    assert house.streams.wait_ready(WAIT)
    assert house.at_server == {"AAA"}


def test_claims_before_the_start_connect_nothing(house: House) -> None:
    before = set(threading.enumerate())
    house.streams.claim("AAA", "one")
    house.streams.restore([("BBB", "one")])
    assert not [thread for thread in set(threading.enumerate()) - before if thread.name.startswith("stream-")]
    assert not house.streams.wait_ready(0)


def test_bars_and_order_updates_arrive(house: House) -> None:
    house.streams.claim("AAA", "one")
    house.streams.start()
    assert house.streams.wait_ready(WAIT)
    house.desk.advance()
    house.desk.place("buy")
    until(lambda: bool(house.bars))
    assert (house.bars[0]["S"], house.bars[0]["t"].seconds) == ("AAA", OPEN)
    assert house.expect(OrderUpdateReceived).message["data"]["order"]["symbol"] == "AAA"


def test_orders_are_connected_once_the_server_confirms_that_it_listens(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, may_confirm = threading.Event(), threading.Event()
    confirm = TradeClient._listen

    def confirm_later(client: TradeClient, message: Mapping[str, object]) -> None:
        asked.set()
        client.send({"stream": "trade_updates", "data": {"order": {"symbol": "EARLY"}}})
        assert may_confirm.wait(WAIT)
        confirm(client, message)

    monkeypatch.setattr(TradeClient, "_listen", confirm_later)
    house.streams.start()
    assert asked.wait(WAIT)
    # The first message of all: no connection was told of before it.
    early = house.inbox.take(WAIT)
    assert isinstance(early, OrderUpdateReceived)
    assert early.message["data"]["order"]["symbol"] == "EARLY"
    assert not house.streams.is_connected(StreamName.ORDERS)
    may_confirm.set()
    assert house.expect(StreamConnected).stream is StreamName.ORDERS


@pytest.mark.usefixtures("no_second_attempt")
def test_server_that_confirms_no_order_updates_is_no_connection(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trade_stream, "TRADE_UPDATES", "others")
    house.streams.start()
    until(lambda: house.streams.trouble(StreamName.ORDERS) is not None)
    assert house.streams.trouble(StreamName.ORDERS) == "Alpaca sends no order updates to these keys"
    assert not house.streams.is_connected(StreamName.ORDERS)


@pytest.mark.requirement("S2-49", "S2-60")
def test_dropped_connections_come_back_with_the_newest_claims(house: House) -> None:
    house.streams.claim("AAA", "one")
    house.streams.start()
    assert house.streams.wait_ready(WAIT)
    assert {house.expect(StreamConnected).stream for _ in StreamName} == set(StreamName)
    house.drop()
    down = {house.expect(StreamDisconnected).stream for _ in StreamName}
    assert down == set(StreamName)
    house.streams.claim("BBB", "two")
    house.streams.release("AAA", "one")
    assert house.streams.wait_ready(WAIT)
    assert {house.expect(StreamConnected).stream for _ in StreamName} == set(StreamName)
    until(lambda: house.at_server == {"BBB"})
    house.desk.advance_to(OPEN + 3 * MINUTE)
    until(lambda: bool(house.bars))
    assert {bar["S"] for bar in house.bars} == {"BBB"}


@pytest.mark.requirement("S2-28", "S2-62", "S2-78")
def test_eight_threads_at_once_end_with_what_is_claimed(house: House) -> None:
    house.streams.start()
    symbols = [f"S{number}" for number in range(6)]
    kept: dict[str, set[str]] = {}

    def work(name: str) -> None:
        dice = random.Random(name)
        mine: set[str] = set()
        for turn in range(120):
            symbol = dice.choice(symbols)
            change = house.streams.release if symbol in mine else house.streams.claim
            change(symbol, name)
            mine ^= {symbol}
            if name == "0" and turn == 60:
                house.drop()
        kept[name] = mine

    threads = [threading.Thread(target=work, args=(str(number),)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    wanted = frozenset().union(*kept.values())
    assert house.streams.subscriptions.symbols() == wanted
    assert all(
        house.streams.subscriptions.count(symbol) == sum(symbol in mine for mine in kept.values()) for symbol in symbols
    )
    until(lambda: house.at_server == wanted and house.streams.acknowledged == wanted)


@pytest.mark.requirement("S2-55")
@pytest.mark.parametrize("is_dropped", [False, True])
@pytest.mark.usefixtures("no_second_attempt")
def test_stop_takes_no_time_whatever_the_streams_do(house: House, is_dropped: bool) -> None:
    house.streams.claim("AAA", "one")
    house.streams.start()
    assert house.streams.wait_ready(WAIT)
    if is_dropped:
        house.drop()
    assert stop_seconds(house.streams) < STOP_WITHIN
    house.streams.claim("BBB", "late")
    house.streams.stop()


def test_stop_right_after_the_start_ends_both_threads(house: House) -> None:
    house.streams.claim("AAA", "one")
    house.streams.start()
    assert stop_seconds(house.streams) < STOP_WITHIN


def test_stop_without_a_start_is_harmless(house: House) -> None:
    assert stop_seconds(house.streams) < STOP_WITHIN


@pytest.mark.requirement("S2-55", "S2-71")
@pytest.mark.parametrize("is_listening", [True, False])
@pytest.mark.usefixtures("no_second_attempt")
def test_stop_ends_the_wait_for_a_server_that_does_not_answer(is_listening: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        address = f"ws://127.0.0.1:{mute.getsockname()[1]}"
        if not is_listening:
            mute.close()
        access = PatientAccess(KEY, KEY, is_paper=True, feed="iex", data_url=address, orders_url=address)
        streams = WebSocketManager(access, print, Inbox())
        streams.claim("AAA", "one")
        streams.start()
        assert not streams.wait_ready(0.3)
        assert stop_seconds(streams) < STOP_WITHIN


@pytest.mark.usefixtures("no_second_attempt")
def test_refused_keys_never_count_as_a_connection(house: House) -> None:
    data, orders = house.streams._access.data_url, house.streams._access.orders_url
    access = StreamAccess("wrong", KEY, is_paper=True, feed="iex", data_url=data, orders_url=orders)
    streams = WebSocketManager(access, print, Inbox())
    streams.claim("AAA", "one")
    streams.start()
    assert not streams.wait_ready(0.5)
    assert not any(streams.is_connected(name) for name in StreamName)
    assert stop_seconds(streams) < STOP_WITHIN


def test_server_that_keeps_refusing_a_symbol_is_not_asked_for_ever(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server under test that leaves one symbol out of every answer, as one with a symbol limit may."""
    feed = house.desk.exchange.streams._feeds["/v2/iex"]
    asked = []
    house.streams.claim("AAA", "one")
    house.streams.start()
    assert house.streams.wait_ready(WAIT)
    assert len(feed._clients) == 1
    change = Subscriptions.change

    def forgetful(held: Subscriptions, message: dict[str, Any], *, is_adding: bool) -> int | None:
        asked.append(message)
        kept = {
            name: value if name == "action" else [s for s in value if s != "ZZZ"] for name, value in message.items()
        }
        return change(held, kept, is_adding=is_adding)

    monkeypatch.setattr(Subscriptions, "change", forgetful)
    house.streams.claim("ZZZ", "one")
    until(lambda: len(asked) >= 2)
    house.streams.claim("BBB", "one")
    until(lambda: house.streams.acknowledged == {"AAA", "BBB"})
    assert len(asked) <= 6


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (StockDataStream, {"_start_ws", "_dispatch", "close", "_run_forever", "stop_ws", "run", "_send_subscribe_msg"}),
        (StockDataStream, {"_send_unsubscribe_msg"}),
        (TradingStream, {"_start_ws", "close", "_run_forever", "stop_ws", "run", "subscribe_trade_updates"}),
        (TradingStream, {"_subscribe_trade_updates", "_dispatch"}),
    ],
)
def test_the_methods_of_alpaca_py_that_we_rely_on_exist(kind: type, names: set[str]) -> None:
    for name in names:
        assert callable(getattr(kind, name)), name
    for name in names - {"run", "subscribe_trade_updates"}:
        assert inspect.iscoroutinefunction(getattr(kind, name)), name


def test_the_attributes_of_alpaca_py_that_we_rely_on_exist() -> None:
    data = StockDataStream(KEY, KEY, raw_data=True)
    assert {"bars", "updatedBars"} <= data._handlers.keys()
    for stream in (data, TradingStream(KEY, KEY)):
        assert (stream._loop, stream._ws, stream._running) == (None, None, False)


def stop_seconds(streams: WebSocketManager) -> float:
    clock = SystemClock()
    started = clock.monotonic()
    streams.stop()
    took = clock.monotonic() - started
    assert not [thread for thread in streams._threads if thread.is_alive()]
    return took


@pytest.mark.parametrize("error", [RuntimeError("broken"), None])
def test_stream_that_ends_for_good_ends_the_run(error: Exception | None, house: House) -> None:
    class Ending:
        def run(self) -> None:
            if error is not None:
                raise error

    house.streams.start()
    house.expect(StreamConnected, StreamName.ORDERS)
    house.streams._run_stream(Ending(), StreamName.ORDERS)  # type: ignore[arg-type]  # of the stream it only runs it
    told = house.expect(StopRequested)
    assert str(told.error) == "The orders stream has ended: start again, and look at the log if it comes back."
    assert not house.streams.is_connected(StreamName.ORDERS)


def test_stream_that_is_told_to_stop_ends_nothing_else(house: House) -> None:
    house.streams.start()
    house.expect(StreamConnected, StreamName.ORDERS)
    house.streams.stop()
    while (message := house.inbox.take(0)) is not None:
        assert not isinstance(message, StopRequested)
