"""Which days have bars: counted by sessions, never further than the market's own time."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from orchestra.backtest.screen.stored_days import stored_days, stored_range
from orchestra.messages.backtest_wish import DaysWish
from tests.orchestra.backtest.played_house import calendar
from tests.orchestra.backtest.screen_room import HELD, NOW, Room, open_room

EVENING = int(NOW.timestamp())


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    opened = open_room(tmp_path)
    yield opened
    opened.close()


def days(room: Room, first: date | None = None, last: date | None = None, *, now: int = EVENING) -> list[list[int]]:
    """Return the dates asked for, and those that are held, as days of March."""
    found = stored_days(room.store, calendar(), DaysWish("ACME", first, last), now=now)
    return [[each.day.day for each in sessions] for sessions in (found.asked, found.held)]


def test_without_a_wish_it_is_as_far_as_bars_reach(room: Room) -> None:
    assert stored_range(room.store, calendar(), "ACME") == (HELD[0], HELD[-1])
    assert days(room) == [[12, 13, 14, 15], [12, 13, 15]]


def test_days_that_are_asked_for_and_lack_bars_are_missing(room: Room) -> None:
    assert days(room, date(2024, 3, 8), date(2024, 3, 13)) == [[8, 11, 12, 13], [12, 13]]
    wish = DaysWish("ACME", date(2024, 3, 14), date(2024, 3, 14))
    told = stored_days(room.store, calendar(), wish, now=EVENING).to_values()
    assert told == {
        "sessions": 1,
        "held": 0,
        "first_held": None,
        "last_held": None,
        "missing": 1,
        "first_missing": "2024-03-14",
        "last_missing": "2024-03-14",
    }


def test_nothing_later_than_now_is_asked_for(room: Room) -> None:
    assert days(room, date(2024, 3, 13), date(2024, 12, 31))[0] == [13, 14, 15, 18]
    noon = int(datetime(2024, 3, 13, 16, tzinfo=UTC).timestamp())
    assert days(room, date(2024, 3, 13), date(2024, 12, 31), now=noon) == [[13], [13]]


def test_a_ticker_without_bars_has_no_range(room: Room) -> None:
    assert stored_range(room.store, calendar(), "OTHER") is None
    assert stored_days(room.store, calendar(), DaysWish("OTHER"), now=EVENING).asked == []
