"""The examiner measures now and then, however often it is asked, and survives what it measures."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from database.errors import StorageError
from orchestra.messages.diagnosis import Diagnosis, State, well
from orchestra.parts.health.examiner import Examined, Examiner
from orchestra.runtime.clock import SystemClock
from tests.orchestra.examination.test_appliance import KEPT
from tests.orchestra.examination.test_running import WELL


class Steady(SystemClock):
    def __init__(self) -> None:
        self.at = 1000.0

    def now(self) -> datetime:
        return datetime(2026, 11, 20, 15, 31, tzinfo=UTC) + timedelta(seconds=self.at - 1000)

    def monotonic(self) -> float:
        return self.at


def no_backup() -> datetime | None:
    return None


class Machine:
    """What is measured, and how often."""

    def __init__(self, folder: Path) -> None:
        self.clock = Steady()
        self.measured: list[str] = []
        self.newest_backup: Callable[[], datetime | None] = no_backup
        self.doctor: Callable[[], list[Diagnosis]] = lambda: [well("Python", "there")]
        self.seen = replace(WELL, keeping=KEPT)
        (folder / "system.db").write_bytes(b"x" * 1_500_000)
        (folder / "system.db-wal").write_bytes(b"x" * 600_000)
        self.databases = {"trades": folder / "system.db", "bars": folder / "market.db"}
        self.is_started = True

    def examiner(self) -> Examiner:
        examined = Examined(
            databases=self.databases,
            newest_backup=self.backup_made,
            version="0.1.0",
            mode="PAPER",
            readings=lambda: self.seen if self.is_started else None,
            resident=lambda: 212_000_000,
            limit=None,
            doctor=lambda: (self.measured.append("doctor"), self.doctor())[1],
            steady=self.clock,
        )
        return Examiner(examined, degrees=self.degrees, browser=self.browser)

    def backup_made(self) -> datetime | None:
        return self.newest_backup()

    def degrees(self) -> float | None:
        self.measured.append("degrees")
        return 50.0

    def browser(self) -> int | None:
        self.measured.append("browser")
        return 410_000_000


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def sentences(examiner: Examiner) -> dict[str, str]:
    return {each.what: each.sentence for each in examiner.report().lines}


def test_many_screens_cost_one_measuring_every_three_seconds(machine: Machine) -> None:
    examiner = machine.examiner()
    for _ in range(5):
        examiner.report()
    machine.clock.at += 2.9
    examiner.report()
    assert sorted(machine.measured) == ["browser", "degrees"]
    machine.clock.at += 0.2
    examiner.report()
    # The browser's memory, which costs more, every half minute.
    assert machine.measured.count("degrees") == 2
    assert machine.measured.count("browser") == 1
    machine.clock.at += 30
    examiner.report()
    assert machine.measured.count("browser") == 2


def test_a_database_is_as_large_as_what_waits_beside_it_makes_it(machine: Machine) -> None:
    assert sentences(machine.examiner())["Databases"].startswith("trades 2.1 MB; ")


def test_the_newest_backup_is_told_by_its_age_and_a_lost_folder_does_no_harm(machine: Machine) -> None:
    machine.newest_backup = lambda: machine.clock.now() - timedelta(minutes=12)
    assert sentences(machine.examiner())["Backup"].startswith("12 min old")

    def lost() -> datetime | None:
        raise PermissionError

    machine.newest_backup = lost
    assert sentences(machine.examiner())["Backup"].startswith("none yet")


def test_before_the_engines_first_word_the_machine_is_told_alone(machine: Machine) -> None:
    machine.is_started = False
    report = machine.examiner().report()
    assert [each.what for each in report.lines] == ["Memory", "Browser", "Temperature", "Program"]
    assert report.trend == ()


def test_the_doctor_looks_once_for_all_who_ask_within_twenty_seconds(machine: Machine) -> None:
    examiner = machine.examiner()
    assert examiner.examine() == examiner.examine() == [well("Python", "there")]
    machine.clock.at += 21
    examiner.examine()
    assert machine.measured == ["doctor", "doctor"]


def test_a_doctor_who_breaks_off_says_so(machine: Machine) -> None:
    def broken() -> list[Diagnosis]:
        raise StorageError("market.db cannot be opened")

    machine.doctor = broken
    (found,) = machine.examiner().examine()
    assert found.state is State.BAD
    assert "market.db cannot be opened" in found.sentence
