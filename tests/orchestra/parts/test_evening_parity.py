"""When the evening's check is started, how it is looked at, and what is told of it."""

import json
import logging
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from database.calendar_manager import MarketCalendar
from orchestra.backtest.checks.parity.kept_checks import file_of, write_check
from orchestra.messages.events import ParityChecked
from orchestra.parts.evening_parity import AGAIN_SECONDS, LIMIT_SECONDS, MOST_TRIES, CheckedFiles, EveningParity
from orchestra.runtime.clock import SystemClock
from tests.orchestra.owner_house import CLOSE, NEXT_OPEN, OPEN

DAY = date(2024, 7, 3)


class MadeClock(SystemClock):
    """Market time and steady seconds as the test says."""

    def __init__(self, *, is_simulated: bool) -> None:
        self.is_simulated = is_simulated
        self.seconds = float(OPEN)
        self.steady = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic(self) -> float:
        return self.steady


class MadeChild:
    """A child process that ends when the test says."""

    # Above the highest that Linux gives to a process.
    pid = 2**31 - 1

    def __init__(self) -> None:
        self.code: int | None = None
        self.is_killed = False

    def poll(self) -> int | None:
        return self.code

    def kill(self) -> None:
        self.is_killed = True

    def wait(self, _seconds: float) -> int:
        return self.code or 0


class Evening:
    def __init__(self, folder: Path, *, is_simulated: bool) -> None:
        self.clock = MadeClock(is_simulated=is_simulated)
        self.logs = folder / "logs"
        self.decided: list[int] = []
        self.started: list[tuple[str, list[str]]] = []
        self.children: list[MadeChild] = []
        self.events: list[object] = []
        self.fails_to_start = False
        self.part = EveningParity(
            CheckedFiles(folder / "market.db", folder / "system.db", self.logs),
            MarketCalendar(),
            self.clock,
            newest_decision=lambda until: max((each for each in self.decided if each <= until), default=None),
            publish=self.events.append,
            start=self._start,
        )

    def _start(self, module: str, arguments: list[str]) -> Any:
        if self.fails_to_start:
            raise OSError(11, "Resource temporarily unavailable")
        self.started.append((module, arguments))
        self.children.append(MadeChild())
        return cast("Any", self.children[-1])

    def come_to(self, seconds: float, *, decided: int | None = None) -> None:
        self.clock.seconds = seconds
        self.decided += [] if decided is None else [decided]
        self.clock.steady += 2
        self.part.run_due()

    def end(self, code: int = 0, **found: Any) -> None:
        """Let the child end, with what it has found, and the part look at it."""
        if found:
            write_check(file_of(self.logs, DAY), found)
        self.children[-1].code = code
        self.clock.steady += 2
        self.part.run_due()


@pytest.fixture
def simulated(tmp_path: Path) -> Evening:
    return Evening(tmp_path, is_simulated=True)


@pytest.fixture
def real(tmp_path: Path) -> Evening:
    return Evening(tmp_path, is_simulated=False)


def test_simulated_time_is_checked_at_the_first_closed_pass(simulated: Evening, tmp_path: Path) -> None:
    simulated.come_to(CLOSE - 60, decided=CLOSE - 60)
    assert simulated.started == []
    simulated.come_to(CLOSE, decided=CLOSE)
    paths = [str(tmp_path / name) for name in ("market.db", "system.db", "logs")]
    assert simulated.started == [("orchestra.verbs.children.evening_check", [*paths, "2024-07-03"])]


def test_real_time_is_checked_some_minutes_after_the_close(real: Evening) -> None:
    real.come_to(CLOSE + 299, decided=CLOSE)
    assert real.started == []
    real.come_to(CLOSE + 300)
    assert len(real.started) == 1


def test_the_check_of_last_evening_is_made_up_for_before_the_open(real: Evening) -> None:
    real.come_to(NEXT_OPEN - 60, decided=CLOSE)
    assert [arguments[-1] for _, arguments in real.started] == ["2024-07-03"]


def test_the_check_of_last_evening_is_made_up_for_during_the_next_session(real: Evening) -> None:
    real.decided = [CLOSE]
    real.come_to(NEXT_OPEN + 3600, decided=NEXT_OPEN + 3600)
    assert [arguments[-1] for _, arguments in real.started] == ["2024-07-03"]
    real.end(headline="all equal", unexplained=0, is_whole=True)
    assert real.events == [ParityChecked("2024-07-03", "all equal", 0)]
    real.come_to(NEXT_OPEN + 7200)
    assert len(real.started) == 1


def test_a_session_under_way_is_never_checked(real: Evening) -> None:
    real.come_to(NEXT_OPEN + 3600, decided=NEXT_OPEN + 3600)
    assert real.started == []


def test_a_day_without_a_decision_is_not_checked(real: Evening) -> None:
    real.come_to(CLOSE + 900, decided=OPEN)
    real.come_to(CLOSE + 901, decided=0)
    assert real.started == []


def test_a_day_is_checked_once(simulated: Evening) -> None:
    simulated.come_to(CLOSE, decided=CLOSE)
    simulated.end(headline="all equal", unexplained=0, is_whole=True)
    simulated.come_to(CLOSE + 60)
    assert len(simulated.started) == 1


def test_a_day_checked_by_an_earlier_run_is_left_alone(simulated: Evening) -> None:
    write_check(file_of(simulated.logs, DAY), {"headline": "all equal"})
    simulated.come_to(CLOSE, decided=CLOSE)
    assert simulated.started == []


@pytest.mark.parametrize("kept", [{"headline": "could not be checked", "is_whole": False}, {}])
def test_a_check_that_broke_off_is_made_again_by_the_next_run(simulated: Evening, kept: dict[str, Any]) -> None:
    write_check(file_of(simulated.logs, DAY), kept)
    simulated.come_to(CLOSE, decided=CLOSE)
    assert len(simulated.started) == 1


@pytest.mark.parametrize("is_ended", [True, False])
def test_a_check_that_broke_off_is_made_again_a_few_times(simulated: Evening, is_ended: bool) -> None:
    simulated.come_to(CLOSE, decided=CLOSE)
    for tries in range(1, MOST_TRIES + 1):
        assert len(simulated.started) == tries
        if is_ended:
            simulated.end(headline="could not be checked: locked", is_whole=False)
        else:
            simulated.clock.steady += LIMIT_SECONDS
            simulated.part.run_due()
        simulated.come_to(CLOSE + tries)
        assert len(simulated.started) == tries, "not at once"
        simulated.clock.steady += AGAIN_SECONDS
        simulated.part.run_due()
    assert len(simulated.started) == MOST_TRIES


def test_a_check_made_again_that_is_whole_is_the_last(simulated: Evening) -> None:
    simulated.come_to(CLOSE, decided=CLOSE)
    simulated.end(headline="could not be checked: locked", is_whole=False)
    simulated.clock.steady += AGAIN_SECONDS
    simulated.part.run_due()
    simulated.end(headline="all equal", unexplained=0, is_whole=True)
    simulated.clock.steady += AGAIN_SECONDS
    simulated.part.run_due()
    assert len(simulated.started) == 2


def test_the_next_day_is_not_held_up_by_one_that_broke_off(simulated: Evening) -> None:
    simulated.come_to(CLOSE, decided=CLOSE)
    simulated.end(headline="could not be checked: locked", is_whole=False)
    later = NEXT_OPEN + 390 * 60
    simulated.come_to(later, decided=later)
    assert [arguments[-1] for _, arguments in simulated.started] == ["2024-07-03", "2024-07-05"]


def test_at_most_one_check_runs_and_the_newest_day_is_next(simulated: Evening) -> None:
    simulated.come_to(CLOSE, decided=CLOSE)
    later = NEXT_OPEN + 390 * 60
    simulated.come_to(later, decided=later)
    assert len(simulated.started) == 1
    simulated.end(headline="all equal", unexplained=0, is_whole=True)
    simulated.come_to(later + 60)
    assert [arguments[-1] for _, arguments in simulated.started] == ["2024-07-03", "2024-07-05"]


@pytest.mark.parametrize(
    ("unexplained", "is_whole", "level"), [(0, True, "INFO"), (2, True, "WARNING"), (0, False, "WARNING")]
)
def test_what_was_found_is_told(
    simulated: Evening, caplog: pytest.LogCaptureFixture, unexplained: int, is_whole: bool, level: str
) -> None:
    caplog.set_level(logging.INFO)
    simulated.come_to(CLOSE, decided=CLOSE)
    simulated.end(headline="388 of 390 decisions equal", unexplained=unexplained, is_whole=is_whole)
    assert simulated.events == [ParityChecked("2024-07-03", "388 of 390 decisions equal", unexplained)]
    (record,) = caplog.records
    assert record.levelname == level
    assert "Parity of 2024-07-03: 388 of 390 decisions equal. Details: " in record.getMessage()


@pytest.mark.parametrize("left", ["", "{", "[]", json.dumps({"day": "2024-07-03"})])
def test_a_check_that_left_nothing_readable_is_told(
    simulated: Evening, caplog: pytest.LogCaptureFixture, left: str
) -> None:
    simulated.come_to(CLOSE, decided=CLOSE)
    if left:
        path = file_of(simulated.logs, DAY)
        path.parent.mkdir(parents=True)
        path.write_text(left, encoding="utf-8")
    simulated.end(code=-9)
    assert simulated.events == []
    assert "ended with code -9 and left nothing to read" in caplog.text


def test_a_check_that_takes_too_long_is_ended(simulated: Evening, caplog: pytest.LogCaptureFixture) -> None:
    simulated.come_to(CLOSE, decided=CLOSE)
    simulated.clock.steady += LIMIT_SECONDS
    simulated.part.run_due()
    assert simulated.children[0].is_killed
    assert "took too long" in caplog.text
    simulated.come_to(CLOSE + 60)
    assert len(simulated.started) == 1


def test_a_machine_that_starts_no_process_goes_on_trading(simulated: Evening, caplog: pytest.LogCaptureFixture) -> None:
    simulated.fails_to_start = True
    simulated.come_to(CLOSE, decided=CLOSE)
    simulated.come_to(CLOSE + 60)
    assert caplog.text.count("could not be started (Resource temporarily unavailable)") == 1


def test_the_end_of_the_engine_ends_the_check(simulated: Evening) -> None:
    simulated.come_to(CLOSE, decided=CLOSE)
    simulated.part.close()
    simulated.part.close()
    assert simulated.children[0].is_killed
