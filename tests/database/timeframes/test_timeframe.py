"""Where longer bars lie, and several minutes as one: nothing of a price is lost, nothing is made up."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.bars.bar_columns import BarColumns
from database.calendar_manager import MarketCalendar, Session
from database.timeframes.longer_columns import combine, merged
from database.timeframes.timeframe import Alignment, Grid, Span, Timeframe
from tests.database.market import bar_at, minutes_from_open, session_on

HALF_DAY = date(2026, 11, 27)
CLOCK, BY_SESSION = Alignment
FIVE, FOUR_HOURS = Timeframe.FIVE_MINUTES, Timeframe.FOUR_HOURS


def spans(timeframe: Timeframe, session: Session, alignment: Alignment = CLOCK) -> list[Span]:
    return list(Grid(timeframe, alignment).spans([session], session.open, session.close))


@pytest.mark.requirement("S4-09")
@pytest.mark.parametrize(
    ("alignment", "timeframe", "whole", "half"),
    [
        *((each, "1m", 390, 210) for each in Alignment),
        *((each, "5m", 78, 42) for each in Alignment),
        *((each, "15m", 26, 14) for each in Alignment),
        *((each, "30m", 13, 7) for each in Alignment),
        *((each, "1d", 1, 1) for each in Alignment),
        (CLOCK, "1h", 7, 4),
        (BY_SESSION, "1h", 7, 4),
        (CLOCK, "4h", 2, 2),
        (BY_SESSION, "4h", 2, 1),
    ],
)
def test_a_session_has_so_many_bars(alignment: Alignment, timeframe: str, whole: int, half: int) -> None:
    grid = Timeframe(timeframe)
    assert len(spans(grid, session_on(), alignment)) == whole
    assert len(spans(grid, session_on(HALF_DAY), alignment)) == half


def test_by_the_clock_the_first_bars_of_hours_begin_before_the_session_and_hold_less() -> None:
    session = session_on()
    hours = spans(Timeframe.HOUR, session)
    assert hours[0] == Span(session.open - 1800, session.open, session.open + 1800)
    assert [span.end - span.start for span in hours[1:]] == [3600] * 6
    assert [(span.end - span.start) // 60 for span in spans(FOUR_HOURS, session)] == [150, 240]
    assert [(span.end - span.start) // 60 for span in spans(FOUR_HOURS, session_on(HALF_DAY))] == [150, 60]
    assert spans(Timeframe.HOUR, session, BY_SESSION)[-1] == Span(
        session.close - 1800, session.close - 1800, session.close
    )


@given(
    day=st.dates(date(2019, 1, 1), date(2026, 11, 1)),
    timeframe=st.sampled_from([each for each in Timeframe if each is not Timeframe.ONE_DAY]),
)
def test_bars_lie_on_the_clock_of_new_york_as_pandas_floors_it(day: date, timeframe: Timeframe) -> None:
    session = MarketCalendar().next_session(int(pd.Timestamp(day, tz="UTC").timestamp()))
    assert session is not None
    ts = range(session.open, session.close, 60)
    local = pd.to_datetime(pd.Series(ts), unit="s", utc=True).dt.tz_convert("America/New_York").dt.tz_localize(None)
    labels = local.dt.floor(f"{timeframe.minutes}min").dt.tz_localize("America/New_York").dt.tz_convert("UTC")
    expected = sorted({int(label.timestamp()) for label in labels})
    assert [span.label for span in spans(timeframe, session)] == expected


def test_five_minutes_take_the_first_open_the_last_close_and_the_furthest_prices() -> None:
    minutes, longer = BarColumns("SPY"), BarColumns("SPY")
    minutes.extend(minutes_from_open(7, first=100.0))
    ends = combine(minutes, spans(FIVE, session_on()), longer)
    first, second = longer.bar(0), longer.bar(1)
    assert (first.ts, second.ts) == (session_on().open, session_on().open + 300)
    assert (first.open, first.high, first.low, first.close, first.volume) == (100.0, 105.0, 50.0, 104.0, 50.0)
    assert (second.open, second.close, second.volume) == (105.0, 106.0, 20.0)
    assert ends == [first.ts + 300, second.ts + 300]


def test_a_day_has_no_length_by_the_clock() -> None:
    assert [each.minutes for each in Timeframe] == [1, 5, 15, 30, 60, 240, None]


@given(minutes=st.sets(st.integers(0, 389), min_size=1), timeframe=st.sampled_from(Timeframe))
def test_every_minute_is_in_exactly_one_bar_and_empty_bars_are_left_out(
    minutes: set[int], timeframe: Timeframe
) -> None:
    start = session_on().open
    columns, longer = BarColumns("SPY"), BarColumns("SPY")
    bars = [bar_at(start + 60 * minute, 100.0 + minute) for minute in sorted(minutes)]
    columns.extend(bars)
    grid = Grid(timeframe)
    combine(columns, spans(timeframe, session_on()), longer)
    assert longer.times.tolist() == sorted({grid.span_at(bar.ts, session_on()).label for bar in bars})
    assert sum(longer.volumes) == 10.0 * len(minutes)
    assert longer.closes[-1] == bars[-1].close
    assert max(longer.highs) == max(bar.high for bar in bars) == merged(bars, start).high
