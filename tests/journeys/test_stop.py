"""Ctrl-C and SIGTERM end every phase within ten seconds, with code 0, and the same command goes on from there."""

import random
import signal
import subprocess
from contextlib import suppress
from itertools import cycle
from pathlib import Path

import pytest

from tests.journeys.checks import assert_as_calculated, assert_books_agree, assert_sound, decided
from tests.journeys.conftest import MakeRun
from tests.journeys.house import Chosen, Run, stop
from tests.journeys.made_days import HALF_DAY, TWO_DAYS, Recorded, write_days

SIGNALS = (signal.SIGINT, signal.SIGTERM)
LIMIT_SECONDS = 10.0
SYMBOLS = (Recorded("ACME"), Recorded("THIN", traded=0.3))
ALGORITHMS = tuple(Chosen(ticker=recorded.symbol) for recorded in SYMBOLS)
STOPPABLE = Path(__file__).parent / "stoppable"
STATUS_OF_CAUGHT_SIGNALS = "SigCgt:"


def pause(child: subprocess.Popen[str], seconds: float) -> None:
    """Let the child go on for a while, or until it ends."""
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        return


def wait_until_heard(child: subprocess.Popen[str]) -> None:
    """Wait until the child handles both signals itself."""
    while child.poll() is None and not all(is_caught(child, number) for number in SIGNALS):
        pause(child, 0.002)


def is_caught(child: subprocess.Popen[str], number: signal.Signals) -> bool:
    status = Path(f"/proc/{child.pid}/status").read_text(encoding="ascii")
    mask = int(status.partition(STATUS_OF_CAUGHT_SIGNALS)[2].split()[0], 16)
    return bool(mask >> (number - 1) & 1)


def wait_for_file(child: subprocess.Popen[str], path: Path) -> None:
    while child.poll() is None and not path.exists():
        pause(child, 0.005)
    assert path.exists(), "the child ended before it came there"


def assert_ends(run: Run, child: subprocess.Popen[str]) -> None:
    """Check that a child that was told to stop does, in time and in peace."""
    assert run.wait(child, LIMIT_SECONDS) == 0, run.errors
    assert "Traceback" not in run.errors
    if run.data_dir.exists():
        assert_sound(run)


def days(folder: Path, seed: int) -> Path:
    return write_days(folder / "days.csv", (*TWO_DAYS, *HALF_DAY), SYMBOLS, seed=seed)


@pytest.mark.requirement("S2-55")
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long)])
def test_a_replay_stopped_at_random_moments_goes_on_from_there(seed: int, tmp_path: Path, make_run: MakeRun) -> None:
    run, chance = make_run(days(tmp_path, seed), algorithms=ALGORITHMS), random.Random(seed)
    print(f"seed={seed}")
    for turn in range(4):
        child = run.start()
        wait_until_heard(child)
        pause(child, chance.uniform(0, 3.0))
        stop(child, SIGNALS[turn % 2])
        assert_ends(run, child)
    run.finish()
    assert_as_calculated(run)
    assert_books_agree(run)


@pytest.mark.requirement("S2-55")
@pytest.mark.parametrize("number", SIGNALS)
def test_a_running_replay_says_that_it_goes_on_from_here(
    number: signal.Signals, tmp_path: Path, make_run: MakeRun
) -> None:
    run = make_run(days(tmp_path, 4), algorithms=ALGORITHMS)
    child = run.start()
    while child.poll() is None and not is_under_way(run):
        pause(child, 0.01)
    stop(child, number)
    stop(child, number)
    assert_ends(run, child)
    assert run.output == f"Stopped by {number.name}; the same command goes on from here.\n"
    assert not run.summary_file.exists()
    run.finish()
    assert_as_calculated(run)


def is_under_way(run: Run) -> bool:
    return (run.data_dir / "system.db").exists() and decided(run) > 100


@pytest.mark.requirement("S2-55")
def test_signals_are_heard_before_anything_heavy_is_imported(tmp_path: Path, make_run: MakeRun) -> None:
    run = make_run(days(tmp_path, 5), algorithms=ALGORITHMS)
    child = run.start()
    wait_until_heard(child)
    mapped = Path(f"/proc/{child.pid}/maps").read_text(encoding="utf-8")
    stop(child, signal.SIGTERM)
    assert "numpy" not in mapped
    assert "pydantic" not in mapped
    assert_ends(run, child)
    assert not run.data_dir.exists()


@pytest.mark.requirement("S2-55", "S2-69")
@pytest.mark.parametrize(("name", "number"), zip(sorted(path.stem for path in STOPPABLE.glob("*.py")), cycle(SIGNALS)))
def test_no_algorithm_keeps_the_owner_from_stopping(
    name: str, number: signal.Signals, tmp_path: Path, make_run: MakeRun
) -> None:
    stubborn = Chosen(STOPPABLE / f"{name}.py", "THIN")
    # Five seconds is what an owner has; the others need not be waited for that long.
    limit = "5" if name == "sleeping" else "2"
    run = make_run(days(tmp_path, 6), algorithms=(Chosen(), stubborn), AUTOTRADER_ALGORITHM_LIMIT_SECONDS=limit)
    child = run.start()
    wait_for_file(child, tmp_path / "here")
    pause(child, 0.05)
    stop(child, number)
    assert_ends(run, child)
    assert not run.summary_file.exists(), "the signal was not heard: the replay ran to its end"


@pytest.mark.requirement("S2-55")
def test_stopping_while_a_big_file_is_read_changes_nothing(tmp_path: Path, make_run: MakeRun) -> None:
    file = days(tmp_path, 7)
    header, *lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    copies = [
        line.replace("ACME", f"A{number:03}".translate(LETTERS)) for number in range(150) for line in lines[:1380]
    ]
    file.write_text(header + "".join(lines + copies), encoding="utf-8")
    run = make_run(file, algorithms=ALGORITHMS)
    child = run.start()
    while child.poll() is None and str(file) not in open_files(child):
        pause(child, 0.001)
    pause(child, 0.3)
    stop(child, signal.SIGINT)
    assert_ends(run, child)
    assert not run.data_dir.exists()


LETTERS = str.maketrans("0123456789", "BCDEFGHIJK")


def open_files(child: subprocess.Popen[str]) -> set[str]:
    """Return the files the child holds open now, or did when its list was read."""
    found = set()
    for entry in Path(f"/proc/{child.pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed since the list was read
            found.add(str(entry.readlink()))
    return found


@pytest.mark.requirement("S2-55")
def test_a_stop_while_the_summary_is_made_leaves_a_finished_run(tmp_path: Path, make_run: MakeRun) -> None:
    file = write_days(tmp_path / "days.csv", TWO_DAYS[:1], SYMBOLS, seed=8)
    run = make_run(file, algorithms=ALGORITHMS)
    child = run.start()
    while child.poll() is None and not is_almost_over(run):
        pause(child, 0.001)
    stop(child, signal.SIGTERM)
    assert_ends(run, child)
    run.finish()
    assert_as_calculated(run)


def is_almost_over(run: Run) -> bool:
    return (run.data_dir / "system.db").exists() and decided(run) >= 389
