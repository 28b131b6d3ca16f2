"""Every fault of the streams, planted through the control port and seen by a plain client and by alpaca-py."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from alpaca.data.live import StockDataStream
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, InvalidStatus
from wsproto.events import BytesMessage

from database.bar import MINUTE, BarSource
from database.errors import MarketDataError
from database.normaliser import bar_from_alpaca
from orchestra.paper_exchange.wire.sockets.hub import StreamHub
from tests.orchestra.paper_exchange.made_market import CLOSE, OPEN, Desk
from tests.orchestra.paper_exchange.wire.clients import (
    AUTH,
    WAIT,
    FaultPort,
    Recorded,
    Sockets,
    error,
    heard,
    say,
    tell,
    until,
)

SILENCE = 0.2


def minutes_told(socket: Any, frames: int) -> list[int]:
    return [(message["t"].seconds - OPEN) // MINUTE for _ in range(frames) for message in tell(socket)]


def assert_silent(socket: Any) -> None:
    with pytest.raises(TimeoutError):
        socket.recv(SILENCE)


# Bars


def test_dropped_bar_is_promised_in_the_tick_and_never_comes(desk: Desk, sockets: Sockets, faults: FaultPort) -> None:
    socket = sockets.data("AAA")
    faults.plant("data", "drop")
    assert desk.advance().sent == {"AAA"}
    desk.advance()
    assert minutes_told(socket, 1) == [1]
    assert faults.hits() == [1]


@pytest.mark.parametrize(
    ("kind", "told"), [("duplicate", [0, 0, 1, 2]), ("reorder", [1, 0, 2]), ("late", [0, 1, 2])], ids=str
)
def test_bars_come_twice_or_in_another_order(
    desk: Desk, sockets: Sockets, faults: FaultPort, kind: str, told: list[int]
) -> None:
    socket = sockets.data("AAA")
    faults.plant("data", kind)
    desk.advance_to(OPEN + 3 * MINUTE)
    frames = {"duplicate": 3, "reorder": 2, "late": 3}[kind]
    assert minutes_told(socket, frames) == told


def test_late_bar_comes_in_the_next_minute_even_when_nothing_trades(
    desk: Desk, sockets: Sockets, faults: FaultPort
) -> None:
    socket = sockets.data("AAA")
    desk.advance_to(OPEN + 4 * MINUTE)
    faults.plant("data", "late")
    assert desk.advance().sent == {"AAA"}
    assert minutes_told(socket, 4) == [0, 1, 2, 3]
    assert_silent(socket)
    assert desk.advance().sent == frozenset()
    assert minutes_told(socket, 1) == [4]


@pytest.mark.parametrize("seconds", [None, 60])
def test_corrected_bar_is_wrong_first_and_right_as_an_update(
    desk: Desk, sockets: Sockets, faults: FaultPort, seconds: int | None
) -> None:
    socket = sockets.data()
    say(socket, {"action": "subscribe", "bars": ["AAA"], "updatedBars": ["AAA"]})
    tell(socket)
    faults.plant("data", "correct", **({"seconds": seconds} if seconds else {}))
    desk.advance_to(OPEN + 2 * MINUTE)
    messages = [message for _ in range(3 if seconds else 2) for message in tell(socket)]
    assert [message["T"] for message in messages] == ["b", "u", "b"]
    wrong, right = (bar_from_alpaca("AAA", message, BarSource.STREAM) for message in messages[:2])
    assert right == desk.market.bar("AAA", OPEN)
    assert (wrong.ts, wrong.symbol) == (right.ts, right.symbol)
    assert (wrong.close, wrong.volume) == (right.low, right.volume + 100)


def test_correction_without_a_subscription_to_updates_stays_wrong(
    desk: Desk, sockets: Sockets, faults: FaultPort
) -> None:
    socket = sockets.data("AAA")
    faults.plant("data", "correct")
    desk.advance_to(OPEN + 2 * MINUTE)
    assert [[message["T"] for message in tell(socket)] for _ in range(2)] == [["b"], ["b"]]


def test_null_and_bad_bars_are_impossible_one_way_after_the_other(
    desk: Desk, sockets: Sockets, faults: FaultPort
) -> None:
    socket = sockets.data("AAA")
    faults.plant("data", "null_bar")
    faults.plant("data", "bad_bar", times=4)
    desk.advance_to(OPEN + 7 * MINUTE)
    null, nan, negative, high, future = (tell(socket)[0] for _ in range(5))
    assert [null[name] for name in ("o", "h", "l", "c", "v")] == [None] * 5
    assert nan["c"] != nan["c"]
    assert negative["c"] < 0
    for message in (null, nan, negative):
        with pytest.raises(MarketDataError):
            bar_from_alpaca("AAA", message, BarSource.STREAM)
    right = desk.market.bar("AAA", OPEN + 3 * MINUTE)
    assert right is not None
    assert high["c"] == right.close * 100
    assert future["t"].seconds == OPEN + 4 * MINUTE + 3600


def test_only_named_symbols_are_struck(desk: Desk, sockets: Sockets, faults: FaultPort) -> None:
    socket = sockets.data("*")
    faults.plant("data", "drop", times=9, symbols=["BBB"])
    desk.advance_to(OPEN + 3 * MINUTE)
    assert [[message["S"] for message in tell(socket)] for _ in range(3)] == [["AAA"]] * 3
    assert faults.hits() == [1]


def test_chance_is_the_same_with_the_same_seed(desk: Desk, sockets: Sockets, faults: FaultPort) -> None:
    def struck(seed: int) -> list[int]:
        faults.clear()
        faults.plant("data", "duplicate", probability=0.5, seed=seed)
        counts = []
        for _ in range(8):
            tick = desk.advance()
            if tick.sent:
                counts.append(len(tell(socket)))
        return counts

    socket = sockets.data("AAA")
    desk.advance_to(OPEN + 6 * MINUTE)
    [tell(socket) for _ in range(5)]
    first = struck(7)
    desk.advance_to(CLOSE)
    while desk.exchange.now == CLOSE:
        desk.advance()
    second = struck(7)
    assert second[: len(first)] == first
    assert set(second) == {1, 2}


# Connections


def test_mute_connection_answers_pings_and_speaks_again_when_healed(
    desk: Desk, sockets: Sockets, faults: FaultPort
) -> None:
    socket = sockets.data("AAA")
    faults.plant("data", "mute")
    assert desk.advance().sent == {"AAA"}
    assert socket.ping().wait(WAIT)
    assert_silent(socket)
    faults.clear()
    desk.advance()
    assert minutes_told(socket, 1) == [1]


def arrived(hub: StreamHub) -> list[Any]:
    """Return what the one data client sends, which grows as the server reads it."""
    [client] = hub._feeds["/v2/iex"]._clients
    line, read = client.connection._socket.ws, list[Any]()
    events = line.events

    def overheard() -> Iterator[Any]:
        for event in events():
            read.append(event)
            yield event

    line.events = overheard
    return read


def test_half_open_connection_answers_nothing_until_healed(
    desk: Desk, sockets: Sockets, faults: FaultPort, hub: StreamHub
) -> None:
    socket = sockets.data("AAA")
    faults.plant("data", "half_open")
    desk.advance()
    read = arrived(hub)
    lost = socket.ping()
    say(socket, {"action": "subscribe", "bars": ["BBB"]})
    until(lambda: any(isinstance(event, BytesMessage) for event in read))
    assert_silent(socket)
    assert not lost.is_set()
    faults.clear()
    desk.advance()
    assert minutes_told(socket, 1) == [1]
    assert socket.ping().wait(WAIT)
    assert hub.wanted() == {"AAA"}


def test_half_open_connection_gives_its_place_back_when_the_client_leaves(
    desk: Desk, sockets: Sockets, faults: FaultPort, hub: StreamHub
) -> None:
    socket = sockets.data("AAA")
    faults.plant("data", "half_open")
    desk.advance()
    socket.close_timeout = 0.1
    socket.close()
    until(lambda: hub._feeds["/v2/iex"]._admitted is None)
    assert sockets.data("AAA")


def test_disconnected_client_sees_1011_and_may_come_back(desk: Desk, sockets: Sockets, faults: FaultPort) -> None:
    socket = sockets.data("AAA")
    desk.advance()
    faults.plant("data", "disconnect")
    assert desk.advance().sent == {"AAA"}
    assert minutes_told(socket, 1) == [0]
    with pytest.raises(ConnectionClosedError) as closed:
        socket.recv(WAIT)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1011
    again = sockets.data("AAA")
    desk.advance()
    assert minutes_told(again, 1) == [2]


@pytest.mark.parametrize(
    ("kind", "code", "text"),
    [("refuse_406", 406, "connection limit exceeded"), ("refuse_402", 402, "auth failed")],
    ids=str,
)
def test_login_is_refused_as_often_as_asked(
    sockets: Sockets, faults: FaultPort, kind: str, code: int, text: str
) -> None:
    faults.plant("data", kind, times=2)
    for _ in range(2):
        socket = sockets.open("/v2/iex")
        tell(socket)
        say(socket, AUTH)
        assert tell(socket) == error(code, text)
    assert sockets.data("AAA")


@pytest.mark.parametrize(("on", "path"), [("data", "/v2/iex"), ("orders", "/stream")])
def test_upgrade_is_refused_with_429(sockets: Sockets, faults: FaultPort, on: str, path: str) -> None:
    faults.plant(on, "refuse_429")
    with pytest.raises(InvalidStatus) as refused:
        sockets.open(path)
    assert refused.value.response.status_code == 429
    assert sockets.open(path)


# Order updates


def events(socket: Any, count: int) -> list[str]:
    return [heard(socket)["data"]["event"] for _ in range(count)]


@pytest.mark.parametrize(
    ("kind", "told"),
    [("drop", ["fill"]), ("duplicate", ["new", "new", "fill"]), ("reorder", ["fill", "new"])],
    ids=str,
)
def test_order_updates_are_lost_doubled_or_passed(
    desk: Desk, sockets: Sockets, faults: FaultPort, kind: str, told: list[str]
) -> None:
    socket = sockets.orders()
    faults.plant("orders", kind)
    desk.place("buy")
    desk.settle()
    assert events(socket, len(told)) == told
    assert_silent(socket)


def test_order_of_an_unknown_status_is_told_once(desk: Desk, sockets: Sockets, faults: FaultPort) -> None:
    socket = sockets.orders()
    faults.plant("orders", "unknown_status", symbols=["AAA"])
    desk.place("buy")
    desk.settle()
    assert [heard(socket)["data"]["order"]["status"] for _ in range(2)] == ["beamed_up", "filled"]


@pytest.mark.parametrize("kind", ["mute", "half_open"])
def test_silent_order_connection_speaks_again_when_healed(
    desk: Desk, sockets: Sockets, faults: FaultPort, kind: str
) -> None:
    socket = sockets.orders()
    faults.plant("orders", kind)
    desk.place("buy")
    is_mute = kind == "mute"
    assert socket.ping().wait(WAIT if is_mute else SILENCE) is is_mute
    assert_silent(socket)
    faults.clear()
    desk.settle()
    assert events(socket, 1) == ["fill"]


def test_disconnected_order_client_sees_1011(desk: Desk, sockets: Sockets, faults: FaultPort) -> None:
    socket = sockets.orders()
    faults.plant("orders", "disconnect")
    desk.place("buy")
    with pytest.raises(ConnectionClosed):
        socket.recv(WAIT)


# Unmodified alpaca-py


def test_alpacas_client_comes_back_after_every_kind_of_break(
    desk: Desk, sockets: Sockets, faults: FaultPort, subscribed: threading.Event
) -> None:
    """It waits half a second to thirty between attempts, so the kinds come in one row."""
    recorded = Recorded()
    stream = StockDataStream(
        "key",
        "secret",
        url_override=f"{sockets.url}/v2/iex",
        websocket_params={"ping_interval": 0.2, "ping_timeout": 5, "close_timeout": 0.1},
    )
    stream._reconnect_min_backoff = 0.05
    stream._reconnect_max_backoff = 0.1
    stream.subscribe_bars(recorded.take, "AAA")
    threading.Thread(target=stream.run, daemon=True).start()
    heard_minutes = []
    try:
        assert subscribed.wait(WAIT)
        for kinds in (["disconnect"], ["half_open"], ["disconnect", "refuse_429", "refuse_406", "refuse_402"]):
            for kind in kinds:
                faults.plant("data", kind)
            subscribed.clear()
            desk.advance()
            assert subscribed.wait(WAIT), kinds
            while not desk.advance().sent:
                pass
            heard_minutes.append((int(recorded.next().timestamp.timestamp()) - OPEN) // MINUTE)
    finally:
        stream.stop()
    assert heard_minutes == [1, 3, 6]
    assert faults.hits() == [1] * 6


# The port


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"on": "data"},
        {"on": "moon", "kind": "drop"},
        {"on": "data", "kind": "unknown_status"},
        {"on": "orders", "kind": "late"},
        {"on": "rest", "kind": "drop"},
        {"on": "data", "kind": "drop", "time": 3},
        {"on": "data", "kind": "drop", "times": 0},
        {"on": "data", "kind": "drop", "times": "3"},
        {"on": "data", "kind": "drop", "times": True},
        {"on": "data", "kind": "drop", "probability": 1.5},
        {"on": "data", "kind": "drop", "seed": -1},
        {"on": "data", "kind": "drop", "symbols": "AAA"},
        {"on": "data", "kind": "drop", "symbols": []},
        {"on": "rest", "kind": "reset", "path": 7},
        {"on": {}, "kind": []},
    ],
    ids=json.dumps,
)
def test_fault_that_cannot_be_is_refused_in_words(faults: FaultPort, body: Any) -> None:
    response = faults.post(body)
    assert response.status_code == 422
    assert response.json()["message"]
    assert faults.hits() == []
