"""The supervisor: keeps the browser on the page and, unless a service does it, the program running.

In: the surroundings, children. Out: a kiosk, until it is told to stop. Thread: main.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from orchestra.kiosk.children import Child
from orchestra.kiosk.page_server import ServerState
from orchestra.kiosk.screen_power import ScreenPower
from orchestra.kiosk.starting_page import StartingPage
from orchestra.kiosk.surroundings import Preferences
from orchestra.runtime.clock import Clock

LOOK_SECONDS = 1.0
PREFERENCES_SECONDS = 20.0
MEMORY_SECONDS = 60.0
PAUSES_SECONDS = (1.0, 2.0, 5.0, 15.0, 60.0)
# A browser or a program that ran that long has not failed on its start.
GOOD_RUN_SECONDS = 120.0
END_SECONDS = 12.0
BROWSER_END_SECONDS = 3.0
LARGEST_BYTES = 700 * 1024 * 1024
# However open the market is: by then the whole machine suffers.
FAR_TOO_LARGE_BYTES = 2 * LARGEST_BYTES
# The exit codes of the program: ended in peace, refused in words, to be started anew.
PEACE, REFUSED, ANEW = 0, 2, 4

STARTING = "AutoTrader is starting."
WAITING = "Waiting for AutoTrader, which is started by its service."
RESTARTING = "AutoTrader ended and is being started again."


@dataclass(frozen=True, slots=True)
class Means:
    """What the supervisor works with. start_browser: on a page, at a scale; start_program: None where it only waits.

    ask: whether the server answers; memory: of the browser by its pid; preferences: what the owner prefers now.
    fitting_scale: what fits the display, when the owner prefers nothing.
    """

    clock: Clock
    page: str
    start_browser: Callable[[str, float], Child]
    start_program: Callable[[], Child] | None
    ask: Callable[[], ServerState]
    memory: Callable[[int], int]
    preferences: Callable[[], Preferences]
    fitting_scale: float
    say: Callable[[str], None]


@dataclass
class _Kept:
    """One child that is started again when it ends, with growing pauses."""

    child: Child | None = None
    started_at: float = 0.0
    due_at: float = 0.0
    failures: int = 0

    def ended(self, now: float) -> None:
        """Take note that it is gone, and when it is to be started again."""
        self.failures = 0 if now >= self.started_at + GOOD_RUN_SECONDS else self.failures
        self.child = None
        self.due_at = now + PAUSES_SECONDS[min(self.failures, len(PAUSES_SECONDS) - 1)]
        self.failures += 1


@dataclass
class Supervisor:
    """Call look_after again and again; it says when the kiosk is over."""

    means: Means
    starting: StartingPage
    power: ScreenPower
    _browser: _Kept = field(default_factory=_Kept)
    _program: _Kept = field(default_factory=_Kept)
    _state: ServerState = field(default_factory=lambda: ServerState(is_up=False))
    _preferences: Preferences = field(default_factory=Preferences)
    _scale: float = 0.0
    _words: str = ""
    _preferences_at: float = 0.0
    _memory_at: float = 0.0
    _woken_for: int = 0

    def begin(self) -> None:
        """Show the starting page at once, then see whether the program runs already."""
        self._preferences = self.means.preferences()
        self._preferences_at = self._memory_at = self.means.clock.monotonic()
        self._words = STARTING if self.means.start_program else WAITING
        self.starting.tell(self._words)
        self._keep_browser()

    def look_after(self) -> int | None:
        """Do what is due; return the exit code once the program was stopped by its owner, else None."""
        self._state = self.means.ask()
        self._follow_preferences()
        self._wake_for_alert()
        code = self._keep_program()
        self.starting.tell(self._words, page=self.means.page if self._state.is_up else "")
        self._keep_browser()
        self._keep_small()
        return code

    def end(self) -> None:
        """End browser and program."""
        for kept, seconds in ((self._browser, BROWSER_END_SECONDS), (self._program, END_SECONDS)):
            if kept.child is not None:
                kept.child.end(seconds)
                kept.child = None
        self.power.stop()

    def _keep_browser(self) -> None:
        now = self.means.clock.monotonic()
        kept = self._browser
        if kept.child is not None and (code := kept.child.code()) is not None:
            self.means.say(f"The browser ended (code {code}) and is started again.")
            kept.ended(now)
        if kept.child is None and now >= kept.due_at:
            self._scale = self._wanted_scale()
            kept.child, kept.started_at = self.means.start_browser(self.starting.address, self._scale), now

    def _keep_program(self) -> int | None:
        start, kept, now = self.means.start_program, self._program, self.means.clock.monotonic()
        if start is None:
            return None
        if kept.child is not None and (code := kept.child.code()) is not None:
            if code == PEACE:
                return PEACE
            self._words = kept.child.last_words() if code == REFUSED else RESTARTING
            self.means.say(f"AutoTrader ended (code {code}) and is started again.")
            kept.ended(now)
            if code == ANEW:
                kept.due_at = now
        if kept.child is None and now >= kept.due_at and not self._state.is_up:
            kept.child, kept.started_at = start(), now
        if self._state.is_up:
            self._words = STARTING
        return None

    def _follow_preferences(self) -> None:
        now = self.means.clock.monotonic()
        if now >= self._preferences_at + PREFERENCES_SECONDS:
            self._preferences_at = now
            self._preferences = self.means.preferences()
            if self._browser.child is not None and self._wanted_scale() != self._scale:
                self._restart_browser("The browser is started again at another size.")
        self.power.follow(self._preferences, self.means.clock.now())

    def _wake_for_alert(self) -> None:
        """Turn the screen on, once for each critical alert that comes."""
        if not self._state.is_up:
            # It may come back with another account, whose alerts are numbered anew.
            self._woken_for = 0
        if self._state.critical_alert > self._woken_for:
            self._woken_for = self._state.critical_alert
            self.power.wake()

    def _keep_small(self) -> None:
        """Start a browser that has grown too large again, while nobody needs it."""
        now, browser = self.means.clock.monotonic(), self._browser.child
        if browser is None or now < self._memory_at + MEMORY_SECONDS:
            return
        self._memory_at = now
        size = self.means.memory(browser.pid)
        limit = FAR_TOO_LARGE_BYTES if self._state.is_market_open else LARGEST_BYTES
        if size > limit:
            self._restart_browser(f"The browser takes {size // (1024 * 1024)} MB and is started again.")

    def _restart_browser(self, why: str) -> None:
        self.means.say(why)
        if self._browser.child is not None:
            self._browser.child.end(BROWSER_END_SECONDS)
        self._browser = _Kept()

    def _wanted_scale(self) -> float:
        return self._preferences.scale or self.means.fitting_scale
