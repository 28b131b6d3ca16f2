import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.bar import MINUTE, Bar
from orchestra.paper_exchange.tape.prints import MICROSECONDS, prints_of, quote_after, told

START = 1_720_000_800


@st.composite
def bars(draw: st.DrawFn) -> Bar:
    prices = [cents / 100 for cents in sorted(draw(st.lists(st.integers(1, 10**7), min_size=4, max_size=4)))]
    low, inner, other, high = prices
    opened, closed = draw(st.sampled_from([(inner, other), (other, inner), (low, high), (high, low)]))
    volume = draw(st.one_of(st.integers(0, 10**9).map(float), st.floats(0, 10**6)))
    return Bar("AAA", START, opened, high, low, closed, volume)


@given(bars())
def test_prints_of_a_bar_are_the_bar_again(bar: Bar) -> None:
    prints = prints_of(bar)
    prices = [each.price for each in prints]
    assert (prices[0], max(prices), min(prices), prices[-1]) == (bar.open, bar.high, bar.low, bar.close)
    sizes = [each.size for each in prints]
    assert math.fsum(sizes) == pytest.approx(bar.volume, rel=1e-15)
    assert all(size >= 0 for size in sizes)
    if bar.volume.is_integer() and bar.volume >= 4:
        assert sum(sizes) == bar.volume
        assert all(size.is_integer() for size in sizes)


@given(bars())
def test_every_print_and_quote_lies_in_its_minute_in_order(bar: Bar) -> None:
    times = [event.at for event in told(bar)]
    assert times == sorted(set(times))
    assert bar.ts * MICROSECONDS <= times[0]
    assert times[-1] < (bar.ts + MINUTE) * MICROSECONDS


@given(bars())
def test_quote_lies_around_its_print(bar: Bar) -> None:
    for each in prints_of(bar):
        quote = quote_after(each)
        assert 0 < quote.bid <= each.price < quote.ask
        assert quote.bid_size >= 100
        assert quote.ask_size >= 100
        if each.price > 1:
            assert quote.ask - quote.bid == pytest.approx(max(0.02, each.price * 0.0002), abs=0.011)


def test_falling_bar_tells_its_high_first_and_a_rising_one_its_low() -> None:
    falling = Bar("AAA", START, 10.0, 12.0, 8.0, 9.0, 402.0)
    rising = Bar("AAA", START, 9.0, 12.0, 8.0, 10.0, 402.0)
    assert [each.price for each in prints_of(falling)] == [10.0, 12.0, 8.0, 9.0]
    assert [each.price for each in prints_of(rising)] == [9.0, 8.0, 12.0, 10.0]
    assert [each.size for each in prints_of(rising)] == [100, 100, 100, 102]


def test_ids_of_neighbouring_minutes_do_not_meet() -> None:
    ids = [each.id for n in range(3) for each in prints_of(Bar("AAA", START + n * MINUTE, 1, 1, 1, 1, 8.0))]
    assert ids == list(range(ids[0], ids[0] + 12))
