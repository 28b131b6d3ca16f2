"""Round numbers and the beginnings of days, months and years."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from orchestra.messages.plots.axis import MOST_TIME_TICKS, time_ticks, value_ticks

DAILY = [datetime(2024, 3, 1) + timedelta(days=at) for at in range(2_500)]
MINUTES = [datetime(2024, 6, 11, 9, 30) + timedelta(minutes=at) for at in range(390)]


def texts(moments: list[datetime], *, is_daily: bool) -> list[str]:
    return [tick.text for tick in time_ticks(moments, is_daily=is_daily)]


@given(st.floats(-1e12, 1e12), st.floats(0, 1e12))
def test_any_range_is_enclosed_by_a_few_ticks(low: float, span: float) -> None:
    high = low + span
    ticks = value_ticks(low, high)
    slack = (abs(low) + abs(high) + 1.0) * 1e-8
    assert 2 <= len(ticks) <= 8
    assert ticks[0].at <= low + slack
    assert ticks[-1].at >= high - slack


def test_prices_in_cents_get_cents_on_the_axis() -> None:
    assert [tick.text for tick in value_ticks(100.01, 100.09)] == [
        "100.00",
        "100.02",
        "100.04",
        "100.06",
        "100.08",
        "100.10",
    ]


def test_percent_has_a_true_minus_and_no_minus_before_zero() -> None:
    assert [tick.text for tick in value_ticks(-0.1, 0.0, is_percent=True)] == [
        "\N{MINUS SIGN}10 %",
        "\N{MINUS SIGN}8 %",
        "\N{MINUS SIGN}6 %",
        "\N{MINUS SIGN}4 %",
        "\N{MINUS SIGN}2 %",
        "0 %",
    ]


def test_a_session_of_minutes_has_full_hours() -> None:
    assert texts(MINUTES, is_daily=False) == ["10:00", "11:00", "12:00", "13:00", "14:00", "15:00"]


def test_a_few_days_are_named_each() -> None:
    assert texts(DAILY[:5], is_daily=True) == ["Mar 1", "Mar 2", "Mar 3", "Mar 4", "Mar 5"]


def test_some_months_begin_with_their_names() -> None:
    assert texts(DAILY[:120], is_daily=True) == ["Mar 2024", "Apr 2024", "May 2024", "Jun 2024"]


def test_many_years_have_no_more_ticks_than_there_is_room_for() -> None:
    assert texts(DAILY[:2_000], is_daily=True) == ["Mar 2024", "2025", "2026", "2027", "2028", "2029"]
    long = [datetime(1990, 1, 2) + timedelta(days=30 * at) for at in range(500)]
    assert len(texts(long, is_daily=True)) <= MOST_TIME_TICKS


def test_the_first_place_makes_room_for_the_month_that_follows_it() -> None:
    assert texts([datetime(2024, 3, 29) + timedelta(days=at) for at in range(100)], is_daily=True)[0] == "Apr 2024"


def test_a_level_curve_has_no_decimals_of_rounding_errors() -> None:
    assert [tick.text for tick in value_ticks(20_000.0, 20_000.000000001)] == ["20,000", "25,000"]
