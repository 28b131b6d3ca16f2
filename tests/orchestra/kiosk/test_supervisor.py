"""Browser and program are kept running: started once, started again with pauses, ended together."""

import json
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import pytest

from orchestra.kiosk.page_server import ServerState
from orchestra.kiosk.screen_power import ScreenPower
from orchestra.kiosk.starting_page import StartingPage
from orchestra.kiosk.supervisor import FAR_TOO_LARGE_BYTES, LARGEST_BYTES, Means, Supervisor
from orchestra.kiosk.surroundings import Preferences, Session
from tests.orchestra.notifications.services import MovedClock

PAGE = "http://localhost:5001/frontend/dashboard.html?kiosk"
WAKES = "xset dpms force on"
UP, DOWN = ServerState(is_up=True, is_market_open=False), ServerState(is_up=False)


@dataclass
class FakeChild:
    pid: int
    ended_with: int | None = None
    words: str = ""
    was_told: bool = False

    def code(self) -> int | None:
        return self.ended_with

    def last_words(self) -> str:
        return self.words

    def end(self, wait_seconds: float) -> None:
        self.was_told = True


@dataclass
class Panel:
    """A kiosk of made-up children. browsers: with the scale of each; called: commands to the screen."""

    folder: Path
    is_alone: bool = False
    clock: MovedClock = field(default_factory=MovedClock)
    state: ServerState = DOWN
    preferences: Preferences = field(default_factory=Preferences)
    size: int = 0
    browsers: list[tuple[FakeChild, float]] = field(default_factory=list)
    programs: list[FakeChild] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    called: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        means = Means(
            clock=self.clock,
            page=PAGE,
            start_browser=self.start_browser,
            start_program=None if self.is_alone else self.start_program,
            ask=lambda: self.state,
            memory=lambda _pid: self.size,
            preferences=lambda: self.preferences,
            fitting_scale=1.5,
            say=self.said.append,
        )
        power = ScreenPower(Session(x11=":0"), call=lambda command: self.called.append(" ".join(command)))
        self.supervisor = Supervisor(means, StartingPage(Path("/house"), self.folder), power)
        self.supervisor.begin()

    def start_browser(self, page: str, scale: float) -> FakeChild:
        assert page.startswith("file:///house/frontend/starting.html?status=file%3A")
        self.browsers.append((FakeChild(len(self.browsers)), scale))
        return self.browsers[-1][0]

    def start_program(self) -> FakeChild:
        self.programs.append(FakeChild(100))
        return self.programs[-1]

    def pass_time(self, seconds: int) -> int | None:
        code = None
        for _ in range(seconds):
            self.clock.advance(1)
            code = self.supervisor.look_after()
            if code is not None:
                break
        return code

    def shown(self) -> dict[str, str]:
        text = (self.folder / "status.js").read_text(encoding="utf-8")
        return json.loads(text.removeprefix("autotraderStatus(").removesuffix(");\n"))  # type: ignore[no-any-return]


@pytest.fixture
def panel(tmp_path: Path) -> Panel:
    return Panel(tmp_path)


def test_the_browser_is_there_before_the_program(panel: Panel) -> None:
    assert (len(panel.browsers), len(panel.programs)) == (1, 0)
    assert panel.shown() == {"words": "AutoTrader is starting.", "page": ""}
    panel.pass_time(1)
    assert len(panel.programs) == 1
    assert panel.shown()["page"] == ""
    panel.state = UP
    panel.pass_time(1)
    assert panel.shown()["page"] == PAGE
    panel.pass_time(300)
    assert (len(panel.browsers), len(panel.programs)) == (1, 1)


def test_a_program_that_runs_already_is_left_alone(tmp_path: Path) -> None:
    panel = Panel(tmp_path, state=UP)
    panel.pass_time(10)
    assert panel.programs == []
    assert panel.shown()["page"] == PAGE


def test_the_screen_alone_waits_for_the_service_and_never_starts_a_second_program(tmp_path: Path) -> None:
    panel = Panel(tmp_path, is_alone=True)
    panel.pass_time(600)
    assert panel.programs == []
    assert panel.shown()["words"] == "Waiting for AutoTrader, which is started by its service."


def test_a_browser_that_dies_is_started_again_and_with_growing_pauses_when_it_dies_at_once(panel: Panel) -> None:
    started: list[float] = []
    for _ in range(300):
        before = len(panel.browsers)
        panel.pass_time(1)
        if len(panel.browsers) > before:
            started.append(panel.clock.steady - 1000)
        panel.browsers[-1][0].ended_with = 1
    pauses = [round(later - earlier) for earlier, later in pairwise(started)]
    assert pauses[:3] == [3, 6, 16]
    assert set(pauses[4:]) == {61}
    assert panel.said[0] == "The browser ended (code 1) and is started again."


def test_a_browser_that_ran_well_comes_back_within_seconds(panel: Panel) -> None:
    panel.state = UP
    for _ in range(3):
        panel.pass_time(300)
        panel.browsers[-1][0].ended_with = -9
        count = len(panel.browsers)
        panel.pass_time(2)
        assert len(panel.browsers) == count + 1


def test_a_program_that_crashes_is_started_again_and_says_so_on_the_screen(panel: Panel) -> None:
    panel.pass_time(1)
    panel.programs[0].ended_with = 1
    panel.pass_time(1)
    assert panel.shown()["words"] == "AutoTrader ended and is being started again."
    panel.pass_time(3)
    assert len(panel.programs) == 2


def test_a_program_that_refuses_shows_its_own_sentence(panel: Panel) -> None:
    panel.pass_time(1)
    panel.programs[0].ended_with, panel.programs[0].words = 2, "AutoTrader cannot start: port 5001 is taken."
    panel.pass_time(1)
    assert panel.shown()["words"] == "AutoTrader cannot start: port 5001 is taken."


def test_a_program_that_wants_to_be_started_anew_is_at_once(panel: Panel) -> None:
    panel.pass_time(1)
    panel.programs[0].ended_with = 4
    panel.pass_time(1)
    assert len(panel.programs) == 2


def test_a_program_that_its_owner_stopped_ends_the_kiosk(panel: Panel) -> None:
    panel.pass_time(1)
    panel.programs[0].ended_with = 0
    assert panel.pass_time(5) == 0
    panel.supervisor.end()
    assert panel.browsers[0][0].was_told


def test_the_end_takes_both_along(panel: Panel) -> None:
    panel.pass_time(1)
    panel.supervisor.end()
    assert panel.browsers[0][0].was_told
    assert panel.programs[0].was_told


@pytest.mark.parametrize(
    ("size", "is_open", "is_restarted"),
    [
        (LARGEST_BYTES, False, False),
        (LARGEST_BYTES + 1, False, True),
        (LARGEST_BYTES + 1, True, False),
        (FAR_TOO_LARGE_BYTES + 1, True, True),
    ],
)
def test_a_browser_grown_large_is_started_again_after_hours(
    panel: Panel, size: int, is_open: bool, is_restarted: bool
) -> None:
    panel.state, panel.size = ServerState(is_up=True, is_market_open=is_open), size
    panel.pass_time(70)
    panel.size = 0
    panel.pass_time(60)
    assert len(panel.browsers) == (2 if is_restarted else 1)
    assert panel.browsers[0][0].was_told is is_restarted


def test_another_size_on_the_screen_takes_effect_by_itself(panel: Panel) -> None:
    assert panel.browsers[0][1] == 1.5
    panel.preferences = Preferences(scale=2.0)
    panel.pass_time(21)
    assert [scale for _, scale in panel.browsers] == [1.5, 2.0]
    panel.pass_time(100)
    assert len(panel.browsers) == 2


def test_each_critical_alert_wakes_the_screen_once(tmp_path: Path) -> None:
    panel = Panel(tmp_path, state=UP, preferences=Preferences(screen_off=("00:00", "23:59"), timezone="UTC"))
    panel.pass_time(30)
    assert WAKES not in panel.called
    # One comes, is acknowledged while an older one stays, and another comes.
    for alert, wakes in ((7, 1), (7, 1), (3, 1), (0, 1), (8, 2)):
        panel.state = replace(UP, critical_alert=alert)
        panel.pass_time(30)
        assert panel.called.count(WAKES) == wakes
    # Another account's alerts are numbered anew.
    panel.state = DOWN
    panel.pass_time(1)
    panel.state = replace(UP, critical_alert=1)
    panel.pass_time(30)
    assert panel.called.count(WAKES) == 3
