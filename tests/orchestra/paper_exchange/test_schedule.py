"""The exchange's clock on recorded days, which end, and on a market without an end."""

from datetime import date

import pytest

from database.bar import MINUTE
from database.calendar_manager import MarketCalendar, Session
from database.errors import ConfigError
from orchestra.paper_exchange.schedule import Schedule

CALENDAR = MarketCalendar()


def session(day: date) -> Session:
    found = CALENDAR.session_on(day)
    assert found is not None
    return found


FRIDAY, MONDAY = session(date(2026, 11, 20)), session(date(2026, 11, 23))
START = FRIDAY.open + 30 * MINUTE


def test_recorded_days_begin_at_their_first_open_and_end_at_their_last_close() -> None:
    schedule = Schedule(frozenset({FRIDAY.day, MONDAY.day}), CALENDAR)
    assert (schedule.first_minute, schedule.last_minute) == (FRIDAY.open, MONDAY.close)
    assert list(schedule.sessions) == [FRIDAY, MONDAY]
    assert schedule.next_minute(FRIDAY.close) == MONDAY.open
    assert schedule.next_minute(MONDAY.close) is None
    assert schedule.session_before(FRIDAY) is None
    assert schedule.trading_session(MONDAY.close) is None
    assert not schedule.is_endless


def test_a_market_without_an_end_begins_where_it_is_told_and_goes_on() -> None:
    schedule = Schedule(None, CALENDAR, start=START)
    assert schedule.is_endless
    assert schedule.first_minute == START
    assert schedule.session_of(START) == FRIDAY
    assert schedule.session_of(FRIDAY.close) == FRIDAY
    assert schedule.next_minute(FRIDAY.close - MINUTE) == FRIDAY.close
    assert schedule.next_minute(FRIDAY.close) == MONDAY.open
    before = schedule.session_before(FRIDAY)
    assert before is not None
    assert before.close < FRIDAY.open
    assert schedule.sessions[-1].day.year == 2029


def test_sessions_are_told_three_years_ahead_of_wherever_the_clock_has_come() -> None:
    schedule = Schedule(None, CALENDAR, start=START)
    later = CALENDAR.session_on(date(2033, 3, 1))
    assert later is not None
    assert schedule.next_minute(later.close) is not None
    assert schedule.sessions[-1].day.year == 2036


def test_a_market_without_an_end_needs_a_beginning() -> None:
    with pytest.raises(ConfigError, match="minute to begin"):
        Schedule(None, CALENDAR)


def test_a_market_without_a_session_is_refused() -> None:
    with pytest.raises(ConfigError, match="no session"):
        Schedule(frozenset({date(2026, 11, 22)}), CALENDAR)
