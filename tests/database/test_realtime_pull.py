"""Stream messages become stored minutes; whatever else arrives is counted and forgotten."""

import logging
import threading
from typing import Any

import msgpack
import pytest

from database.bar import MINUTE, BarSource
from database.bars.market_world import MarketWorld
from database.db_manager import get_data_for_algorithm, insert_minute_data
from database.historical_pull import HistoricalPull
from database.realtime_pull import RealtimePull
from tests.database.market import session_on

SESSION = session_on()
FIELDS = {"o": 388.98, "h": 389.13, "l": 388.97, "c": 389.12, "v": 49378, "n": 461, "vw": 389.06}


def frame(minute: int, *, kind: str = "b", symbol: str = "SPY", **change: object) -> dict[str, Any]:
    return {"T": kind, "S": symbol, "t": msgpack.Timestamp(SESSION.open + minute * MINUTE), **FIELDS, **change}


@pytest.fixture
def pull(world: MarketWorld) -> RealtimePull:
    return RealtimePull(world)


@pytest.mark.requirement("S0-12")
@pytest.mark.requirement("S2-89")
def test_a_minute_of_frames_is_stored_in_one_commit(world: MarketWorld, pull: RealtimePull) -> None:
    symbols = [f"S{i}" for i in range(100)]
    for symbol in symbols:
        pull.on_message(frame(0, symbol=symbol))
    before = world.bar_store.recent.writes
    assert [bar.symbol for bar in pull.flush()] == symbols
    assert world.bar_store.recent.writes == before + 1
    assert pull.flush() == []
    assert [bar.ts for bar in world.bar_store.last_bars("S99", 9, before=SESSION.close)] == [SESSION.open]


@pytest.mark.requirement("S2-35")
def test_a_streamed_bar_equals_the_bar_of_history(world: MarketWorld, pull: RealtimePull) -> None:
    pull.on_message(msgpack.unpackb(msgpack.packb(frame(0))))
    (streamed,) = pull.flush()
    history = HistoricalPull(
        world.bar_store,
        world.calendar,
        lambda _symbols, _start, _end: [("QQQ", {"t": "2026-11-20T14:30:00Z", **FIELDS})],
        now=lambda: SESSION.close,
    )
    history.pull("QQQ", SESSION.open, SESSION.close)
    (fetched,) = world.bar_store.last_bars("QQQ", 1, before=SESSION.close)
    (stored,) = world.bar_store.last_bars("SPY", 1, before=SESSION.close)
    as_spy = [getattr(fetched, name) for name in ("ts", "open", "high", "low", "close", "volume", "vwap")]
    assert stored == streamed
    assert [getattr(stored, name) for name in ("ts", "open", "high", "low", "close", "volume", "vwap")] == as_spy
    assert get_data_for_algorithm("SPY", "last_n_bars", 1) == get_data_for_algorithm("QQQ", "last_n_bars", 1)


@pytest.mark.requirement("S2-86")
def test_stream_and_insert_minute_data_leave_the_same_row(world: MarketWorld, pull: RealtimePull) -> None:
    ohlcv = {key: FIELDS[key] for key in "ohlcv"}
    pull.on_message(frame(0, n=None, vw=None))
    pull.flush()
    assert insert_minute_data("QQQ", "2026-11-20T14:30:00Z", ohlcv)
    with world.bar_store.store.reader() as connection:
        rows = connection.execute("SELECT ts, o, h, l, c, v, vwap, n, source, rev FROM bars_1m").fetchall()
    assert len(rows) == 2
    assert rows[0] == rows[1]


def test_waiting_ends_when_the_minute_of_every_symbol_has_arrived(pull: RealtimePull) -> None:
    both = frozenset({"SPY", "QQQ"})
    pull.on_message(frame(1, symbol="SPY"))
    pull.on_message(frame(0, symbol="QQQ"))
    assert not pull.wait_for(both, SESSION.open + MINUTE, wait_seconds=0)
    stream = threading.Thread(target=pull.on_message, args=(frame(1, symbol="QQQ"),))
    stream.start()
    assert pull.wait_for(both, SESSION.open + MINUTE, wait_seconds=10)
    stream.join()
    pull.flush()
    assert not pull.wait_for(both, SESSION.open + MINUTE, wait_seconds=0)
    assert pull.wait_for(frozenset(), SESSION.open, wait_seconds=0)


def test_an_updated_bar_replaces_the_first_one(world: MarketWorld, pull: RealtimePull) -> None:
    pull.on_message(frame(0))
    pull.on_message(frame(0, kind="u", c=389.0))
    pull.on_message(frame(0, c=389.1))
    pull.flush()
    (bar,) = world.bar_store.last_bars("SPY", 5, before=SESSION.close)
    assert (bar.close, bar.source) == (389.0, BarSource.STREAM_UPDATED)


@pytest.mark.requirement("S2-76")
def test_frames_outside_the_session_are_not_handed_on(world: MarketWorld, pull: RealtimePull) -> None:
    for minute in (-1, 0, 389, 390):
        pull.on_message(frame(minute))
    assert [bar.ts for bar in pull.flush()] == [SESSION.open, SESSION.close - MINUTE]
    assert world.bar_store.dropped_off_session == 2


def test_malformed_frames_are_counted_logged_once_and_never_raised(
    pull: RealtimePull, caplog: pytest.LogCaptureFixture
) -> None:
    broken: list[Any] = [
        frame(0, h=1.0),
        frame(0, c=None),
        frame(0, t="later"),
        {"T": "b"},
        {"T": ["b"], "S": "SPY"},
        {"T": "d", **FIELDS},
        {},
        "not a frame",
        None,
    ]
    for message in [*broken, frame(0)]:
        pull.on_message(message)
    with caplog.at_level(logging.WARNING):
        assert len(pull.flush()) == 1
    assert pull.malformed == {"SPY": 3, "?": 1}
    assert len([record for record in caplog.records if record.getMessage().startswith("SPY")]) == 1
