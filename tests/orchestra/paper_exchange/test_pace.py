"""How long the clock stays at a minute, and at a close."""

import pytest

from orchestra.paper_exchange.pace import Pace
from tests.orchestra.paper_exchange.made_market import StandingClock


@pytest.mark.parametrize(("speed", "seconds"), [(60, 1), (1, 60), (30, 2)])
def test_a_minute_lasts_as_long_as_the_speed_allows(speed: float, seconds: float) -> None:
    clock = StandingClock()
    pace = Pace(clock, speed)
    pace.reach(is_close=False)
    assert pace.seconds_left() == seconds
    clock.seconds += seconds
    assert pace.seconds_left() == 0


@pytest.mark.parametrize(("speed", "seconds"), [(60, 20), (1, 60)])
def test_a_close_lasts_at_least_the_time_it_is_shown(speed: float, seconds: float) -> None:
    pace = Pace(StandingClock(), speed, closed_seconds=20)
    pace.reach(is_close=True)
    assert pace.seconds_left() == seconds
    pace.reach(is_close=False)
    assert pace.seconds_left() == 60 / speed


def test_without_a_speed_nothing_is_held_back() -> None:
    pace = Pace(StandingClock(), None, closed_seconds=20)
    pace.reach(is_close=True)
    assert pace.seconds_left() <= 0


def test_a_late_engine_is_not_made_up_for() -> None:
    """The speed is a ceiling: after a pause the minutes do not come faster."""
    clock = StandingClock()
    pace = Pace(clock, 60)
    pace.reach(is_close=False)
    clock.seconds += 500
    pace.reach(is_close=False)
    assert pace.seconds_left() == 1
