"""The exchange's own calendar: read as it tells it, refused where no exchange would tell it so."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from database.calendar_manager import MarketCalendar, Session
from database.errors import MarketDataError
from database.sessions.told_sessions import new_york_day, told_days

MONDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 27)


def row(day: str, opens: str = "09:30", closes: str = "16:00", **more: Any) -> dict[str, Any]:
    return {"date": day, "open": opens, "close": closes, "settlement_date": day, **more}


THANKSGIVING_WEEK = [row("2026-11-23"), row("2026-11-24"), row("2026-11-25"), row("2026-11-27", closes="13:00")]


def test_calendar_of_the_exchange_agrees_with_the_rules() -> None:
    calendar = MarketCalendar()
    told = told_days(THANKSGIVING_WEEK, MONDAY, FRIDAY)
    assert list(told) == [date(2026, 11, number) for number in range(23, 28)]
    assert told == {day: calendar.session_on(day) for day in told}
    assert told[date(2026, 11, 26)] is None


@pytest.mark.parametrize(("day", "utc_hour"), [("2026-10-30", 13), ("2026-11-02", 14), ("2026-03-06", 14)])
def test_hours_are_those_of_new_york_on_either_side_of_a_clock_change(day: str, utc_hour: int) -> None:
    wanted = date.fromisoformat(day)
    session = told_days([row(day)], wanted, wanted)[wanted]
    assert session is not None
    assert datetime.fromtimestamp(session.open, UTC).hour == utc_hour


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [row("2026-11-30")],
        [row("2026-11-23"), row("2026-11-23")],
        [row("2026-11-23", "16:00", "09:30")],
        [row("2026-11-23", "02:00")],
        [row("2026-11-23", closes="23:59")],
        [row("2026-11-23", closes="later")],
        [row("tomorrow")],
        [{"date": "2026-11-23"}],
        [{"date": 5, "open": None, "close": []}],
    ],
)
def test_answer_that_no_exchange_gives_is_refused(rows: list[dict[str, Any]]) -> None:
    with pytest.raises(MarketDataError, match="exchange's calendar"):
        told_days(rows, MONDAY, FRIDAY)


def test_day_in_new_york_begins_later_than_in_greenwich() -> None:
    assert new_york_day(datetime(2026, 11, 27, 4, 59, tzinfo=UTC)) == date(2026, 11, 26)
    assert new_york_day(datetime(2026, 11, 27, 5, 0, tzinfo=UTC)) == FRIDAY


def test_word_of_the_exchange_stands_above_the_rules_and_nothing_else_changes() -> None:
    calendar, rules = MarketCalendar(), MarketCalendar()
    monday = rules.session_on(MONDAY)
    assert monday is not None
    early = Session(MONDAY, monday.open, monday.close - 7_200)
    calendar.take_over({MONDAY: early, date(2026, 11, 24): None, date(2026, 11, 28): Session(date(2026, 11, 28), 1, 2)})
    assert calendar.session_on(MONDAY) == early
    assert calendar.session_for_decision(early.close) == early
    assert calendar.session_for_decision(early.close + 60) is None
    assert not calendar.is_open(early.close)
    assert calendar.session_on(date(2026, 11, 24)) is None
    assert calendar.next_session(early.open) == rules.session_on(date(2026, 11, 25))
    assert calendar.session_on(date(2026, 11, 25)) == rules.session_on(date(2026, 11, 25))
    calendar.take_over({MONDAY: monday})
    assert calendar.session_on(MONDAY) == monday
    assert calendar.session_on(date(2026, 11, 24)) is None, "what was told of other days still holds"


def test_chosen_days_of_a_replay_take_nothing_over() -> None:
    replay = MarketCalendar([MONDAY])
    before = replay.session_on(MONDAY)
    replay.take_over({MONDAY: None})
    assert replay.session_on(MONDAY) == before is not None
