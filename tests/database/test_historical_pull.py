"""History is asked for once, filtered and stored; gaps are the calendar's, not the clock's."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.bar import MINUTE, BarSource
from database.bars.market_world import MarketWorld
from database.errors import MarketDataError
from database.historical_pull import HistoricalPull
from tests.database.market import bar_at, minutes_from_open, open_world, session_on

THURSDAY, FRIDAY = session_on(date(2026, 11, 19)), session_on(date(2026, 11, 20))


def message(ts: int, close: float = 100.0) -> dict[str, Any]:
    return {"t": ts, "o": close, "h": close + 1, "l": close / 2, "c": close, "v": 10, "n": 3, "vw": close}


class Broker:
    """Answer every minute of the clock, extended hours included, and record the requests."""

    def __init__(self) -> None:
        self.asked: list[tuple[tuple[str, ...], int, int]] = []
        self.extra: list[tuple[str, dict[str, Any]]] = []
        self.now = FRIDAY.close
        self.is_out = self.is_quiet = False

    def fetch(self, symbols: Sequence[str], start: int, end: int) -> Iterable[tuple[str, Mapping[str, Any]]]:
        self.asked.append((tuple(symbols), start, end))
        if self.is_out:
            raise MarketDataError("the broker does not answer.")
        for symbol in () if self.is_quiet else symbols:
            yield from ((symbol, message(ts)) for ts in range(start, end, MINUTE))
        yield from self.extra


@pytest.fixture
def broker() -> Broker:
    return Broker()


def pull_for(world: MarketWorld, broker: Broker, *, settle_seconds: int = 120) -> HistoricalPull:
    return HistoricalPull(
        world.bar_store, world.calendar, broker.fetch, now=lambda: broker.now, settle_seconds=settle_seconds
    )


@pytest.mark.requirement("S2-89")
def test_two_sessions_are_one_request_and_only_regular_minutes_are_stored(world: MarketWorld, broker: Broker) -> None:
    pull = pull_for(world, broker, settle_seconds=0)
    assert pull.pull("SPY", THURSDAY.open - 7200, FRIDAY.close + 7200) == 780
    assert broker.asked == [(("SPY",), THURSDAY.open, FRIDAY.close)]
    assert pull.pull("SPY", THURSDAY.open, FRIDAY.close) == 0
    assert len(broker.asked) == 1
    assert [bar.source for bar in world.bar_store.last_bars("SPY", 1, before=FRIDAY.close)] == [BarSource.HISTORY]


def test_a_long_history_is_stored_as_it_comes_and_never_held_whole(world: MarketWorld) -> None:
    waiting: list[int] = []

    def fetch(symbols: Sequence[str], start: int, end: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
        sessions = world.calendar.sessions_between(start, end)
        minutes = [ts for session in sessions for ts in range(session.open, session.close, MINUTE)]
        for told, ts in enumerate(minutes):
            waiting.append(told - len(world.bar_store.bars_between("SPY", start, end)) if told % 100 == 0 else 0)
            yield "SPY", message(ts)

    pull = HistoricalPull(world.bar_store, world.calendar, fetch, now=lambda: FRIDAY.close, settle_seconds=0)
    start = world.calendar.minutes_back(FRIDAY.close, 6 * 390)
    assert pull.pull("SPY", start, FRIDAY.close) == 6 * 390
    assert 0 < max(waiting) <= 1_000


def test_nothing_of_the_future_is_asked_for_or_stored(world: MarketWorld, broker: Broker) -> None:
    broker.now = FRIDAY.open + 10 * MINUTE + 30
    broker.extra = [("SPY", message(FRIDAY.open + 10 * MINUTE))]  # the bar in progress
    pull = pull_for(world, broker)
    pull.pull("SPY", FRIDAY.open, FRIDAY.close)
    assert broker.asked == [(("SPY",), FRIDAY.open, FRIDAY.open + 600)]
    assert world.bar_store.newest_ts("SPY") == FRIDAY.open + 9 * MINUTE


def test_minutes_too_young_to_be_settled_are_asked_for_again(world: MarketWorld, broker: Broker) -> None:
    broker.now = FRIDAY.open + 10 * MINUTE
    pull = pull_for(world, broker)
    pull.pull("SPY", FRIDAY.open, FRIDAY.close)
    broker.now += 20 * MINUTE
    pull.pull("SPY", FRIDAY.open, FRIDAY.close)
    assert broker.asked[1] == (("SPY",), FRIDAY.open + 8 * MINUTE, FRIDAY.open + 30 * MINUTE)


def test_malformed_and_foreign_bars_are_left_out_with_a_log_line(
    world: MarketWorld, broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    broker.extra = [
        ("SPY", {"t": "never"}),
        ("SPY", {**message(THURSDAY.open), "h": 1.0}),
        ("QQQ", message(THURSDAY.open)),
    ]
    with caplog.at_level(logging.WARNING):
        assert pull_for(world, broker).pull("SPY", THURSDAY.open, THURSDAY.close) == 390
    assert "2 bars of the history were malformed" in caplog.text
    assert len([record for record in caplog.records if "incomplete or malformed" in record.getMessage()]) == 1
    assert world.bar_store.newest_ts("QQQ") is None


def test_a_crash_between_the_pages_asks_again_and_doubles_nothing(world: MarketWorld, broker: Broker) -> None:
    def breaking(symbols: Sequence[str], start: int, end: int) -> Iterable[tuple[str, Mapping[str, Any]]]:
        yield from list(broker.fetch(symbols, start, end))[:100]
        raise ConnectionError

    broken = HistoricalPull(world.bar_store, world.calendar, breaking, now=lambda: broker.now)
    with pytest.raises(ConnectionError):
        broken.pull("SPY", THURSDAY.open, THURSDAY.close)
    assert pull_for(world, broker).pull("SPY", THURSDAY.open, THURSDAY.close) == 390
    assert len(world.bar_store.bars_between("SPY", THURSDAY.open, THURSDAY.close)) == 390


@pytest.mark.requirement("S2-60")
def test_after_a_reconnect_symbols_with_the_same_gap_share_a_request(world: MarketWorld, broker: Broker) -> None:
    for symbol in ("SPY", "QQQ"):
        world.store_bars(minutes_from_open(100, day=THURSDAY.day, symbol=symbol))
    world.store_bars(minutes_from_open(390, day=THURSDAY.day, symbol="IBM"))
    broker.now = FRIDAY.open + 5 * MINUTE
    assert pull_for(world, broker).fill_gaps(["SPY", "QQQ", "IBM", "SPY"]) == 2 * (290 + 5) + 5
    assert broker.asked == [
        (("QQQ", "SPY"), THURSDAY.open + 100 * MINUTE, broker.now),
        (("IBM",), FRIDAY.open, broker.now),
    ]


@pytest.mark.requirement("S2-60")
def test_a_hole_that_newer_bars_hide_is_filled(world: MarketWorld, broker: Broker) -> None:
    day = minutes_from_open(390, day=THURSDAY.day)
    today = minutes_from_open(60)
    world.store_bars([*day, *today[:10], *today[30:]])
    broker.now = FRIDAY.open + 60 * MINUTE
    assert pull_for(world, broker).fill_gaps(["SPY"]) == 20
    assert broker.asked == [(("SPY",), FRIDAY.open + 10 * MINUTE, FRIDAY.open + 30 * MINUTE)]


def test_without_a_hole_nothing_is_asked_for(world: MarketWorld, broker: Broker) -> None:
    world.store_bars([*minutes_from_open(390, day=THURSDAY.day), *minutes_from_open(60)])
    broker.now = FRIDAY.open + 60 * MINUTE
    assert pull_for(world, broker).fill_gaps(["SPY"]) == 0
    assert broker.asked == []


def test_minutes_known_to_be_empty_are_no_hole(world: MarketWorld, broker: Broker) -> None:
    world.store_bars([*minutes_from_open(10, day=THURSDAY.day), *minutes_from_open(10)])
    world.bar_store.coverage.record("SPY", (THURSDAY.open, FRIDAY.open), rows=10, at=FRIDAY.open)
    broker.now = FRIDAY.open + 10 * MINUTE
    assert pull_for(world, broker).fill_gaps(["SPY"]) == 0
    assert broker.asked == []


def test_a_bar_too_young_to_be_settled_may_be_replaced(world: MarketWorld, broker: Broker) -> None:
    broker.now = FRIDAY.open + 10 * MINUTE + 2
    pull_for(world, broker).pull("SPY", FRIDAY.open, FRIDAY.close)
    stored = world.bar_store.last_bars("SPY", 4, before=FRIDAY.close)
    assert [bar.source for bar in stored] == [BarSource.HISTORY, BarSource.HISTORY, BarSource.STREAM, BarSource.STREAM]
    youngest = FRIDAY.open + 9 * MINUTE
    world.store_bars([bar_at(youngest, 50.0, source=BarSource.STREAM_UPDATED)])
    assert [bar.close for bar in world.bar_store.bars_between("SPY", youngest, FRIDAY.close)] == [50.0]
    broker.now = FRIDAY.open + 20 * MINUTE + 2
    pull_for(world, broker).pull("SPY", FRIDAY.open, FRIDAY.close)
    assert broker.asked[1][1] == FRIDAY.open + 8 * MINUTE
    assert [bar.close for bar in world.bar_store.bars_between("SPY", youngest, youngest + 1)] == [100.0]


def test_a_new_symbol_gets_its_warm_up(world: MarketWorld, broker: Broker) -> None:
    assert pull_for(world, broker).fill_gaps(["SPY"], new_symbol_minutes=400) == 400
    assert world.bar_store.bars_between("SPY", 0, FRIDAY.close)[0].ts == THURSDAY.close - 10 * MINUTE


@given(
    stored=st.sets(st.integers(0, 779)), asked=st.lists(st.tuples(st.integers(0, 779), st.integers(0, 779)), max_size=3)
)
def test_missing_minutes_are_neither_stored_nor_known_to_be_empty(
    tmp_path_factory: pytest.TempPathFactory, stored: set[int], asked: list[tuple[int, int]]
) -> None:
    world = open_world(tmp_path_factory.mktemp("missing"))
    minutes = [*range(THURSDAY.open, THURSDAY.close, MINUTE), *range(FRIDAY.open, FRIDAY.close, MINUTE)]
    world.store_bars(bar_at(minutes[index]) for index in stored)
    known = {minutes[index] for index in stored}
    for first, last in asked:
        world.bar_store.coverage.record("SPY", (minutes[first], minutes[last]), rows=0, at=FRIDAY.close)
        known |= {minute for minute in minutes if minutes[first] <= minute < minutes[last]}
    missing = pull_for(world, Broker()).missing_minutes("SPY", THURSDAY.open, FRIDAY.close)
    assert missing == [minute for minute in minutes if minute not in known]
    world.bar_store.store.close()


@pytest.mark.requirement("S2-60")
def test_what_history_does_not_tell_is_a_gap_until_it_does(world: MarketWorld, broker: Broker) -> None:
    broker.now = FRIDAY.open + 30 * MINUTE
    today = [FRIDAY.open + i * MINUTE for i in (*range(5), *range(12, 28))]
    world.bar_store.insert(minutes_from_open(390, day=date(2026, 11, 19)) + [bar_at(ts, 100.0) for ts in today])
    pull = pull_for(world, broker)
    broker.is_out = True
    with pytest.raises(MarketDataError):
        pull.catch_up(["SPY"])
    assert pull.gaps() == [("SPY", FRIDAY.open + 5 * MINUTE, FRIDAY.open + 12 * MINUTE)]
    broker.is_out = False
    pull.catch_up(["SPY"])
    assert pull.gaps() == []
    assert world.bar_store.newest_ts("SPY") == FRIDAY.open + 29 * MINUTE


@pytest.mark.requirement("S2-60")
def test_minutes_in_which_a_thin_symbol_did_not_trade_are_no_gap(world: MarketWorld, broker: Broker) -> None:
    broker.now = FRIDAY.open + 30 * MINUTE
    world.bar_store.insert([bar_at(THURSDAY.close - MINUTE, 100.0), bar_at(FRIDAY.open, 100.0)])
    broker.is_quiet = True
    pull = pull_for(world, broker)
    pull.catch_up(["SPY"])
    assert pull.gaps() == []
    assert len(broker.asked) > 0
    asked = len(broker.asked)
    pull.catch_up(["SPY"])
    assert len(broker.asked) == asked + 1  # only the minutes that were not settled yet
