"""What a chart is given: never more than asked for, never what is not over, days by their session."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from database.bar_store import BarStore
from database.calendar_manager import MarketCalendar
from database.sqlite_store import SqliteStore
from database.timeframes.chart_bars import ChartBars
from database.timeframes.timeframe import Timeframe
from tests.database.market import minutes_from_open, open_store, session_on

THURSDAY, FRIDAY, HALF_DAY = date(2026, 11, 19), date(2026, 11, 20), date(2026, 11, 27)
ONE, FIVE, DAY = Timeframe.ONE_MINUTE, Timeframe.FIVE_MINUTES, Timeframe.ONE_DAY


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = open_store(tmp_path)
    yield store
    store.close()


@pytest.fixture
def bars(store: SqliteStore) -> ChartBars:
    calendar = MarketCalendar()
    for day, first in ((THURSDAY, 100.0), (FRIDAY, 500.0), (HALF_DAY, 900.0)):
        minutes = minutes_from_open(session_on(day).minutes, day=day, first=first)
        BarStore(store, calendar).insert(minutes)
    return ChartBars(store, calendar)


def test_the_newest_bars_come_and_no_more_than_asked_for(bars: ChartBars) -> None:
    close = session_on(FRIDAY).close
    for timeframe, seconds in ((ONE, 60), (FIVE, 300)):
        found = bars.newest("SPY", timeframe, count=30, before=close)
        assert [bar.ts for bar in found] == [close - seconds * back for back in range(30, 0, -1)]


def test_what_is_not_over_is_never_seen(bars: ChartBars) -> None:
    now = session_on(FRIDAY).open + 7 * 60 + 59
    assert bars.newest("SPY", ONE, count=1, before=now)[0].close == 506.0
    under_way = bars.newest("SPY", FIVE, count=1, before=now)[0]
    assert (under_way.open, under_way.close) == (505.0, 506.0)
    today = bars.newest("SPY", DAY, count=1, before=now)[0]
    assert (today.ts, today.open, today.close, today.volume) == (session_on(FRIDAY).open, 500.0, 506.0, 70.0)


def test_a_day_is_its_session_and_begins_with_it(bars: ChartBars) -> None:
    found = bars.newest("SPY", DAY, count=500, before=session_on(HALF_DAY).close)
    expected = [(session_on(day), first) for day, first in ((THURSDAY, 100.0), (FRIDAY, 500.0), (HALF_DAY, 900.0))]
    assert [(bar.ts, bar.open, bar.close) for bar in found] == [
        (session.open, first, first + session.minutes - 1) for session, first in expected
    ]
    assert (found[0].high, found[0].low) == (490.0, 50.0)


def test_a_night_and_a_half_day_leave_five_minutes_whole(bars: ChartBars) -> None:
    before = session_on(FRIDAY).open + 600
    found = bars.newest("SPY", FIVE, count=80, before=before)
    assert len(found) == 80
    assert {bar.volume for bar in found} == {50.0}


@pytest.mark.parametrize("timeframe", [ONE, FIVE, DAY])
def test_only_what_is_new_since_a_moment(bars: ChartBars, timeframe: Timeframe) -> None:
    close = session_on(FRIDAY).close
    whole = bars.newest("SPY", timeframe, count=500, before=close)
    assert bars.newest("SPY", timeframe, count=500, before=close, since=whole[-2].ts) == whole[-2:]
    assert bars.newest("SPY", timeframe, count=500, before=close, since=close) == []


def test_the_bar_under_way_is_renewed_whole_although_only_its_end_is_new(bars: ChartBars) -> None:
    start = session_on(FRIDAY).open
    [renewed] = bars.newest("SPY", FIVE, count=500, before=start + 240, since=start)
    assert (renewed.open, renewed.close) == (500.0, 503.0)


@pytest.mark.parametrize("timeframe", [ONE, FIVE, DAY])
def test_an_unknown_symbol_has_no_bars(bars: ChartBars, timeframe: Timeframe) -> None:
    assert bars.newest("NONE", timeframe, count=500, before=session_on(FRIDAY).close) == []
    assert bars.bar_at("NONE", session_on(FRIDAY).open) is None


def test_one_minute_is_found_by_its_start(bars: ChartBars) -> None:
    found = bars.bar_at("SPY", session_on(FRIDAY).open + 60)
    assert found is not None
    assert found.close == 501.0
    assert bars.bar_at("SPY", session_on(FRIDAY).close) is None
