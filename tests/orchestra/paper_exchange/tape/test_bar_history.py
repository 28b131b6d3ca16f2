"""Longer bars against pandas, on made-up sessions, a recorded one and a synthetic market."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.bar import MINUTE, Bar
from database.calendar_manager import MarketCalendar
from orchestra.paper_exchange.market.replay import ReplayMarket
from orchestra.paper_exchange.market.synthetic import SyntheticMarket
from orchestra.paper_exchange.tape.adjustment import Adjustment
from orchestra.paper_exchange.tape.aggregate import aggregate
from orchestra.paper_exchange.tape.bar_history import BarHistory, Span
from orchestra.paper_exchange.tape.timeframe import Timeframe
from tests.orchestra.paper_exchange.made_market import CLOSE, NEXT_CLOSE, NEXT_OPEN, OPEN, default_lines, line, write

CALENDAR = MarketCalendar()
SYNTHETIC = SyntheticMarket(7, CALENDAR)
FAR = 10**11
AGGREGATION = {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"}


def epoch(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@dataclass
class Moment:
    """A market and a minute that a test chooses."""

    market: ReplayMarket | SyntheticMarket
    now: int
    calendar: MarketCalendar = field(default=CALENDAR)

    def bars(
        self, symbol: str, timeframe: str, start: int = 0, end: int = FAR, *, is_descending: bool = False
    ) -> list[Bar]:
        span = Span(start, end, is_descending)
        return list(BarHistory.of(self).bars(symbol, span, Timeframe.read(timeframe)))


@pytest.fixture
def made(tmp_path: Path) -> ReplayMarket:
    extended = [
        line(OPEN - 30 * MINUTE, "1.00,99.00,0.50,2.00", volume="7"),
        line(CLOSE + 5 * MINUTE, "3.00,98.00,0.60,4.00", volume="11"),
    ]
    lines = [extended[0], *default_lines()[:9], extended[1], *default_lines()[9:]]
    return ReplayMarket.read([write(tmp_path / "bars.csv", lines)], CALENDAR)


def frame(bars: Sequence[Bar]) -> pd.DataFrame:
    rows = [(bar.ts, bar.open, bar.high, bar.low, bar.close, bar.volume) for bar in bars]
    table = pd.DataFrame(rows, columns=["ts", *AGGREGATION])
    return table.set_index(pd.to_datetime(table.pop("ts"), unit="s", utc=True).dt.tz_convert("America/New_York"))


def rows(bars: Sequence[Bar]) -> list[tuple[float, ...]]:
    return [(bar.ts, bar.open, bar.high, bar.low, bar.close, bar.volume) for bar in bars]


def resampled(bars: Sequence[Bar], rule: str, **more: str) -> list[tuple[float, ...]]:
    table = frame(bars).resample(rule, **more).agg(AGGREGATION).dropna()
    return [(int(at.timestamp()), *values) for at, values in zip(table.index, table.to_numpy().tolist(), strict=True)]


@pytest.mark.parametrize(
    ("timeframe", "rule"),
    [("1Min", "1min"), ("5Min", "5min"), ("15Min", "15min"), ("30Min", "30min"), ("1Hour", "1h"), ("2Hour", "2h")],
)
def test_intraday_bars_are_what_pandas_makes_of_the_minutes(timeframe: str, rule: str) -> None:
    start, end = epoch("2024-03-07T00:00"), epoch("2024-03-14T00:00")
    minutes = list(SYNTHETIC.bars("F", start, end))
    told = Moment(SYNTHETIC, end).bars("F", timeframe, start, end)
    # Clocks change on the tenth; pandas would count two hours from the first midnight on, we from each.
    days = [CALENDAR.session_on(date(2024, 3, day)) for day in (7, 8, 11, 12, 13)]
    by_day = [[bar for bar in minutes if day and day.contains(bar.ts)] for day in days]
    assert rows(told) == [row for day in by_day for row in resampled(day, rule)]


@pytest.mark.parametrize(
    ("timeframe", "rule", "more"),
    [
        ("1Day", "1D", {}),
        ("1Week", "W-MON", {"label": "left", "closed": "left"}),
        ("1Month", "MS", {}),
        ("3Month", "QS", {}),
    ],
)
def test_longer_bars_are_what_pandas_makes_of_the_minutes(timeframe: str, rule: str, more: dict[str, str]) -> None:
    start, end = epoch("2024-01-01T05:00"), epoch("2024-04-01T04:00")
    minutes = list(SYNTHETIC.bars("KO", start, end))
    told = Moment(SYNTHETIC, end).bars("KO", timeframe, start, end - 1)
    assert rows(told) == resampled(minutes, rule, **more)


@pytest.mark.parametrize("timeframe", ["5Min", "1Day"])
def test_recorded_day_is_what_pandas_makes_of_it(recorded_days: Path, timeframe: str) -> None:
    file = next(iter(sorted((recorded_days / "equity_1min").glob("goog_2015*"))))
    market = ReplayMarket.read([file], CALENDAR)
    symbol = market.symbols[0]
    minutes = list(market.bars(symbol, 0, FAR))
    told = Moment(market, minutes[-1].ts + MINUTE).bars(symbol, timeframe)
    if timeframe == "5Min":
        assert rows(told) == resampled(minutes, "5min")
    else:
        whole = resampled(minutes, "1D")
        regular = resampled([bar for bar in minutes if CALENDAR.is_open(bar.ts)], "1D")
        assert rows(told) == [(*prices[:5], all_day[5]) for prices, all_day in zip(regular, whole, strict=True)]


@pytest.mark.requirement("S2-76")
def test_day_bar_takes_prices_from_regular_hours_and_volume_from_all(made: ReplayMarket) -> None:
    told = Moment(made, NEXT_OPEN).bars("AAA", "1Day")
    regular = list(made.bars("AAA", OPEN, CLOSE))
    assert len(told) == 1
    assert told[0].ts == epoch("2024-07-03T04:00")
    assert (told[0].open, told[0].high, told[0].low, told[0].close) == (10.0, 18.5, 9.5, 18.25)
    assert told[0].volume == sum(bar.volume for bar in regular) + 7 + 11


def test_day_bar_begins_an_hour_later_in_winter() -> None:
    told = Moment(SYNTHETIC, epoch("2024-01-05T00:00")).bars("F", "1Day", epoch("2024-01-04T00:00"))
    assert [bar.ts for bar in told] == [epoch("2024-01-04T05:00")]


@pytest.mark.requirement("S2-76")
def test_short_bars_include_extended_hours(made: ReplayMarket) -> None:
    assert [bar.high for bar in Moment(made, NEXT_OPEN).bars("AAA", "30Min")] == [99.0, 18.5, 98.0]


@pytest.mark.parametrize("timeframe", ["1Min", "5Min", "1Hour", "1Day", "1Week", "1Month"])
def test_bar_under_way_holds_what_is_over_and_nothing_more(made: ReplayMarket, timeframe: str) -> None:
    now = OPEN + 3 * MINUTE
    last = Moment(made, now).bars("AAA", timeframe)[-1]
    assert last.close == made.bars("AAA", now - MINUTE, now)[0].close
    assert last.high <= 12.5 or timeframe == "1Hour"


def test_before_the_open_there_is_no_day_bar(made: ReplayMarket) -> None:
    assert Moment(made, OPEN).bars("AAA", "1Day") == []


@given(
    timeframe=st.sampled_from(["1Min", "7Min", "1Hour", "1Day", "1Week"]),
    start=st.integers(OPEN - 90_000, NEXT_CLOSE),
    length=st.integers(0, 400_000),
    now=st.integers(OPEN // MINUTE, NEXT_CLOSE // MINUTE).map(lambda minute: minute * MINUTE),
)
def test_descending_is_ascending_backwards_and_spans_cut_by_start(
    timeframe: str, start: int, length: int, now: int
) -> None:
    moment = Moment(SYNTHETIC, now)
    ascending = moment.bars("F", timeframe, start, start + length)
    assert moment.bars("F", timeframe, start, start + length, is_descending=True) == ascending[::-1]
    assert all(start <= bar.ts <= start + length for bar in ascending)
    everything = moment.bars("F", timeframe, OPEN - 10 * 86_400, FAR)
    assert ascending == [bar for bar in everything if start <= bar.ts <= start + length]


def test_average_price_weighs_by_volume_and_is_unknown_when_a_part_is() -> None:
    one, two = Bar("A", 0, 1, 1, 1, 1, 100, 10.0, 3), Bar("A", 60, 1, 1, 1, 1, 300, 20.0, 4)
    assert aggregate([one, two], 0).vwap == 17.5
    assert aggregate([one, two], 0).trade_count == 7
    unknown = Bar("A", 120, 1, 1, 1, 1, 5)
    assert aggregate([one, unknown], 0).vwap is None
    assert aggregate([one, unknown], 0).trade_count is None
    assert aggregate([one], 0, also=[two]).vwap == 10.0


@pytest.mark.requirement("S2-77")
def test_synthetic_split_is_taken_out_once_and_prices_do_not_jump() -> None:
    splits = [
        action
        for action in SYNTHETIC.actions(SYNTHETIC.symbols, date(2018, 1, 1), date(2024, 1, 1))
        if action.new_rate / action.old_rate >= 3
    ]
    action = splits[-1]
    session = CALENDAR.session_on(action.ex_date)
    assert session is not None
    before = CALENDAR.last_session(session.open)
    assert before is not None
    history = BarHistory.of(Moment(SYNTHETIC, session.close))
    span, ratio = Span(before.open - 40_000, session.close), float(action.new_rate / action.old_rate)

    def daily(*wanted: Adjustment) -> list[Bar]:
        return list(history.bars(action.symbol, span, Timeframe.read("1Day"), adjustment=frozenset(wanted)))

    raw, adjusted = daily(Adjustment.RAW), daily(Adjustment.SPLIT)
    assert adjusted[1] == raw[1]
    assert adjusted[0].close == pytest.approx(raw[0].close / ratio, abs=1e-4)
    assert adjusted[0].volume == pytest.approx(raw[0].volume * ratio, abs=0.5)
    assert abs(adjusted[1].open / adjusted[0].close - 1) < 0.2
    assert raw[1].open / raw[0].close < 0.6
    # On the eve nobody knows of it.
    eve = BarHistory.of(Moment(SYNTHETIC, before.close))
    untouched = list(eve.bars(action.symbol, span, Timeframe.read("1Day"), adjustment=frozenset({Adjustment.ALL})))
    assert untouched[-1].close == raw[0].close
