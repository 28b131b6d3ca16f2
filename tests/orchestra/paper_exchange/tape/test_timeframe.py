import re
from datetime import UTC, date, datetime

import pytest

from orchestra.paper_exchange.tape.new_york import midnight
from orchestra.paper_exchange.tape.timeframe import Timeframe


def epoch(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    "text",
    ["1Min", "59Min", "5T", "1Hour", "23H", "1Day", "1D", "1Week", "1W", "1Month", "2M", "3Month", "4M", "6M", "12M"],
)
def test_every_documented_timeframe_is_read(text: str) -> None:
    assert Timeframe.read(text).count == int(re.sub(r"\D", "", text))


@pytest.mark.parametrize(
    "text", ["x", "Min", "0Min", "60Min", "24Hour", "2Day", "2Week", "5Month", "13M", "1min", "1 Min", "-1Min", "1Year"]
)
def test_any_other_timeframe_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=text):
        Timeframe.read(text)


@pytest.mark.parametrize(
    ("text", "moment", "start"),
    [
        ("5Min", "2024-07-03T13:34:00", "2024-07-03T13:30:00"),
        # Seven does not divide the hour: the last bar of each hour is a short one.
        ("7Min", "2024-07-03T13:59:00", "2024-07-03T13:56:00"),
        ("7Min", "2024-07-03T14:00:00", "2024-07-03T14:00:00"),
        ("1Hour", "2024-07-03T13:34:00", "2024-07-03T13:00:00"),
        # Four hours from New York's midnight, 04:00 UTC in summer and 05:00 in winter.
        ("4Hour", "2024-07-03T13:34:00", "2024-07-03T12:00:00"),
        ("4Hour", "2024-01-03T16:59:00", "2024-01-03T13:00:00"),
    ],
)
def test_intraday_bar_begins_at_the_hour_or_at_midnight(text: str, moment: str, start: str) -> None:
    day_start = midnight(datetime.fromisoformat(moment).date())
    assert Timeframe.read(text).bar_start(epoch(moment), day_start) == epoch(start)


@pytest.mark.parametrize(
    ("text", "day", "start", "following"),
    [
        ("1Day", date(2024, 7, 3), date(2024, 7, 3), date(2024, 7, 4)),
        ("1Week", date(2024, 7, 3), date(2024, 7, 1), date(2024, 7, 8)),
        ("1Month", date(2024, 12, 31), date(2024, 12, 1), date(2025, 1, 1)),
        ("3Month", date(2024, 12, 31), date(2024, 10, 1), date(2025, 1, 1)),
        ("4Month", date(2024, 7, 3), date(2024, 5, 1), date(2024, 9, 1)),
        ("12Month", date(2024, 7, 3), date(2024, 1, 1), date(2025, 1, 1)),
    ],
)
def test_longer_bars_begin_with_day_monday_or_month(text: str, day: date, start: date, following: date) -> None:
    timeframe = Timeframe.read(text)
    assert timeframe.period_start(day) == start
    assert timeframe.next_period(start) == following
    assert timeframe.first_period(midnight(start)) == start
    assert timeframe.first_period(midnight(start) + 1) == following
