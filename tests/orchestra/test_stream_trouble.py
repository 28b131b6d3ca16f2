"""Streams in trouble: refused, mute, half open. Each is said in words, healed, and never stormed."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from orchestra.messages.events import StreamConnected, StreamDisconnected, StreamName
from orchestra.paper_exchange.wire.faults.fault import Fault, FaultKind, FaultTarget
from orchestra.websocket_manager import PING_SECONDS, PONG_SECONDS, StreamAccess, _DataStream
from tests.orchestra.paper_exchange.made_market import OPEN, Desk
from tests.orchestra.stream_house import KEY, WAIT, House, until

MINUTE = 60
Open = Callable[..., House]


@pytest.fixture
def open_house(tmp_path: Path) -> Iterator[Open]:
    """Return a maker of one house, whose sockets may be told to notice a dead peer sooner."""
    desk = Desk(tmp_path)
    opened: list[House] = []

    def make(**more: float) -> House:
        opened.append(House(desk, **more))
        return opened[0]

    yield make
    for house in opened:
        house.streams.stop()
        house.server.stop()
    desk.exchange.close()


def connected(house: House) -> House:
    house.streams.claim("AAA", "one")
    house.streams.start()
    assert house.streams.wait_ready(WAIT)
    for _ in StreamName:
        house.expect(StreamConnected)
    return house


def plant(house: House, on: str, kind: FaultKind, **more: float) -> None:
    house.server.faults.plant(Fault(FaultTarget(on), kind, **more))


@pytest.mark.requirement("S2-49", "S2-71")
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (FaultKind.REFUSE_406, "another program uses these keys; Alpaca allows one data connection"),
        (FaultKind.REFUSE_402, "Alpaca refuses the keys"),
        (FaultKind.REFUSE_429, "too many connections for these keys"),
    ],
)
def test_refused_data_connection_says_why_and_comes_when_it_is_let_in(
    open_house: Open, kind: FaultKind, words: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_try_again = threading.Event()

    async def wait_for_us(_stream: _DataStream, _retries: int) -> None:
        while not may_try_again.is_set():
            await asyncio.sleep(0.01)

    monkeypatch.setattr(_DataStream, "_wait_before_reconnect", wait_for_us)
    house = open_house()
    plant(house, "data", kind)
    house.streams.claim("AAA", "one")
    house.streams.start()
    until(lambda: words in (house.streams.trouble(StreamName.DATA) or ""))
    assert not house.streams.is_connected(StreamName.DATA)
    may_try_again.set()
    assert house.streams.wait_ready(WAIT)
    assert house.streams.trouble(StreamName.DATA) is None
    assert [record.levelname for record in caplog.records if words in record.message] == ["WARNING"]
    assert "Traceback" not in caplog.text


def test_feed_outside_the_plan_is_said_and_tried_again(open_house: Open) -> None:
    house = open_house()
    feed = house.desk.exchange.streams._feeds["/v2/iex"]
    terms, feed._terms = feed._terms, replace(feed._terms, is_in_plan=False)
    house.streams.claim("AAA", "one")
    house.streams.start()
    until(lambda: "your Alpaca plan does not include this feed" in (house.streams.trouble(StreamName.DATA) or ""))
    feed._terms = terms
    assert house.streams.wait_ready(WAIT)


def test_feed_without_a_statuses_channel_still_brings_bars(open_house: Open) -> None:
    house = open_house()
    feed = house.desk.exchange.streams._feeds["/v2/iex"]
    feed._terms = replace(feed._terms, channels=("bars", "updatedBars"))
    connected(house)
    assert house.at_server == {"AAA"}


def test_statuses_of_what_is_claimed_are_subscribed(open_house: Open) -> None:
    house = connected(open_house())
    feed = house.desk.exchange.streams._feeds["/v2/iex"]
    (client,) = feed._clients
    assert client.subscriptions.by_channel["statuses"] == {"AAA"}


@pytest.mark.requirement("S2-49", "S2-60")
def test_mute_connection_is_made_anew_when_asked_and_brings_bars(open_house: Open) -> None:
    house = connected(open_house())
    plant(house, "data", FaultKind.MUTE)
    house.desk.advance()
    house.desk.advance()
    assert house.bars == []
    house.streams.reconnect(StreamName.DATA, "nothing has come for 90 s")
    assert house.expect(StreamDisconnected, StreamName.DATA).reason == "nothing has come for 90 s"
    house.expect(StreamConnected, StreamName.DATA)
    assert house.streams.wait_ready(WAIT)
    house.desk.advance()
    until(lambda: bool(house.bars))
    assert [bar["t"].seconds for bar in house.bars] == [OPEN + 2 * MINUTE]
    assert len(house.desk.exchange.streams._feeds["/v2/iex"]._clients) == 1


@pytest.mark.requirement("S2-49")
@pytest.mark.parametrize("stream", StreamName)
def test_peer_that_is_gone_is_noticed_by_its_missing_pong(open_house: Open, stream: StreamName) -> None:
    house = connected(open_house(ping_seconds=0.2, pong_seconds=0.3))
    plant(house, stream, FaultKind.HALF_OPEN, seconds=1.0)
    if stream is StreamName.ORDERS:
        house.desk.place("buy")
    house.desk.advance()
    house.expect(StreamDisconnected, stream)
    house.expect(StreamConnected, stream)


def test_peer_that_is_gone_costs_half_a_minute_at_most() -> None:
    assert PING_SECONDS + PONG_SECONDS <= 30
    socket = StreamAccess(KEY, KEY, is_paper=True, feed="iex").socket
    assert (socket["ping_interval"], socket["ping_timeout"]) == (PING_SECONDS, PONG_SECONDS)


def test_silence_counts_from_the_connection_and_from_each_bar(open_house: Open) -> None:
    house = open_house()
    assert house.streams.silent_since() is None
    connected(house)
    since = house.streams.silent_since()
    assert since is not None
    assert house.streams.last_frame_at == 0.0
    house.desk.advance()
    until(lambda: bool(house.bars))
    assert house.streams.silent_since() == house.streams.last_frame_at > since


def test_backoff_is_stretched_where_it_would_be_a_storm(open_house: Open) -> None:
    house = connected(open_house())
    for stream in (house.streams._orders, house.streams._data):
        assert stream is not None
        assert 0.5 <= stream._reconnect_delay(1) <= 1.0
        for _ in range(5):
            stream._pace.note_attempt()
        assert stream._reconnect_delay(1) > 50.0
