"""Message faults as alpaca-py's unmodified streams meet them, and the rule of bending over any mixture of faults."""

import threading
from collections import Counter
from typing import Any

import pytest
from alpaca.data.live import StockDataStream
from alpaca.trading.stream import TradingStream
from hypothesis import given
from hypothesis import strategies as st

from database.bar import MINUTE
from orchestra.paper_exchange.wire.faults.board import FaultBoard
from orchestra.paper_exchange.wire.faults.fault import Fault, FaultKind, FaultTarget
from orchestra.paper_exchange.wire.faults.stream_faults import Message, StreamFaults
from orchestra.paper_exchange.wire.sockets.hub import StreamHub
from tests.orchestra.paper_exchange.made_market import OPEN, Desk
from tests.orchestra.paper_exchange.wire.clients import WAIT, FaultPort, Recorded, Sockets, until

KEPT = [FaultKind.DUPLICATE, FaultKind.REORDER, FaultKind.LATE]


def test_bars_as_alpacas_stream_hears_them(
    desk: Desk, sockets: Sockets, faults: FaultPort, subscribed: threading.Event
) -> None:
    """Minute 5 has no bar; the late one of minute 4 comes then."""
    recorded = Recorded()
    stream = StockDataStream("key", "secret", raw_data=True, url_override=f"{sockets.url}/v2/iex")
    stream.subscribe_bars(recorded.take, "AAA")
    threading.Thread(target=stream.run, daemon=True).start()
    try:
        assert subscribed.wait(WAIT)
        for kind in ("drop", "duplicate", "reorder", None, "late", None, "null_bar", "bad_bar", None):
            if kind:
                faults.plant("data", kind)
            desk.advance()
        heard = [recorded.next() for _ in range(8)]
    finally:
        stream.stop()
    assert [(bar["t"].seconds - OPEN) // MINUTE for bar in heard] == [1, 1, 3, 2, 4, 6, 7, 8]
    assert heard[5]["c"] is None
    assert heard[6]["c"] != heard[6]["c"]
    assert faults.hits() == [1] * 6


def test_impossible_bar_costs_alpacas_models_the_rest_of_its_array_only(
    desk: Desk, sockets: Sockets, faults: FaultPort, subscribed: threading.Event
) -> None:
    recorded = Recorded()
    stream = StockDataStream("key", "secret", url_override=f"{sockets.url}/v2/iex")
    stream.subscribe_bars(recorded.take, "AAA")
    threading.Thread(target=stream.run, daemon=True).start()
    try:
        assert subscribed.wait(WAIT)
        faults.plant("data", "null_bar")
        desk.advance_to(OPEN + 2 * MINUTE)
        assert int(recorded.next().timestamp.timestamp()) == OPEN + MINUTE
    finally:
        stream.stop()


def test_mute_connection_is_left_by_a_client_that_times_its_data(
    desk: Desk, sockets: Sockets, faults: FaultPort, subscribed: threading.Event
) -> None:
    recorded = Recorded()
    # Long enough that no pause of the machine uses it up before the next minute.
    stream = StockDataStream("key", "secret", url_override=f"{sockets.url}/v2/iex", data_timeout=5)
    stream._reconnect_min_backoff = stream._reconnect_max_backoff = 0.05
    stream.subscribe_bars(recorded.take, "AAA")
    faults.plant("data", "mute")
    threading.Thread(target=stream.run, daemon=True).start()
    try:
        assert subscribed.wait(WAIT)
        subscribed.clear()
        assert desk.advance().sent == {"AAA"}
        assert subscribed.wait(WAIT)
        desk.advance()
        assert int(recorded.next().timestamp.timestamp()) == OPEN + MINUTE
    finally:
        stream.stop()


@pytest.mark.parametrize(("is_raw", "told"), [(True, ["new", "new", "fill"]), (False, ["fill"])], ids=["raw", "model"])
def test_unknown_status_is_lost_on_alpacas_models_and_kept_raw(
    desk: Desk, sockets: Sockets, faults: FaultPort, is_raw: bool, told: list[str]
) -> None:
    """Two orders are new under an unknown status; one is canceled and the other filled."""
    recorded = Recorded()
    stream = TradingStream("key", "secret", raw_data=is_raw, url_override=f"{sockets.url}/stream")
    stream.subscribe_trade_updates(recorded.take)
    threading.Thread(target=stream.run, daemon=True).start()
    hub = desk.exchange.streams
    assert isinstance(hub, StreamHub)
    try:
        until(lambda: any(client.is_listening for client in hub._orders._clients))
        faults.plant("orders", "unknown_status", times=2)
        desk.place("buy")
        desk.place("buy")
        desk.exchange.cancel(next(iter(desk.exchange.account.working)))
        desk.settle()
        events = []
        while "fill" not in events:
            update = recorded.next()
            events.append(update["data"]["event"] if is_raw else update.event)
    finally:
        stream.stop()
    assert [event for event in events if event != "canceled"] == told


# The rule


def bar(symbol: str, minute: int) -> Message:
    return Message("bars", symbol, {"T": "b", "S": symbol, "t": minute})


@given(
    minutes=st.lists(st.lists(st.sampled_from("ABC"), max_size=4, unique=True), max_size=12),
    planted=st.lists(
        st.tuples(st.sampled_from(KEPT), st.floats(0.05, 1.0), st.integers(0, 9), st.integers(1, 5)), max_size=4
    ),
)
def test_without_drops_every_message_comes_at_last(
    minutes: list[list[str]], planted: list[tuple[FaultKind, float, int, int]]
) -> None:
    board = FaultBoard()
    for kind, probability, seed, times in planted:
        board.plant(Fault(FaultTarget.DATA, kind, times=times, probability=probability, seed=seed))
    stream = StreamFaults(board, FaultTarget.DATA)
    sent, came = [], []
    for number, symbols in enumerate(minutes):
        messages = [bar(symbol, number) for symbol in symbols]
        sent += messages
        came += stream.bend(messages, number).messages
    board.clear()
    came += stream.bend([bar("Z", 98)], 98).messages
    came += stream.bend([bar("Z", 99)], 99).messages
    counted = Counter((message.symbol, message.body["t"]) for message in came)
    doubled = sum(count - 1 for count in counted.values())
    assert counted.keys() == {(message.symbol, message.body["t"]) for message in sent} | {("Z", 98), ("Z", 99)}
    assert doubled <= sum(times for kind, *_, times in planted if kind is FaultKind.DUPLICATE)


def seen(kinds: list[Any], seed: int) -> list[Any]:
    board = FaultBoard()
    for kind in kinds:
        board.plant(Fault(FaultTarget.DATA, kind, times=None, probability=0.3, seed=seed))
    stream = StreamFaults(board, FaultTarget.DATA)
    return [stream.bend([bar("A", minute), bar("B", minute)], minute).messages for minute in range(30)]


@given(st.lists(st.sampled_from([FaultKind.DROP, *KEPT]), min_size=1, max_size=3), st.integers(0, 100))
def test_the_same_seed_bends_the_same_way(kinds: list[FaultKind], seed: int) -> None:
    assert seen(kinds, seed) == seen(kinds, seed)
