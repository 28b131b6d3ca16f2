"""The demo is lively: its three crossovers buy something soon, whatever the seed."""

from collections.abc import Sequence
from datetime import date
from statistics import fmean

import pytest

from algorithm.sma_crossover import RESIDUE
from database.bar import MINUTE
from database.calendar_manager import MarketCalendar
from orchestra.paper_exchange.market.synthetic import SyntheticMarket
from orchestra.paper_exchange.schedule import latest_start
from orchestra.run.first_algorithms import FIRST_TICKERS
from orchestra.worlds import DEMO_SEED

CALENDAR = MarketCalendar()
LATEST = 120 - 10  # of 120 seconds at a minute a second, what is left after a slow start of the program
NEVER = 1 << 20


def minutes_to_first_fill(seed: int, now: date) -> int:
    session = CALENDAR.session_on(now)
    assert session is not None
    start = latest_start(CALENDAR, session.close)
    assert session.contains(start)
    market = SyntheticMarket(seed, CALENDAR)
    return min(minutes_to_buy(market, symbol, start) for symbol in FIRST_TICKERS)


def minutes_to_buy(market: SyntheticMarket, symbol: str, start: int) -> int:
    """Return the minutes from the start to the first cross upwards, by the rule of sma_crossover."""
    bars = list(market.bars(symbol, CALENDAR.minutes_back(start, 51), start + LATEST * MINUTE))
    closes = [bar.close for bar in bars]
    for index in range(51, len(closes) + 1):
        before, now, residue = distance(closes[: index - 1]), distance(closes[:index]), RESIDUE * closes[index - 1]
        if before <= residue and now > residue:
            return (bars[index - 1].ts + MINUTE - start) // MINUTE
    return NEVER


def distance(closes: Sequence[float]) -> float:
    return fmean(closes[-20:]) - fmean(closes[-50:])


@pytest.mark.parametrize("now", [date(2026, 11, 25), date(2026, 11, 30), date(2027, 2, 9)])
def test_nineteen_of_twenty_seeds_fill_within_two_minutes_of_watching(now: date) -> None:
    minutes = [minutes_to_first_fill(seed, now) for seed in range(1, 21)]
    assert sum(each <= LATEST for each in minutes) >= 19, minutes


@pytest.mark.parametrize("month", range(1, 13))
def test_the_default_seed_fills_soon_whenever_a_demo_begins(month: int) -> None:
    day = next(date(2027, month, each) for each in range(8, 12) if CALENDAR.session_on(date(2027, month, each)))
    assert minutes_to_first_fill(DEMO_SEED, day) <= LATEST
