"""The screen: on by day, dark in the owner's hours when nobody touches it."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest

from orchestra.kiosk.screen_power import ScreenPower, is_dark_at
from orchestra.kiosk.surroundings import Preferences, Session

NIGHT = Preferences(screen_off=("22:00", "06:30"), timezone="America/New_York")


def at(hour: int, minute: int = 0) -> datetime:
    """Return a moment by New York's clock in winter."""
    return datetime(2026, 11, 21, (hour + 5) % 24, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "is_dark"), [(at(21, 59), False), (at(22), True), (at(2), True), (at(6, 29), True), (at(6, 30), False)]
)
def test_hours_pass_midnight(moment: datetime, is_dark: bool) -> None:
    assert is_dark_at(NIGHT, moment) is is_dark


def test_without_hours_it_is_never_dark_and_an_unknown_zone_is_this_machines() -> None:
    assert not is_dark_at(Preferences(), at(2))
    assert isinstance(is_dark_at(Preferences(screen_off=("00:00", "12:00"), timezone="No/Where"), at(2)), bool)


class Tools:
    def __init__(self) -> None:
        self.called: list[str] = []

    def call(self, command: Sequence[str]) -> None:
        self.called.append(" ".join(command))

    def watch(self, command: Sequence[str]) -> Callable[[], None]:
        self.called.append(f"begin {command[0]}")
        return lambda: self.called.append(f"end {command[0]}")


def test_x11_never_blanks_by_day_and_at_night_only_when_idle() -> None:
    tools = Tools()
    power = ScreenPower(Session(x11=":0"), call=tools.call, watch=tools.watch)
    power.follow(NIGHT, at(12))
    power.follow(NIGHT, at(13))
    assert tools.called == ["xset s off", "xset s noblank", "xset -dpms"]
    power.follow(NIGHT, at(23))
    assert tools.called[3:] == ["xset +dpms", "xset dpms 120 120 120"]


def test_wayland_is_dark_by_an_idle_watch_that_a_touch_ends() -> None:
    tools = Tools()
    power = ScreenPower(Session(wayland="wayland-0"), call=tools.call, watch=tools.watch)
    power.follow(NIGHT, at(12))
    power.follow(NIGHT, at(23))
    power.follow(NIGHT, at(7))
    power.stop()
    assert tools.called == ["begin swayidle", "end swayidle", "wlopm --on *"]


def test_a_dark_screen_is_woken_and_dark_again_when_idle() -> None:
    for session, woken in (
        (Session(x11=":0"), ["xset s reset", "xset dpms force on"]),
        (Session(wayland="wayland-0"), ["end swayidle", "wlopm --on *", "begin swayidle"]),
    ):
        tools = Tools()
        power = ScreenPower(session, call=tools.call, watch=tools.watch)
        power.follow(NIGHT, at(12))
        by_day = len(tools.called)
        power.wake()
        assert len(tools.called) == by_day, "it is on already"
        power.follow(NIGHT, at(23))
        at_night = len(tools.called)
        power.wake()
        assert tools.called[at_night:] == woken
