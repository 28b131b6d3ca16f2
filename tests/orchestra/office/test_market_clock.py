"""The market's clock: phases of New York's day, half days, weekends, and a replay's own sessions."""

from datetime import UTC, date, datetime

import pytest

from database.calendar_manager import MarketCalendar
from orchestra.messages.live_snapshot import MarketPhase
from orchestra.office.market_clock import market_clock

CALENDAR = MarketCalendar()
PHASES = [
    # Winter time, a Wednesday.
    ("2026-11-18T08:59:59", "closed"),
    ("2026-11-18T09:00:00", "pre_market"),
    ("2026-11-18T14:29:59", "pre_market"),
    ("2026-11-18T14:30:00", "open"),
    ("2026-11-18T20:59:59", "open"),
    ("2026-11-18T21:00:00", "after_hours"),
    ("2026-11-19T00:59:59", "after_hours"),
    ("2026-11-19T01:00:00", "closed"),
    # Summer time.
    ("2026-07-01T08:00:00", "pre_market"),
    ("2026-07-01T13:30:00", "open"),
    # The half day after Thanksgiving, and the holiday before it.
    ("2026-11-27T17:59:59", "open"),
    ("2026-11-27T18:00:00", "after_hours"),
    ("2026-11-26T15:00:00", "closed"),
    # A Saturday.
    ("2026-11-21T15:00:00", "closed"),
]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.requirement("S2-17", "S2-76")
@pytest.mark.parametrize(("moment", "phase"), PHASES)
def test_each_moment_has_its_phase(moment: str, phase: str) -> None:
    clock = market_clock(CALENDAR, at(moment))
    assert clock.phase is MarketPhase(phase)
    assert clock.is_open == (phase == "open")


def test_close_and_next_open_are_those_of_the_calendar() -> None:
    clock = market_clock(CALENDAR, at("2026-11-27T16:00:00"))
    assert (clock.closes_at, clock.next_open, clock.is_half_day) == (
        at("2026-11-27T18:00:00"),
        at("2026-11-30T14:30:00"),
        True,
    )
    closed = market_clock(CALENDAR, at("2026-11-28T16:00:00"))
    assert (closed.closes_at, closed.next_open, closed.is_half_day) == (None, at("2026-11-30T14:30:00"), False)


@pytest.mark.parametrize(
    ("moment", "last_close"),
    [
        # Thanksgiving morning, the half day after it, its evening, the Sunday, and Monday before the open.
        ("2026-11-26T16:00:00", "2026-11-25T21:00:00"),
        ("2026-11-27T16:00:00", None),
        ("2026-11-27T18:00:00", "2026-11-27T18:00:00"),
        ("2026-11-29T16:00:00", "2026-11-27T18:00:00"),
        ("2026-11-30T14:00:00", "2026-11-27T18:00:00"),
    ],
)
def test_outside_a_session_the_last_close_is_known(moment: str, last_close: str | None) -> None:
    assert market_clock(CALENDAR, at(moment)).last_close == (at(last_close) if last_close else None)


def test_a_replay_knows_its_own_sessions_only() -> None:
    calendar = MarketCalendar([date(2026, 11, 18)])
    clock = market_clock(calendar, at("2026-11-18T15:00:00"), speed=60)
    assert (clock.phase, clock.next_open, clock.speed) == (MarketPhase.OPEN, None, 60)
    assert market_clock(calendar, at("2026-11-19T15:00:00")).phase is MarketPhase.CLOSED
