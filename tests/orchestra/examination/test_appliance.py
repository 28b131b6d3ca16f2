"""The appliance around the engine, line by line."""

from dataclasses import replace

import pytest

from orchestra.examination.appliance import ApplianceReadings, examine_appliance
from orchestra.examination.wording import megabytes, span
from orchestra.messages.diagnosis import State
from orchestra.messages.engine_readings import KeepingReading

MB = 1_000_000
SEEN = ApplianceReadings(
    version="0.1.0",
    mode="PAPER",
    up_seconds=273_600.0,
    resident_bytes=212 * MB,
    limit_bytes=512 * MB,
    browser_bytes=410 * MB,
    degrees=61.4,
    backup_seconds=720.0,
    databases={"trades": 2_100_000, "bars": 45 * MB},
)
KEPT = KeepingReading(
    free_bytes=12_300 * MB,
    has_ballast=True,
    written_mb_a_day=120.4,
    seconds_measured=7200.0,
    backup_due_seconds=180.0,
    has_backup_failed=False,
    checked_seconds_ago=50_700.0,
)


def found(seen: ApplianceReadings = SEEN, kept: KeepingReading | None = KEPT) -> dict[str, tuple[State, str]]:
    return {each.what: (each.state, each.sentence) for each in examine_appliance(seen, kept)}


def test_all_is_well_and_each_line_tells_its_figure() -> None:
    assert found() == {
        "Disk": (State.OK, "12,300 MB free, 16 MB held in reserve, 120 MB written a day"),
        "Memory": (State.OK, "AutoTrader holds 212 MB of 512 MB it may have"),
        "Browser": (State.OK, "Chromium on this machine holds 410 MB"),
        "Temperature": (State.OK, "61 °C"),
        "Backup": (State.OK, "12 min old, the next in 3 min if there is anything new"),
        "Databases": (State.OK, "trades 2.1 MB, bars 45 MB; found whole 14 h 5 min ago"),
        "Program": (State.OK, "version 0.1.0, PAPER, running for 3 d 4 h"),
    }


def test_what_nobody_tells_has_no_line() -> None:
    assert list(found(ApplianceReadings("0.1.0", "DEMO", 5.0), None)) == ["Program"]


@pytest.mark.parametrize(
    ("what", "changes", "state", "words"),
    [
        ("Memory", {"resident_bytes": 450 * MB}, State.WARN, "450 MB of 512 MB"),
        ("Memory", {"limit_bytes": None}, State.OK, "AutoTrader holds 212 MB"),
        ("Browser", {"browser_bytes": 701 * MB}, State.WARN, "701 MB"),
        ("Browser", {"browser_bytes": 700 * MB}, State.OK, "700 MB"),
        ("Temperature", {"degrees": 76.0}, State.WARN, "76 °C"),
        ("Temperature", {"degrees": 85.0}, State.BAD, "85 °C"),
        ("Backup", {"backup_seconds": 27 * 3600.0}, State.WARN, "27 h old"),
        ("Backup", {"backup_seconds": None}, State.OK, "none yet"),
    ],
)
def test_the_machine(what: str, changes: dict[str, float | None], state: State, words: str) -> None:
    told = found(replace(SEEN, **changes))[what]
    assert told[0] is state
    assert words in told[1]


@pytest.mark.parametrize(
    ("what", "changes", "state", "words"),
    [
        ("Disk", {"free_bytes": 450 * MB}, State.WARN, "450 MB free"),
        ("Disk", {"free_bytes": 90 * MB, "has_ballast": False}, State.BAD, "90 MB free, no reserve"),
        ("Disk", {"has_ballast": False}, State.WARN, "no reserve"),
        # The first minutes of a run say nothing about a day.
        ("Disk", {"seconds_measured": 60.0}, State.OK, "12,300 MB free, 16 MB held in reserve"),
        ("Backup", {"has_backup_failed": True}, State.WARN, "the last try failed, the newest is 12 min old"),
        ("Databases", {"damage": "a database is damaged"}, State.BAD, "a database is damaged; trades"),
        ("Databases", {"checked_seconds_ago": None}, State.OK, "not yet since this start"),
    ],
)
def test_what_is_kept(what: str, changes: dict[str, object], state: State, words: str) -> None:
    told = found(kept=replace(KEPT, **changes))[what]  # type: ignore[arg-type]  # a table of fields
    assert told[0] is state
    assert words in told[1]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, "0 s"),
        (89.9, "89 s"),
        (90, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (86_399, "23 h 59 min"),
        (200_000, "2 d 7 h"),
    ],
)
def test_lengths_of_time(seconds: float, words: str) -> None:
    assert span(seconds) == words


def test_amounts() -> None:
    assert [megabytes(size) for size in (0, 450_000, 9_990_000, 45e6, 12.3e9)] == [
        "0.0 MB",
        "0.5 MB",
        "10.0 MB",
        "45 MB",
        "12,300 MB",
    ]
