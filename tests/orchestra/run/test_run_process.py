"""The process of a run, started again and again on one directory: crashes add up, peaceful ends do not."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from database.errors import ConfigError, StorageError
from orchestra.run.data_directory import DataDirectory, in_folder
from orchestra.run.run_process import RunProcess
from orchestra.runtime.clock import SystemClock
from orchestra.runtime.process.start_marks import LOOP_STARTS
from orchestra.runtime.process.stop_switch import StoppedWhileStarting
from orchestra.runtime.settings import ServiceManager


class StandingClock(SystemClock):
    def now(self) -> datetime:
        return datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


@pytest.fixture
def where(tmp_path: Path) -> DataDirectory:
    directory = in_folder(tmp_path / "run")
    directory.create()
    return directory


def process_in(where: DataDirectory, folder: Path | None = None) -> RunProcess:
    return RunProcess(where, ServiceManager(None, folder), StandingClock())


def crash(where: DataDirectory, error: BaseException) -> bool:
    """Start a run that ends with the error; return whether the start was one too many."""
    process = process_in(where)
    with pytest.raises(type(error)), process:
        raise error
    return process.is_crash_loop


@pytest.mark.requirement("S2-47")
@pytest.mark.parametrize("error", [ValueError("broken"), StorageError("torn"), MemoryError()])
def test_fifth_start_after_four_crashes_is_a_crash_loop(error: Exception, where: DataDirectory) -> None:
    assert [crash(where, error) for _ in range(LOOP_STARTS)] == [False] * 4 + [True]


@pytest.mark.parametrize("error", [ConfigError("refused"), StoppedWhileStarting("SIGTERM")])
def test_start_that_is_refused_or_told_to_stop_is_no_crash(error: BaseException, where: DataDirectory) -> None:
    assert not any(crash(where, error) for _ in range(2 * LOOP_STARTS))


def test_run_that_ends_as_it_should_is_no_crash(where: DataDirectory) -> None:
    for _ in range(2 * LOOP_STARTS):
        with process_in(where) as process:
            assert not process.is_crash_loop


def test_turn_that_ended_the_process_is_known_to_the_next_one(where: DataDirectory, tmp_path: Path) -> None:
    for folder in (None, tmp_path):
        ended = process_in(where, folder)
        ended.__enter__()
        ended.marker.begin(3)
        ended._stack.close()
        with process_in(where, folder) as process:
            assert process.marker.left_behind == 3
    assert (tmp_path / "turn").exists()
    assert (where.logs / "turn").exists()


def test_memory_is_measured_while_the_run_lasts(where: DataDirectory) -> None:
    with process_in(where) as process:
        assert process.resident() > 10_000_000
    with pytest.raises(OSError, match="file descriptor"):
        process.resident()
