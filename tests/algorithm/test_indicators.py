"""Indicators against TA-Lib and known values; warm ones say the same wherever a process began to look."""

import random
from typing import Any

import numpy as np
import pytest
import talib
from hypothesis import given, settings
from hypothesis import strategies as st
from talipp.indicators import ADX, ATR, RSI
from talipp.ohlcv import OHLCV

from algorithm.mean_reversion import z_score
from algorithm.warm_indicators import WARM_UP, OncePerBar, WarmIndicators
from database.timestamps import iso_minute

START = 1_700_000_000 // 86_400 * 86_400


def made_bars(count: int, *, a_day: int = 26, seed: int = 5) -> list[dict[str, Any]]:
    """Return a seeded walk of 15-minute bars, so many a day."""
    chance, price, bars = random.Random(seed), 100.0, []
    for index in range(count):
        opened, price = price, price + chance.gauss(0.01, 0.3)
        high, low = max(opened, price) + abs(chance.gauss(0, 0.1)), min(opened, price) - abs(chance.gauss(0, 0.1))
        ts = START + index // a_day * 86_400 + 50_400 + index % a_day * 900
        ohlcv = {"o": opened, "h": high, "l": low, "c": price, "v": 10.0}
        bars.append({"timestamp": iso_minute(ts), "ohlcv": ohlcv})
    return bars


def warm() -> WarmIndicators:
    return WarmIndicators(
        of_bars={"atr": lambda: ATR(14), "adx": lambda: ADX(14, 14)}, of_closes={"rsi": lambda: RSI(2)}
    )


@pytest.mark.requirement("S0-17")
def test_the_known_score_of_a_fall() -> None:
    closes = [100.5, 99.5] * 9 + [100.5, 98.0]
    score = z_score(closes)
    assert score == pytest.approx(-2.929218, abs=5e-7)
    assert z_score([100.0] * 20) is None


@pytest.mark.requirement("S0-17")
def test_the_known_strength_of_two_bars() -> None:
    assert list(RSI(2, [10, 11, 12, 11, 10, 9])) == [None, None, 100.0, 50.0, 25.0, 12.5]


@pytest.mark.requirement("S0-18")
def test_steady_bars_have_a_true_range_of_two() -> None:
    bars = [OHLCV(10 + i, 11 + i, 9 + i, 10.5 + i, 1) for i in range(40)]
    assert ATR(14, bars)[-1] == pytest.approx(2.0)


@pytest.mark.requirement("S0-17", "S0-18")
def test_every_indicator_is_that_of_ta_lib_once_it_is_warm() -> None:
    """Fed bar by bar, as a strategy does; the day's anchor moves 300 bars along with each day."""
    bars = made_bars(900)
    high, low, close = (np.array([bar["ohlcv"][name] for bar in bars]) for name in "hlc")
    expected = {"atr": talib.ATR(high, low, close, 14), "adx": talib.ADX(high, low, close, 14)}
    expected["rsi"] = talib.RSI(close, 2)
    indicators = warm()
    for index in range(WARM_UP, len(bars)):
        values = indicators.values(bars[max(0, index + 1 - WARM_UP - 26) : index + 1])
        assert values["atr"] == pytest.approx(expected["atr"][index], abs=1e-6)
        assert values["adx"].adx == pytest.approx(expected["adx"][index], abs=1e-6)
        assert values["rsi"] == pytest.approx(expected["rsi"][index], abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(looks=st.lists(st.integers(0, 200), min_size=1, max_size=12), extra=st.integers(0, 60))
def test_warm_indicators_say_the_same_however_they_came_there(looks: list[int], extra: int) -> None:
    """Looking at any moments before, in any order, and at more history than is needed, changes nothing, to the bit."""
    bars, indicators = made_bars(600), warm()
    for end in looks:
        indicators.values(bars[: 380 + end])
    last = 380 + looks[-1]
    afresh = warm().values(bars[last - WARM_UP - 26 : last])
    assert indicators.values(bars[max(0, last - WARM_UP - 26 - extra) : last]) == afresh


def test_a_bar_that_is_written_anew_is_taken_anew() -> None:
    bars, indicators = made_bars(400), warm()
    indicators.values(bars)
    revised = [dict(bar) for bar in bars]
    revised[390] = {**bars[390], "ohlcv": {**bars[390]["ohlcv"], "h": 150.0}}
    assert indicators.values(revised) == warm().values(revised) != warm().values(bars)


def test_what_was_worked_out_is_kept_for_the_same_bars_and_is_the_callers_own() -> None:
    asked: list[int] = []

    def work(bars: Any) -> dict[str, Any]:
        asked.append(len(bars))
        return {"bars": len(bars)}

    once, bars = OncePerBar(work), made_bars(30)
    once(bars[:20])["bars"] = "changed"
    assert once(bars[:20]) == {"bars": 20}
    assert once(bars[:21]) == {"bars": 21}
    assert asked == [20, 21]
