"""The market clock against the exchange's own schedule, over clock changes, half days and holidays."""

from datetime import UTC, date, datetime

import exchange_calendars
import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.bar import MINUTE
from database.calendar_manager import MarketCalendar, Session

CALENDAR = MarketCalendar()
REPLAY = MarketCalendar([date(2011, 1, 3), date(2011, 1, 4), date(2011, 1, 8), date(2011, 1, 10)])
YEAR_START = int(datetime(2007, 1, 1, tzinfo=UTC).timestamp())
YEAR_END = int(datetime(2008, 12, 31, tzinfo=UTC).timestamp())

seconds = st.integers(YEAR_START, YEAR_END)


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


@pytest.mark.requirement("S2-17")
@pytest.mark.filterwarnings("ignore")
def test_every_session_since_1998_opens_and_closes_as_the_exchange_says() -> None:
    table = exchange_calendars.get_calendar("XNYS", start="1998-01-01", end="2027-12-31").schedule
    expected = [
        Session(day.date(), int(opening.timestamp()), int(closing.timestamp()))
        for day, opening, closing in zip(table.index, table["open"], table["close"], strict=True)
    ]
    assert CALENDAR.sessions_between(utc("1998-01-01T00:00Z"), utc("2028-01-01T00:00Z")) == expected


@pytest.mark.parametrize(
    ("day", "opening", "minutes"),
    [
        (date(2008, 3, 7), "2008-03-07T14:30Z", 390),  # the Friday before clocks go forward
        (date(2008, 3, 10), "2008-03-10T13:30Z", 390),
        (date(2026, 10, 30), "2026-10-30T13:30Z", 390),  # the Friday before clocks go back
        (date(2026, 11, 2), "2026-11-02T14:30Z", 390),
        (date(2015, 12, 24), "2015-12-24T14:30Z", 210),
        (date(2026, 11, 27), "2026-11-27T14:30Z", 210),
    ],
)
@pytest.mark.requirement("S2-17")
def test_a_day_beside_a_clock_change_or_holiday_has_its_own_hours(day: date, opening: str, minutes: int) -> None:
    session = CALENDAR.session_on(day)
    assert session is not None
    assert (session.open, session.minutes) == (utc(opening), minutes)


@pytest.mark.parametrize("day", [date(2026, 11, 26), date(2026, 11, 21), date(2001, 9, 11), date(2012, 10, 29)])
def test_a_holiday_weekend_or_special_closure_has_no_session(day: date) -> None:
    assert CALENDAR.session_on(day) is None


@given(seconds)
def test_what_is_open_is_what_the_sessions_contain(ts: int) -> None:
    around = CALENDAR.sessions_between(ts - 86_400, ts + 86_400)
    assert CALENDAR.session_at(ts) == next((session for session in around if session.contains(ts)), None)
    assert CALENDAR.is_open(ts) is any(session.contains(ts) for session in around)


@given(seconds)
def test_next_and_last_session_are_neighbours_of_the_second(ts: int) -> None:
    following, previous = CALENDAR.next_session(ts), CALENDAR.last_session(ts)
    assert following is not None
    assert previous is not None
    assert previous.open < ts
    assert ts < following.open
    assert CALENDAR.sessions_between(previous.close, following.open) in ([], [CALENDAR.session_at(ts)])


@given(seconds, st.integers(1, 2000))
def test_minutes_back_counts_session_minutes_and_nothing_else(ts: int, count: int) -> None:
    start = CALENDAR.minutes_back(ts, count)
    minutes = [
        minute
        for session in CALENDAR.sessions_between(start, ts)
        for minute in range(max(session.open, start), min(session.close, ts // MINUTE * MINUTE), MINUTE)
    ]
    assert len(minutes) == count
    assert minutes[0] == start


def test_minutes_back_past_the_first_session_stops_at_its_open() -> None:
    first = REPLAY.session_on(date(2011, 1, 3))
    assert first is not None
    assert REPLAY.minutes_back(first.close, 10_000) == first.open
    assert REPLAY.minutes_back(first.open, 5) == first.open


def test_a_replay_knows_only_its_days_and_jumps_over_the_rest() -> None:
    monday, tuesday = REPLAY.session_on(date(2011, 1, 3)), REPLAY.session_on(date(2011, 1, 4))
    assert monday is not None
    assert tuesday is not None
    assert REPLAY.session_on(date(2011, 1, 5)) is None
    assert REPLAY.session_on(date(2011, 1, 8)) is None  # a Saturday is no session because a file says so
    assert REPLAY.minutes_back(tuesday.open + MINUTE, 2) == monday.close - MINUTE
    after = REPLAY.next_session(tuesday.close)
    assert after is not None
    assert after.day == date(2011, 1, 10)
    assert REPLAY.next_session(after.open) is None


def test_a_calendar_without_days_is_closed_for_ever() -> None:
    closed = MarketCalendar([])
    assert closed.session_at(utc("2011-01-03T15:00Z")) is None
    assert closed.next_session(0) is None


@pytest.mark.requirement("S2-57")
@pytest.mark.requirement("S2-56")
@pytest.mark.requirement("S2-59")
def test_decisions_belong_to_a_session_from_its_first_bar_to_its_last() -> None:
    session = CALENDAR.session_on(date(2026, 11, 27))
    assert session is not None
    assert CALENDAR.session_for_decision(session.open) is None
    assert CALENDAR.session_for_decision(session.open + MINUTE) == session
    assert CALENDAR.session_for_decision(session.close) == session
    assert CALENDAR.session_for_decision(session.close + MINUTE) is None


def test_a_question_beyond_the_known_years_extends_the_calendar() -> None:
    calendar = MarketCalendar()
    assert calendar.is_open(utc("1998-12-24T17:59Z"))
    assert calendar.is_open(utc("2031-06-02T15:00Z"))
    assert calendar.session_at(2**62) is None


@pytest.mark.parametrize("ts", [0, -(10**6)])
def test_fresh_calendar_knows_what_follows_a_time_before_its_first_day(ts: int) -> None:
    calendar = MarketCalendar()
    first = calendar.next_session(ts)
    assert first is not None
    assert first.day.isoformat() == "1990-01-02"
    assert calendar.sessions_between(ts, ts + 86_400) == []
