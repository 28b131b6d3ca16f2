"""The power of the screen: never dark by itself, but in the owner's hours, and then awake at a touch or an alert.

In: the hours, the session. Out: calls of xset, or of swayidle and wlopm. Thread: main.
In the dark hours the session's own idle timer turns the screen off, so that a touch wakes it; nothing is lost when a
tool is missing: the screen stays on.
"""

import subprocess
from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from orchestra.kiosk.surroundings import Preferences, Session

DARK_AFTER_SECONDS = 120
CALL_SECONDS = 5.0
ALWAYS_ON = (("xset", "s", "off"), ("xset", "s", "noblank"), ("xset", "-dpms"))
DARK_WHEN_IDLE = (("xset", "+dpms"), ("xset", "dpms", *([str(DARK_AFTER_SECONDS)] * 3)))
WATCH_IDLE = ("swayidle", "-w", "timeout", str(DARK_AFTER_SECONDS), "wlopm --off '*'", "resume", "wlopm --on '*'")
WAKE = ("wlopm", "--on", "*")
# The first begins the idle time anew: the screen would be dark again at once otherwise.
WAKE_X11 = (("xset", "s", "reset"), ("xset", "dpms", "force", "on"))

Call = Callable[[Sequence[str]], None]
Watch = Callable[[Sequence[str]], Callable[[], None]]


class ScreenPower:
    """Follow the owner's hours. call: runs a command; watch: starts one that goes on, and returns how to end it."""

    def __init__(self, session: Session, *, call: Call | None = None, watch: Watch | None = None) -> None:
        self._session = session
        self._call = call or quietly
        self._watch = watch or started
        self._is_dark: bool | None = None
        self._end_watch: Callable[[], None] | None = None

    def follow(self, preferences: Preferences, now: datetime) -> None:
        """Do what the hours ask for. now: UTC-aware."""
        is_dark = is_dark_at(preferences, now)
        if is_dark is self._is_dark:
            return
        self._is_dark = is_dark
        if self._session.wayland:
            self._follow_wayland(is_dark=is_dark)
        else:
            for command in DARK_WHEN_IDLE if is_dark else ALWAYS_ON:
                self._call(command)

    def wake(self) -> None:
        """Turn a dark screen on, until it has been idle once more."""
        if not self._is_dark:
            return
        if self._session.wayland:
            self.stop()
            self._follow_wayland(is_dark=True)
        else:
            for command in WAKE_X11:
                self._call(command)

    def stop(self) -> None:
        """Leave the screen on."""
        if self._end_watch:
            self._end_watch()
            self._end_watch = None
            self._call(WAKE)

    def _follow_wayland(self, *, is_dark: bool) -> None:
        if is_dark:
            self._end_watch = self._watch(WATCH_IDLE)
        else:
            self.stop()


def is_dark_at(preferences: Preferences, now: datetime) -> bool:
    """Say whether the screen may be off; hours are of the owner's time zone, else of this machine's."""
    if preferences.screen_off is None:
        return False
    start, end = preferences.screen_off
    time = f"{now.astimezone(_zone(preferences.timezone)):%H:%M}"
    return start <= time < end if start <= end else time >= start or time < end


def quietly(command: Sequence[str]) -> None:
    """Run a command; a tool that is missing or fails changes nothing."""
    try:
        subprocess.run(command, capture_output=True, timeout=CALL_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return


def started(command: Sequence[str]) -> Callable[[], None]:
    """Start a command that goes on; return how to end it."""
    try:
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        return lambda: None

    def end() -> None:
        child.terminate()
        child.wait(CALL_SECONDS)

    return end


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return None
