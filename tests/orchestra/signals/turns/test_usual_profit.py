"""What a trade may usually bring, by hand and against TA-Lib."""

import numpy as np
import pytest
import talib
from hypothesis import given
from hypothesis import strategies as st

from database.bar import Bar
from orchestra.signals.turns.usual_profit import BARS_NEEDED, BARS_READ, usual_profit


def bars_of(rows: list[tuple[float, float, float]]) -> list[Bar]:
    return [
        Bar(symbol="ACME", ts=60 * n, open=close, high=high, low=low, close=close, volume=1.0)
        for n, (high, low, close) in enumerate(rows)
    ]


ROWS = st.tuples(st.floats(1, 500), st.floats(0, 5), st.floats(0, 5), st.floats(0, 1)).map(
    lambda row: (row[0] + row[1], max(row[0] - row[2], 0.5), row[0])
)


def test_fourteen_ranges_of_two_dollars_at_fifty_are_eight_percent() -> None:
    assert usual_profit(bars_of([(51, 49, 50)] * 15)) == pytest.approx(0.08)


def test_too_few_bars_tell_nothing() -> None:
    assert usual_profit(bars_of([(51, 49, 50)] * 14)) is None


def test_a_gap_counts_from_the_close_before() -> None:
    rows = [(51.0, 49.0, 50.0)] * 14 + [(61.0, 59.0, 60.0)]
    assert usual_profit(bars_of(rows)) == pytest.approx(2 * (13 * 2 + 11) / 14 / 60)


@given(st.lists(ROWS, min_size=BARS_NEEDED, max_size=BARS_READ))
def test_it_is_the_average_true_range_that_talib_gives(rows: list[tuple[float, float, float]]) -> None:
    high, low, close = (np.array(column) for column in zip(*rows, strict=True))
    expected = 2 * talib.ATR(high, low, close, timeperiod=14)[-1] / close[-1]
    assert usual_profit(bars_of(rows)) == pytest.approx(expected, rel=1e-9)
