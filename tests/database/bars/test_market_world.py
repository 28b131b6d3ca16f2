"""Which reads ask the broker's history, for what, and how often."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import pytest

from database.bar import MINUTE, Bar
from database.bars.market_world import MarketWorld
from database.errors import MarketDataError
from database.historical_pull import HistoricalPull
from tests.database.market import minutes_from_open, session_on

THURSDAY, FRIDAY = session_on(date(2026, 11, 19)), session_on(date(2026, 11, 20))


class History:
    """The broker's history of SPY: all of Thursday and Friday; records what it is asked for."""

    def __init__(self, world: MarketWorld) -> None:
        self.world = world
        self.bars = [bar for day in (19, 20) for bar in minutes_from_open(390, day=date(2026, 11, day))]
        self.asked: list[tuple[int, int]] = []
        pull = HistoricalPull(world.bar_store, world.calendar, self._fetch, now=self._now, settle_seconds=0)
        world.fetch_missing = pull.pull

    def _now(self) -> int:
        assert self.world.as_of is not None
        return self.world.as_of

    def _fetch(self, symbols: Sequence[str], start: int, end: int) -> Iterable[tuple[str, Mapping[str, object]]]:
        self.asked.append((start, end))
        return [(bar.symbol, raw(bar)) for bar in self.bars if bar.symbol in symbols and start <= bar.ts < end]


def raw(bar: Bar) -> dict[str, object]:
    return {"t": bar.ts, "o": bar.open, "h": bar.high, "l": bar.low, "c": bar.close, "v": bar.volume, "vw": bar.vwap}


def starts(world: MarketWorld, count: int) -> int:
    return len(world.last("SPY", count))


@pytest.fixture
def history(world: MarketWorld) -> History:
    world.as_of = FRIDAY.open + 10 * MINUTE
    return History(world)


@pytest.mark.requirement("S2-44")
def test_a_new_ticker_gets_its_warm_up_from_history_in_one_request(world: MarketWorld, history: History) -> None:
    assert starts(world, 51) == 51
    assert history.asked == [(world.calendar.minutes_back(FRIDAY.open + 600, 2 * 51 + 390), FRIDAY.open + 600)]
    assert starts(world, 51) == 51
    assert len(history.asked) == 1


def test_bars_that_are_stored_are_never_asked_for(world: MarketWorld, history: History) -> None:
    world.store_bars(bar for bar in history.bars if bar.ts < FRIDAY.open + 600)
    assert starts(world, 51) == 51
    assert history.asked == []


@pytest.mark.requirement("S2-74")
def test_an_empty_answer_is_not_asked_for_again_while_the_stream_runs(world: MarketWorld, history: History) -> None:
    history.bars = []
    for minute in range(10, 60):
        world.as_of = FRIDAY.open + minute * MINUTE
        assert starts(world, 51) == 0
    assert len(history.asked) == 1


def test_a_ticker_younger_than_its_warm_up_is_asked_for_once(world: MarketWorld, history: History) -> None:
    history.bars = history.bars[360:]  # listed half an hour before Thursday's close
    for minute in range(10, 21):
        world.as_of = FRIDAY.open + minute * MINUTE
        world.store_bars(bar for bar in history.bars if bar.ts == world.as_of - MINUTE)
        assert starts(world, 51) == 30 + minute
    assert len(history.asked) == 1


def test_a_ticker_outside_the_stream_has_its_newest_minutes_fetched(world: MarketWorld, history: History) -> None:
    world.is_streamed = lambda symbol: symbol != "SPY"
    assert starts(world, 5) == 5
    world.as_of = FRIDAY.open + 20 * MINUTE
    bars = world.last("SPY", 5)
    assert bars[-1]["timestamp"] == "2026-11-20T14:49:00Z"
    assert history.asked[1:] == [(FRIDAY.open + 600, FRIDAY.open + 1200)]
    world.last("SPY", 5)
    assert len(history.asked) == 2


def test_ranges_fetch_only_their_uncovered_part(world: MarketWorld, history: History) -> None:
    world.between("SPY", THURSDAY.open + 3600, THURSDAY.open + 7200)
    assert len(world.between("SPY", THURSDAY.open, THURSDAY.close)) == 390
    assert history.asked == [
        (THURSDAY.open + 3600, THURSDAY.open + 7200),
        (THURSDAY.open, THURSDAY.open + 3600),
        (THURSDAY.open + 7200, THURSDAY.close),
    ]
    assert len(world.between("SPY", THURSDAY.open)) == 400
    assert history.asked[3:] == [(FRIDAY.open, FRIDAY.open + 600)]


def test_the_minutes_after_an_answer_of_today_are_left_to_the_stream(world: MarketWorld, history: History) -> None:
    assert len(world.between("SPY", FRIDAY.open)) == 10
    world.as_of = FRIDAY.open + 30 * MINUTE
    assert len(world.between("SPY", FRIDAY.open)) == 10
    assert len(history.asked) == 1


def test_a_hole_of_another_day_is_fetched_even_after_an_answer(world: MarketWorld, history: History) -> None:
    world.as_of = THURSDAY.open + 600
    world.between("SPY", THURSDAY.open)
    world.as_of = FRIDAY.open + 600
    assert len(world.between("SPY", THURSDAY.open, THURSDAY.close)) == 390
    assert history.asked[1:] == [(THURSDAY.open + 600, THURSDAY.close)]


def test_a_fetch_that_fails_leaves_what_is_stored(world: MarketWorld, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_symbol: str, _start: int, _end: int) -> None:
        raise MarketDataError("the broker does not answer")

    world.as_of = FRIDAY.open + 600
    world.store_bars(minutes_from_open(3))
    world.fetch_missing = fail
    with caplog.at_level(logging.WARNING):
        assert starts(world, 51) == 3
    assert "going on with what is stored" in caplog.text


def test_without_a_fetcher_nothing_is_asked_for(world: MarketWorld) -> None:
    world.as_of = FRIDAY.open + 600
    assert world.last("SPY", 51) == []
    assert world.between("SPY", THURSDAY.open) == []
