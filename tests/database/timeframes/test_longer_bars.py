"""Longer bars that algorithms read: at any time those a naive calculation makes of the minutes, none too early."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from database import db_manager
from database.bar import MINUTE, Bar, BarSource
from database.bar_store import BarStore
from database.bars.market_world import MarketWorld
from database.calendar_manager import MarketCalendar, Session
from database.timestamps import iso_minute
from tests.database.bars.test_market_world import History
from tests.database.market import bar_at, minutes_from_open, open_store, session_on

SESSIONS = [session_on(date(2026, 11, day)) for day in (24, 25, 27, 30)]  # the third is a half day
OPENS = {"5m": 5, "15m": 15, "30m": 30, "1h": 60, "4h": 240, "1d": 24 * 60}
CALENDAR = MarketCalendar()


def naive(bars: list[Bar], timeframe: str, now: int) -> list[dict[str, Any]]:
    """Return the longer bars that are over by now, by sorting every minute into its bar."""
    groups: dict[tuple[int, int], list[Bar]] = {}
    for bar in sorted(bars, key=lambda each: each.ts):
        session = next(each for each in SESSIONS if each.contains(bar.ts))
        groups.setdefault(naive_span(bar.ts, session, timeframe), []).append(bar)
    return [
        {
            "timestamp": iso_minute(label),
            "ohlcv": {
                "o": group[0].open,
                "h": max(bar.high for bar in group),
                "l": min(bar.low for bar in group),
                "c": group[-1].close,
                "v": sum(bar.volume for bar in group),
            },
        }
        for (label, end), group in groups.items()
        if end <= now
    ]


def naive_span(ts: int, session: Session, timeframe: str) -> tuple[int, int]:
    if timeframe == "1d":
        return session.open, session.close
    minutes = OPENS[timeframe]
    # New York is five hours behind in November.
    of_day = (ts - 5 * 3600) % 86_400 // 60
    label = ts - of_day % minutes * 60
    return label, min(label + minutes * 60, session.close)


def read(what: str, *args: object, timeframe: str) -> list[dict[str, Any]]:
    return [dict(bar) for bar in db_manager.get_data_for_algorithm("SPY", what, *args, timeframe=timeframe)]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pytest.TempPathFactory]:
    yield tmp_path_factory
    db_manager.unbind()


def world_in(folder: Path, *, is_only_writer: bool = True) -> MarketWorld:
    world = MarketWorld(BarStore(open_store(folder), CALENDAR, is_only_writer=is_only_writer), CALENDAR)
    db_manager.bind(world)
    return world


minutes = st.builds(
    lambda session, minute, price, revised: bar_at(
        SESSIONS[session].open + min(minute, SESSIONS[session].minutes - 1) * MINUTE,
        float(price),
        source=BarSource.HISTORY if revised else BarSource.STREAM,
    ),
    st.integers(0, 3),
    st.integers(0, 389),
    st.integers(10, 500),
    st.booleans(),
)
moments = st.builds(
    lambda session, minute: SESSIONS[session].open + minute * MINUTE, st.integers(0, 3), st.integers(-9, 400)
)


@pytest.mark.requirement("S4-09")
@pytest.mark.requirement("S0-18")
@settings(max_examples=60, deadline=None)
@given(
    steps=st.lists(st.tuples(st.lists(minutes, max_size=40), moments), min_size=1, max_size=8),
    timeframe=st.sampled_from(list(OPENS)),
    count=st.sampled_from((1, 5, 80)),
    is_only_writer=st.booleans(),
)
def test_every_read_at_any_time_is_the_naive_calculation(
    folders: pytest.TempPathFactory,
    steps: list[tuple[list[Bar], int]],
    timeframe: str,
    count: int,
    is_only_writer: bool,
) -> None:
    """Minutes come in any order, late and revised, and time is asked for in any order too."""
    world = world_in(folders.mktemp("longer"), is_only_writer=is_only_writer)
    known: dict[int, Bar] = {}
    for bars, now in steps:
        world.store_bars(bars)
        for bar in bars:
            if bar.ts not in known or bar.source > known[bar.ts].source:
                known[bar.ts] = bar
        world.as_of = now
        expected = naive(list(known.values()), timeframe, now)
        assert read("last_n_bars", count, timeframe=timeframe) == expected[-count:]
        start, day = SESSIONS[1].open + 4000, SESSIONS[2]
        later = [bar for bar in expected if bar["timestamp"] >= iso_minute(start)]
        assert read("since", iso_minute(start), timeframe=timeframe) == later
        of_day = [bar for bar in expected if bar["timestamp"][:10] == "2026-11-27"]
        assert read("session", day.day, timeframe=timeframe) == of_day
        end = iso_minute(day.open + 1800)
        in_range = [bar for bar in later if bar["timestamp"] < end]
        assert read("time_range", iso_minute(start), end, timeframe=timeframe) == in_range
        before = iso_minute(SESSIONS[1].open + 7260)
        over = naive(list(known.values()), timeframe, min(now, SESSIONS[1].open + 7260))
        assert read("last_n_bars", count, before, timeframe=timeframe) == over[-count:]
        closes = [bar["ohlcv"]["c"] for bar in expected[-count:]]
        assert db_manager.get_closes("SPY", count, timeframe=timeframe) == closes
    world.bar_store.store.close()


def test_a_bar_comes_with_its_last_minute_and_not_before(tmp_path: Path) -> None:
    world = world_in(tmp_path)
    session = SESSIONS[2]
    seen: dict[str, list[int]] = {timeframe: [] for timeframe in OPENS}
    for minute in range(session.open + MINUTE, session.close + MINUTE, MINUTE):
        world.store_bars([bar_at(minute - MINUTE)])
        world.as_of = minute
        for timeframe, times in seen.items():
            if len(read("session", session.day, timeframe=timeframe)) > len(times):
                times.append((minute - session.open) // MINUTE)
    db_manager.unbind()
    assert seen["5m"] == list(range(5, 211, 5))
    assert seen["1h"] == [30, 90, 150, 210]
    assert seen["4h"] == [150, 210]  # a half day: the second one is cut
    assert seen["1d"] == [210]


def test_history_is_fetched_once_as_far_back_as_the_bars_reach(world: MarketWorld) -> None:
    friday = session_on(date(2026, 11, 20))
    world.as_of = friday.open + 10 * MINUTE
    history = History(world)
    db_manager.bind(world)
    assert len(read("last_n_bars", 60, timeframe="5m")) == 60
    assert history.asked == [(world.calendar.minutes_back(world.as_of, 60 * 5 + 390), world.as_of)]
    assert len(read("last_n_bars", 60, timeframe="5m")) == 60
    assert len(read("session", date(2026, 11, 19), timeframe="1h")) == 7
    assert len(history.asked) <= 2
    asked = len(history.asked)
    read("session", date(2026, 11, 19), timeframe="1h")
    assert len(history.asked) == asked
    db_manager.unbind()


def test_without_a_time_the_bar_of_the_newest_minute_is_still_under_way(world: MarketWorld) -> None:
    world.store_bars(minutes_from_open(9))
    db_manager.bind(world)
    assert len(read("last_n_bars", 5, timeframe="5m")) == 1
    world.store_bars(minutes_from_open(10))
    assert len(read("last_n_bars", 5, timeframe="5m")) == 2
    assert read("last_n_bars", 5, timeframe="1d") == []
    db_manager.unbind()


def test_another_timeframe_is_refused_with_those_there_are(world: MarketWorld) -> None:
    with pytest.raises(ValueError, match="'2h' is not available; use one of 1m, 5m, 15m, 30m, 1h, 4h, 1d"):
        read("last_n_bars", 1, timeframe="2h")
