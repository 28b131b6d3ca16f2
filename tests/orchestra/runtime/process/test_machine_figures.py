"""What the machine tells beside the process: heat and the browser's memory."""

from pathlib import Path

import pytest

from orchestra.runtime.process.machine_figures import browser_bytes, temperature


def zone(folder: Path, number: int, text: str) -> None:
    path = folder / f"thermal_zone{number}"
    path.mkdir()
    (path / "temp").write_text(text)


def test_the_hottest_sensor_that_can_be_believed_counts(tmp_path: Path) -> None:
    zone(tmp_path, 0, "48312\n")
    zone(tmp_path, 1, "61400\n")
    zone(tmp_path, 2, "-273150\n")
    zone(tmp_path, 3, "broken\n")
    (tmp_path / "thermal_zone4").mkdir()
    assert temperature(tmp_path) == pytest.approx(61.4)


def test_a_machine_without_a_sensor_tells_nothing(tmp_path: Path) -> None:
    assert temperature(tmp_path / "thermal") is None


def process(folder: Path, number: int, name: str, *, share: str | None, resident: str = "") -> None:
    path = folder / str(number)
    path.mkdir()
    (path / "comm").write_text(f"{name}\n")
    (path / "status").write_text(f"Name:\t{name}\n{resident}")
    if share is not None:
        (path / "smaps_rollup").write_text(share)


def test_every_process_of_the_browser_counts_and_shared_pages_once(tmp_path: Path) -> None:
    process(tmp_path, 10, "chromium", share="Rss:  900 kB\nPss:  400 kB\n")
    process(tmp_path, 11, "chromium", share="Pss:  100 kB\n")
    # Of a process that hides its pages at least the resident ones are known.
    process(tmp_path, 12, "chrome", share="", resident="VmRSS:\t  50 kB\n")
    process(tmp_path, 13, "python", share="Pss:  999 kB\n")
    (tmp_path / "14").mkdir()
    assert browser_bytes(tmp_path) == 550 * 1024


def test_without_a_browser_nothing_is_told(tmp_path: Path) -> None:
    process(tmp_path, 13, "python", share="Pss:  999 kB\n")
    assert browser_bytes(tmp_path) is None
