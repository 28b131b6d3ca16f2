"""All channels of the data stream: what they say, that history says the same, and where the stream refuses."""

import base64
import json
import queue
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgpack
import pytest
import requests
from alpaca.data.live import StockDataStream
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from database.bar import MINUTE
from orchestra.paper_exchange.server import PaperExchangeServer
from orchestra.paper_exchange.wire.data_plan import DataPlan
from tests.orchestra.paper_exchange.made_market import OPEN, Desk, utc
from tests.orchestra.paper_exchange.wire.clients import (
    AUTH,
    HEADERS,
    WAIT,
    FaultPort,
    Recorded,
    Sockets,
    error,
    say,
    tell,
)
from tests.orchestra.paper_exchange.wire.market_data.story_market import HALT, RESUMPTION

CHANNEL_OF = {"t": "trades", "q": "quotes", "b": "bars", "d": "dailyBars", "s": "statuses"}


def listen(socket: ClientConnection, **channels: list[str]) -> dict[str, Any]:
    say(socket, {"action": "subscribe", **channels})
    return tell(socket)[0]


def everything(socket: ClientConnection, minutes: int) -> list[dict[str, Any]]:
    """Return all messages until the bar of so many minutes after the open."""
    messages: list[dict[str, Any]] = []
    while not any(message["T"] == "b" and message["t"].seconds == OPEN + minutes * MINUTE for message in messages):
        messages += tell(socket)
    return messages


def history(base_url: str, path: str, **parameters: Any) -> Any:
    response = requests.get(base_url + path, params=parameters, headers=HEADERS, timeout=20)
    assert response.status_code == 200, response.text
    return response.json()


def as_history(message: dict[str, Any]) -> dict[str, Any]:
    """Return a stream message as history tells it."""
    stamp = message["t"]
    at = datetime.fromtimestamp(stamp.seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f".{stamp.nanoseconds // 1000:06d}" if stamp.nanoseconds else ""
    return {name: value for name, value in message.items() if name not in {"T", "S"}} | {"t": f"{at}{fraction}Z"}


# One story


@pytest.mark.requirement("S2-35")
def test_stream_and_history_tell_the_same_story(desk: Desk, base_url: str, sockets: Sockets) -> None:
    socket = sockets.data()
    listen(socket, trades=["*"], quotes=["*"], bars=["*"])
    desk.advance_to(OPEN + 12 * MINUTE)
    messages = everything(socket, 11)
    for kind in ("t", "q", "b"):
        noun = CHANNEL_OF[kind]
        more = {"timeframe": "1Min"} if kind == "b" else {}
        told = history(base_url, f"/v2/stocks/{noun}", symbols="AAA,BBB", start=utc(OPEN), limit=10000, **more)[noun]
        for symbol in ("AAA", "BBB"):
            streamed = [as_history(each) for each in messages if each["T"] == kind and each["S"] == symbol]
            assert streamed == told[symbol], (kind, symbol)


def test_day_bar_of_each_minute_is_what_history_said_then(desk: Desk, base_url: str, sockets: Sockets) -> None:
    socket = sockets.data()
    listen(socket, dailyBars=["AAA"])
    for minute in (0, 1, 2):
        desk.advance()
        told = history(base_url, "/v2/stocks/AAA/bars", timeframe="1Day", start="2024-07-01")["bars"]
        streamed = tell(socket)
        assert [each["T"] for each in streamed] == ["d"]
        assert as_history(streamed[0]) == told[-1], minute
        assert told[-1]["t"] == "2024-07-03T04:00:00Z"


def test_events_of_a_minute_come_in_the_order_of_time_and_before_its_bar(desk: Desk, sockets: Sockets) -> None:
    socket = sockets.data()
    listen(socket, trades=["AAA", "BBB"], quotes=["AAA"], bars=["AAA"], dailyBars=["AAA"])
    desk.advance()
    messages = tell(socket)
    kinds = [message["T"] for message in messages]
    assert kinds[-2:] == ["b", "d"]
    events = messages[:-2]
    assert sorted(kinds[:-2]) == ["q"] * 4 + ["t"] * 8
    times = [(message["t"].seconds, message["t"].nanoseconds) for message in events]
    assert times == sorted(times)


def test_halt_and_resumption_are_told_when_they_begin(desk: Desk, sockets: Sockets) -> None:
    socket = sockets.data()
    listen(socket, statuses=["*"])
    desk.advance_to(RESUMPTION + 2 * MINUTE)
    halted, resumed = tell(socket)[0], tell(socket)[0]
    assert list(halted) == ["T", "S", "sc", "sm", "rc", "rm", "t", "z"]
    assert (halted["S"], halted["sc"], halted["t"].seconds) == ("AAA", "H", HALT)
    assert (resumed["S"], resumed["sc"], resumed["t"].seconds) == ("AAA", "T", RESUMPTION)


def test_message_shapes_are_alpacas(desk: Desk, sockets: Sockets) -> None:
    socket = sockets.data()
    listen(socket, trades=["AAA"], quotes=["AAA"])
    desk.advance()
    trade, quote = tell(socket)[:2]
    assert list(trade) == ["T", "S", "x", "p", "s", "c", "i", "z", "t"]
    assert (type(trade["i"]), type(trade["p"]), type(trade["s"]), type(trade["c"])) == (int, float, int, list)
    assert list(quote) == ["T", "S", "ax", "ap", "as", "bx", "bp", "bs", "c", "z", "t"]


def test_corrections_and_cancellations_follow_trades(desk: Desk, sockets: Sockets, faults: FaultPort) -> None:
    socket = sockets.data()
    state = listen(socket, trades=["AAA"])
    assert state["corrections"] == state["cancelErrors"] == ["AAA"]
    faults.plant("data", "correct", channels=["trades"])
    faults.plant("data", "cancel")
    desk.advance()
    wrong, correction, second, phantom, cancellation, *_ = tell(socket)
    assert list(correction) == ["T", "S", "x", "t", "z", *("oi", "op", "os", "oc"), *("ci", "cp", "cs", "cc")]
    assert (correction["T"], correction["op"], correction["cp"]) == ("c", wrong["p"], wrong["p"] / 2)
    assert (cancellation["T"], cancellation["i"], cancellation["a"]) == ("x", phantom["i"], "C")
    assert phantom["i"] != second["i"]


def test_wanted_symbols_are_those_of_every_channel(desk: Desk, sockets: Sockets) -> None:
    streams = desk.exchange.streams
    assert streams is not None
    assert streams.wanted() == frozenset()
    socket = sockets.data("AAA")
    listen(socket, statuses=["BBB"], trades=["CCC"])
    other = sockets.data("DDD", path="/v2/sip")
    assert streams.wanted() == {"AAA", "BBB", "CCC", "DDD"}
    listen(other, quotes=["*"])
    assert streams.wanted() is None


# Spelling and keys


@contextmanager
def opened(url: str, **headers: str) -> Iterator[ClientConnection]:
    with connect(url, proxy=None, compression=None, additional_headers=headers) as socket:
        yield socket


def test_client_that_asks_for_json_gets_text(desk: Desk, base_url: str, sockets: Sockets) -> None:
    with opened(f"{sockets.url}/v2/iex", **{"Content-Type": "application/json"}) as socket:
        assert json.loads(socket.recv(WAIT)) == [{"T": "success", "msg": "connected"}]
        socket.send(json.dumps(AUTH | {"key": "\ud800"}))
        assert json.loads(socket.recv(WAIT)) == error(402, "auth failed")
        socket.send(json.dumps(AUTH))
        assert json.loads(socket.recv(WAIT)) == [{"T": "success", "msg": "authenticated"}]
        socket.send(json.dumps({"action": "subscribe", "bars": ["AAA"], "trades": ["AAA"]}))
        socket.recv(WAIT)
        desk.advance()
        frame = socket.recv(WAIT)
        assert isinstance(frame, str)
        trade, *_, bar = json.loads(frame)
        assert trade["t"] == "2024-07-03T13:30:00.500000Z"
        told = history(base_url, "/v2/stocks/AAA/bars/latest")["bar"]
        assert {name: bar[name] for name in told} == told
        for nonsense in ("{", "[" * 100_000, "{}", '{"action": {}}'):
            socket.send(nonsense)
            assert json.loads(socket.recv(WAIT)) == error(400, "invalid syntax")


@pytest.mark.parametrize(
    "headers", [HEADERS, {"Authorization": "Basic " + base64.b64encode(b"key:secret").decode()}], ids=["keys", "basic"]
)
def test_keys_in_the_upgrade_let_in_unasked(sockets: Sockets, headers: dict[str, str]) -> None:
    with opened(f"{sockets.url}/v2/iex", **headers) as socket:
        assert [tell(socket)[0]["msg"] for _ in range(2)] == ["connected", "authenticated"]
        assert listen(socket, bars=["AAA"])["bars"] == ["AAA"]


@pytest.mark.parametrize(
    "headers",
    [{"APCA-API-KEY-ID": "key"}, HEADERS | {"APCA-API-SECRET-KEY": "no"}, {"Authorization": "Basic %%%"}],
    ids=str,
)
def test_wrong_keys_in_the_upgrade_are_refused_and_may_be_mended(sockets: Sockets, headers: dict[str, str]) -> None:
    with opened(f"{sockets.url}/v2/iex", **headers) as socket:
        tell(socket)
        assert tell(socket) == error(402, "auth failed")
        say(socket, AUTH)
        assert tell(socket)[0]["msg"] == "authenticated"


# Plans


@pytest.fixture
def basic(desk: Desk) -> Iterator[Sockets]:
    server = PaperExchangeServer(desk.exchange, key="key", secret="secret", plan=DataPlan.basic())
    with ExitStack() as stack:
        yield Sockets("ws" + server.start().removeprefix("http"), stack)
    server.stop()


def test_free_plan_listens_to_thirty_symbols_of_trades_and_quotes(basic: Sockets) -> None:
    socket = basic.data()
    names = [f"S{number}" for number in range(31)]
    state = listen(socket, trades=names[:20], quotes=names[:10], bars=names)
    assert len(state["bars"]) == 31
    assert listen(socket, trades=[names[20]]) == error(405, "symbol limit exceeded")[0]
    assert listen(socket, quotes=["*"]) == error(405, "symbol limit exceeded")[0]
    assert listen(socket) == state
    say(socket, {"action": "unsubscribe", "quotes": names[:10]})
    assert tell(socket)[0]["quotes"] == []
    assert len(listen(socket, trades=[names[20]])["trades"]) == 21


def test_free_plan_has_no_sip_stream(basic: Sockets) -> None:
    socket = basic.open("/v2/sip")
    tell(socket)
    say(socket, AUTH)
    assert tell(socket) == error(409, "insufficient subscription")
    with pytest.raises(ConnectionClosed):
        socket.recv(WAIT)


# The test feed


def test_test_feed_tells_of_fakepaca_every_minute(desk: Desk, sockets: Sockets) -> None:
    socket = sockets.data(path="/v2/test")
    assert listen(socket, bars=["FAKEPACA"], trades=["FAKEPACA"]) == {
        "T": "subscription",
        "trades": ["FAKEPACA"],
        "quotes": [],
        "bars": ["FAKEPACA"],
    }
    assert listen(socket, statuses=["FAKEPACA"]) == error(410, "invalid subscribe action for this feed")[0]
    desk.advance_to(OPEN + 2 * MINUTE)
    first, second = tell(socket), tell(socket)
    assert [message["T"] for message in first] == ["t"] * 4 + ["b"]
    assert second[-1]["t"].seconds - first[-1]["t"].seconds == MINUTE


def test_unknown_stream_is_not_found(sockets: Sockets) -> None:
    response = requests.get(f"http{sockets.url[2:]}/v2/moon", headers=HEADERS, timeout=20)
    assert response.status_code == 404


# Unmodified alpaca-py


def test_alpacas_stream_hears_every_channel(
    desk: Desk, sockets: Sockets, faults: FaultPort, subscribed: threading.Event
) -> None:
    stream = StockDataStream("key", "secret", url_override=f"{sockets.url}/v2/iex")
    heard = {name: Recorded() for name in ("trade", "quote", "bar", "daily", "updated", "status", "fix", "cancel")}
    stream.subscribe_trades(heard["trade"].take, "AAA")
    stream.subscribe_quotes(heard["quote"].take, "AAA")
    stream.subscribe_bars(heard["bar"].take, "*")
    stream.subscribe_daily_bars(heard["daily"].take, "AAA")
    stream.subscribe_updated_bars(heard["updated"].take, "AAA")
    stream.subscribe_trading_statuses(heard["status"].take, "AAA")
    stream.register_trade_corrections(heard["fix"].take)
    stream.register_trade_cancels(heard["cancel"].take)
    faults.plant("data", "correct", symbols=["AAA"])
    faults.plant("data", "correct", channels=["trades"])
    faults.plant("data", "cancel")
    threading.Thread(target=stream.run, daemon=True).start()
    try:
        assert subscribed.wait(WAIT)
        desk.advance_to(HALT + MINUTE)
        right = desk.market.bar("AAA", OPEN)
        assert right is not None
        wrong = heard["bar"].next()
        updated = heard["updated"].next()
        assert (wrong.symbol, updated.symbol, updated.close) == ("AAA", "AAA", right.close)
        assert wrong.close != right.close
        assert heard["daily"].next().close == right.close
        assert heard["fix"].next().corrected_price == right.open
        assert heard["cancel"].next().action == "C"
        assert heard["status"].next().status_code == "H"
        trades = [heard["trade"].next() for _ in range(5)]
        assert trades[-1].price == right.close
        assert heard["quote"].next().bid_price < right.open
        _unsubscribes(desk, stream, heard["trade"], subscribed)
    finally:
        stream.stop()


def _unsubscribes(desk: Desk, stream: StockDataStream, trades: Recorded, subscribed: threading.Event) -> None:
    """Leave every channel but the bars, and hear no trade of the next minutes."""
    subscribed.clear()
    stream.unsubscribe_trades("AAA")
    stream.unsubscribe_quotes("AAA")
    stream.unsubscribe_daily_bars("AAA")
    stream.unsubscribe_updated_bars("AAA")
    stream.unsubscribe_trading_statuses("AAA")
    streams = desk.exchange.streams
    assert streams is not None
    assert subscribed.wait(WAIT)
    feed = streams._feeds["/v2/iex"]  # type: ignore[attr-defined]
    for _ in range(100):
        if feed.wanted() is None and feed._admitted.subscriptions.symbols() == {"*"}:
            break
        subscribed.wait(0.05)
    while not trades.queue.empty():
        trades.queue.get()
    bars = Recorded()
    stream.subscribe_bars(bars.take, "*")
    desk.advance_to(RESUMPTION + MINUTE)
    assert bars.next().symbol in {"AAA", "BBB"}
    with pytest.raises(queue.Empty):
        trades.queue.get(timeout=0.1)
    stream.unsubscribe_bars("*")


# Sizes


def test_long_minute_comes_in_several_frames(desk: Desk, sockets: Sockets) -> None:
    socket = sockets.data()
    symbols = [f"X{number}" for number in range(700)]
    listen(socket, trades=["*"], bars=["*"])
    bar = desk.market.bar("AAA", OPEN)
    assert bar is not None
    streams = desk.exchange.streams
    assert streams is not None
    streams.send_bars([replace(bar, symbol=symbol) for symbol in symbols])
    first, second = tell(socket), tell(socket)
    assert len(first) == 2000
    assert len(first) + len(second) == 700 * 5
    assert len(msgpack.packb(first, datetime=True)) < 2**20
