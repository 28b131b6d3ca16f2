"""The made-up market tells one story, whoever asks for which part of it first."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from statistics import correlation, fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from database.bar import MINUTE, Bar
from database.calendar_manager import MarketCalendar, Session
from database.normaliser import make_bar
from orchestra.paper_exchange.market.corporate_action import ActionKind
from orchestra.paper_exchange.market.market import Market
from orchestra.paper_exchange.market.story import day_path, session_shape
from orchestra.paper_exchange.market.synthetic import SyntheticMarket

CALENDAR = MarketCalendar()
MONDAY = date(2026, 11, 16)
SEED = 7
DAY = 24 * 3600
# A fund, two busy stocks, one that trades now and then, and a made-up company.
SYMBOLS = ("SPY", "NVDA", "F", "BRK.A", "QWERT")


def session(day: date) -> Session:
    found = CALENDAR.session_on(day)
    assert found is not None
    return found


def week() -> list[Session]:
    """Return two weeks, with Thanksgiving and a half day."""
    return CALENDAR.sessions_between(session(MONDAY).open, session(date(2026, 11, 27)).close)


def fresh(seed: int = SEED) -> SyntheticMarket:
    """Return a market that remembers nothing of what earlier ones were asked."""
    day_path._block.cache_clear()
    session_shape.market_wander.cache_clear()
    return SyntheticMarket(seed, CALENDAR)


def bars_of(market: Market, symbol: str, sessions: Sequence[Session]) -> list[Bar]:
    return list(market.bars(symbol, sessions[0].open, sessions[-1].close))


def longer() -> list[Session]:
    """Return the week and what a request may reach on both sides of it."""
    return CALENDAR.sessions_between(week()[0].open - 4 * DAY, week()[-1].close + 5 * DAY)


# As one sequential pass tells it.
LONG_STORY = {symbol: bars_of(fresh(), symbol, longer()) for symbol in SYMBOLS}
STORY = {
    symbol: [bar for bar in story if week()[0].open <= bar.ts < week()[-1].close]
    for symbol, story in LONG_STORY.items()
}

moments = st.integers(week()[0].open // MINUTE - 5, week()[-1].close // MINUTE + 5).map(lambda minute: minute * MINUTE)
requests = st.tuples(
    st.sampled_from(["bar", "bars", "bars_at", "last_bar", "reversed", "daily_bar"]),
    st.sampled_from(SYMBOLS),
    moments,
    st.integers(0, 4 * 24 * 60),
)


def answer(market: SyntheticMarket, request: tuple[str, str, int, int]) -> list[Bar | None]:
    kind, symbol, ts, minutes = request
    if kind == "bar":
        return [market.bar(symbol, ts)]
    if kind == "bars_at":
        return list(market.bars_at(ts, [symbol]))
    if kind == "last_bar":
        return [market.last_bar(symbol, ts)]
    if kind == "daily_bar":
        return [market.daily_bar(symbol, week()[minutes % len(week())])]
    found = market.bars(symbol, ts, ts + minutes * MINUTE)
    return list(reversed(found)) if kind == "reversed" else list(found)


def expected(request: tuple[str, str, int, int]) -> list[Bar | None]:
    """Return the answer that the recorded story gives."""
    kind, symbol, ts, minutes = request
    story = LONG_STORY[symbol]
    if kind in {"bar", "bars_at"}:
        found = [bar for bar in story if bar.ts == ts]
        return [*found] or ([None] if kind == "bar" else [])
    if kind == "last_bar":
        return [next((bar for bar in reversed(story) if bar.ts + MINUTE <= ts), None)]
    if kind == "daily_bar":
        day = week()[minutes % len(week())]
        return [aggregate([bar for bar in story if day.contains(bar.ts)], day)]
    part = [bar for bar in story if ts <= bar.ts < ts + minutes * MINUTE]
    return [*reversed(part)] if kind == "reversed" else [*part]


def aggregate(bars: list[Bar], day: Session) -> Bar | None:
    if not bars:
        return None
    shares = sum(bar.volume for bar in bars)
    worth = sum(Decimal(repr(bar.vwap)) * int(bar.volume) for bar in bars)
    return Bar(
        symbol=bars[0].symbol,
        ts=day.open,
        open=bars[0].open,
        high=max(bar.high for bar in bars),
        low=min(bar.low for bar in bars),
        close=bars[-1].close,
        volume=shares,
        vwap=float((worth / int(shares)).quantize(Decimal("0.0001"), "ROUND_FLOOR")),
        trade_count=sum(bar.trade_count or 0 for bar in bars),
    )


@settings(max_examples=60)
@given(st.lists(requests, min_size=1, max_size=8))
def test_requests_in_any_order_hear_the_same_story(asked: list[tuple[str, str, int, int]]) -> None:
    market = fresh()
    for request in asked:
        assert answer(market, request) == expected(request)


@settings(max_examples=25)
@given(
    seed=st.integers(0, 1 << 40),
    symbol=st.from_regex(r"[A-Y][A-Z.]{0,9}", fullmatch=True),
    day=st.integers(0, len(CALENDAR.sessions_between(0, session(MONDAY).open)) - 1),
)
def test_every_bar_can_exist_and_is_priced_in_whole_cents(seed: int, symbol: str, day: int) -> None:
    chosen = CALENDAR.sessions_between(0, session(MONDAY).open)[day]
    market = SyntheticMarket(seed, CALENDAR)
    bars = bars_of(market, symbol, [chosen])
    assert [bar.ts for bar in bars] == sorted({bar.ts for bar in bars})
    for bar in bars:
        prices = {"open": bar.open, "high": bar.high, "low": bar.low, "close": bar.close}
        more = {"volume": bar.volume, "vwap": bar.vwap, "trade_count": bar.trade_count, "source": bar.source}
        assert make_bar(symbol, bar.ts, **prices, **more) == bar
        assert chosen.contains(bar.ts)
        assert all(price >= 1 and round(price, 2) == price for price in prices.values())
        assert bar.vwap
        assert bar.low <= bar.vwap <= bar.high
        assert bar.trade_count
        assert bar.volume >= 1
        assert bar.volume.is_integer()


def test_a_long_range_can_be_read_like_a_list() -> None:
    market, story = fresh(), STORY["BRK.A"]
    bars = market.bars("BRK.A", week()[0].open, week()[-1].close)
    assert (len(bars), bars[0], bars[-1], bars[17], bars[-5]) == (len(story), *(story[n] for n in (0, -1, 17, -5)))
    assert list(bars[3:40:7]) == story[3:40:7]
    assert story[9] in bars
    with pytest.raises(IndexError):
        bars[len(story)]
    nothing = market.bars("BRK.A", week()[-1].close, week()[-1].close + MINUTE)
    assert not nothing
    assert len(nothing) == 0
    assert list(reversed(nothing)) == []
    with pytest.raises(IndexError):
        nothing[-1]


def test_two_years_of_minutes_are_made_while_they_are_read() -> None:
    market = fresh()
    bars = market.bars("SPY", CALENDAR.minutes_back(session(MONDAY).open, 500 * 390), session(MONDAY).open)
    assert bars
    assert bars[0].ts < bars[-1].ts
    assert market._day.cache_info().currsize == 2


def test_the_story_is_the_one_that_books_were_kept_for() -> None:
    """When this fails the market tells another story: raise VERSION, so that books of the old one are refused."""
    market = SyntheticMarket(1, CALENDAR)
    assert market.fingerprint == "synthetic market 1, seed 1"
    told = [bars_of(market, symbol, [session(MONDAY)])[100] for symbol in ("SPY", "QWERT")]
    assert [(bar.open, bar.high, bar.low, bar.close, bar.volume, bar.vwap, bar.trade_count) for bar in told] == [
        (627.27, 627.73, 627.24, 627.68, 71508.0, 627.48, 502),
        (22.35, 22.37, 22.35, 22.37, 2705.0, 22.36, 25),
    ]


def test_another_seed_is_another_story() -> None:
    one, two = fresh(1), fresh(2)
    assert one.fingerprint != two.fingerprint
    assert bars_of(one, "SPY", [session(MONDAY)]) != bars_of(two, "SPY", [session(MONDAY)])


def test_three_hundred_tickers_have_names_and_their_usual_price() -> None:
    market = fresh()
    assert len(market.symbols) >= 300
    assert list(market.symbols) == sorted(set(market.symbols))
    assert market.name_of("AAPL") == "Apple Inc."
    assert market.exchange_of("AAPL") == "NASDAQ"
    for symbol, price in (("AAPL", 240), ("F", 10.5), ("SPY", 595)):
        close = bars_of(market, symbol, [session(MONDAY)])[-1].close
        assert price / 2 < close < price * 2


@pytest.mark.requirement("S2-70")
@pytest.mark.parametrize("symbol", ["ZZTOP", "ZZ", "spy", "1A", ".A", "ABCDEFGHIJK", ""])
def test_an_unknown_symbol_has_no_bars(symbol: str) -> None:
    market = fresh()
    assert not market.knows(symbol)
    assert not market.bars(symbol, 0, session(MONDAY).close)
    assert market.bar(symbol, session(MONDAY).open) is None
    assert market.last_bar(symbol, session(MONDAY).close) is None
    assert market.daily_bar(symbol, session(MONDAY)) is None
    assert not market.is_halted(symbol, session(MONDAY).open)
    assert (market.name_of(symbol), market.exchange_of(symbol)) == (symbol, "")


def test_a_halted_symbol_exists_and_never_trades() -> None:
    market = fresh()
    assert market.knows("ZHX")
    assert market.is_halted("ZHX", session(MONDAY).open)
    assert market.is_halted("ZHX", session(MONDAY).close)
    assert not market.bars("ZHX", 0, session(MONDAY).close)
    assert market.last_bar("ZHX", session(MONDAY).close) is None


def test_nothing_trades_during_a_halt_and_the_symbol_trades_before_and_after() -> None:
    market, minutes = fresh(), 390
    halts = 0
    for symbol in ("NVDA", "TSLA", "AMD", "F"):
        for day in CALENDAR.sessions_between(
            CALENDAR.minutes_back(session(MONDAY).open, 60 * minutes), session(MONDAY).open
        ):
            missing = set(range(day.open, day.close, MINUTE)) - {
                bar.ts for bar in market.bars(symbol, day.open, day.close)
            }
            halted = {ts for ts in range(day.open, day.close, MINUTE) if market.is_halted(symbol, ts)}
            assert missing == halted
            halts += bool(halted)
            assert len(halted) <= 30
    assert 1 <= halts <= 12


def test_a_thin_symbol_has_honest_gaps_and_a_busy_one_has_none() -> None:
    minutes = sum(day.minutes for day in week())
    assert len(STORY["SPY"]) == minutes
    assert 0 < len(STORY["BRK.A"]) < minutes / 5


def test_volume_and_moves_are_largest_near_open_and_close() -> None:
    days = CALENDAR.sessions_between(CALENDAR.minutes_back(session(MONDAY).open, 40 * 390), session(MONDAY).open)
    days = [day for day in days if day.minutes == 390]
    market = fresh()
    quarters: dict[str, list[list[float]]] = {"edge": [[], []], "noon": [[], []]}
    for day in days:
        for bar in market.bars("SPY", day.open, day.close):
            minute = (bar.ts - day.open) // MINUTE
            part = (
                quarters["noon"] if 150 <= minute < 240 else quarters["edge"] if minute < 45 or minute >= 345 else None
            )
            if part:
                part[0].append(bar.volume)
                part[1].append(abs(bar.close - bar.open))
    for edge, noon in zip(quarters["edge"], quarters["noon"], strict=True):
        assert fmean(edge) > 1.5 * fmean(noon)


def test_nights_leave_gaps_and_minutes_hardly_any() -> None:
    def gap(pair: tuple[Bar, Bar]) -> float:
        return abs(pair[1].open / pair[0].close - 1)

    pairs = list(pairwise(STORY["NVDA"]))
    nights = [gap(pair) for pair in pairs if pair[1].ts - pair[0].ts > 3600]
    minutes = [gap(pair) for pair in pairs if pair[1].ts - pair[0].ts == MINUTE]
    assert fmean(nights) > 10 * fmean(minutes)


def test_stocks_follow_the_whole_market_in_part() -> None:
    def moves(symbol: str) -> list[float]:
        return [bar.close / bar.open - 1 for bar in STORY[symbol]]

    assert 0.3 < correlation(moves("SPY"), moves("NVDA")) < 0.95


@pytest.mark.requirement("S2-77")
def test_a_split_divides_the_raw_price_and_the_adjusted_path_goes_on() -> None:
    market, start, end = fresh(), date(2024, 1, 2), date(2026, 11, 16)
    actions = market.actions(market.symbols, start, end)
    splits = [action for action in actions if action.kind is ActionKind.FORWARD_SPLIT]
    assert len(splits) > 20
    for split in splits[:15]:
        first = session(split.ex_date)
        before = CALENDAR.last_session(first.open)
        assert before is not None
        last_close = bars_of(market, split.symbol, [before])[-1].close
        opening = bars_of(market, split.symbol, [first])[0].open
        ratio = float(split.new_rate / split.old_rate)
        assert ratio in {2, 3, 4}
        assert opening * ratio == pytest.approx(last_close, rel=0.09)


def test_dividends_come_each_quarter_on_a_session() -> None:
    market = fresh()
    paid = market.actions(["SPY", "ZZ", "SPY"], date(2025, 1, 1), date(2025, 12, 31))
    assert len(paid) == 4
    assert {action.kind for action in paid} == {ActionKind.CASH_DIVIDEND}
    assert all(action.rate > 0 and CALENDAR.session_on(action.ex_date) for action in paid)
    middle = paid[1].ex_date
    assert list(market.actions(["SPY"], middle, middle)) == [paid[1]]


def test_actions_of_many_symbols_come_by_ex_date() -> None:
    dates = [action.ex_date for action in fresh().actions(SYMBOLS, date(2020, 1, 1), date(2026, 1, 1))]
    assert dates == sorted(dates)
    assert len(dates) > 20


@pytest.mark.parametrize("year", [1991, 2026, 2056, 2098])
def test_any_session_has_bars_and_prices_do_not_run_away(year: int) -> None:
    market = SyntheticMarket(SEED, MarketCalendar())
    start = int(datetime(year, 3, 1, tzinfo=UTC).timestamp())
    bars = market.bars("AAPL", start, start + 7 * 24 * 3600)
    assert 240 / 4 < bars[0].close < 240 * 4
