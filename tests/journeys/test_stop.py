"""Ctrl-C and SIGTERM end every phase within ten seconds, with code 0, and the same command goes on from there."""

import os
import random
import signal
import subprocess
from itertools import cycle
from pathlib import Path

import pytest

from tests.journeys.checks import assert_as_calculated, assert_books_agree, assert_sound, decided
from tests.journeys.conftest import MakeRun
from tests.journeys.house import Chosen, Run, hurry, stop, unhurried
from tests.journeys.made_days import HALF_DAY, TWO_DAYS, Recorded, write_days

SIGNALS = (signal.SIGINT, signal.SIGTERM)
LIMIT_SECONDS = 10.0
SYMBOLS = (Recorded("ACME"), Recorded("THIN", traded=0.3))
ALGORITHMS = tuple(Chosen(ticker=recorded.symbol) for recorded in SYMBOLS)
STOPPABLE = Path(__file__).parent / "stoppable"
LETTERS = str.maketrans("0123456789", "BCDEFGHIJK")
LONG_AGO = 10**18
STATUS_OF_CAUGHT_SIGNALS = "SigCgt:"
STATE_OF_STOPPED = "State:\tT"
# Runs the program as its file does, and stops short, for SIGCONT, before the first heavy module is looked for.
STOPS_BEFORE_HEAVY = """
import os, runpy, signal, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name in ("numpy", "pydantic"):
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.SIGSTOP)

sys.meta_path.insert(0, Finder())
sys.argv.pop(0)
sys.path[0] = os.path.dirname(sys.argv[0])
runpy.run_path(sys.argv[0], run_name="__main__")
"""


class StopsBeforeHeavy(Run):
    """A run whose program stops before it imports anything heavy."""

    def command(self) -> list[str]:
        python, *rest = Run.command(self)
        return [python, "-c", STOPS_BEFORE_HEAVY, *rest]


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


def is_stopped(child: subprocess.Popen[str]) -> bool:
    return STATE_OF_STOPPED in Path(f"/proc/{child.pid}/status").read_text(encoding="ascii")


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
    run = make_run(days(tmp_path, 4), algorithms=(unhurried(tmp_path), *ALGORITHMS[1:]))
    child = run.start()
    while child.poll() is None and not is_under_way(run):
        pause(child, 0.01)
    stop(child, number)
    stop(child, number)
    assert_ends(run, child)
    assert run.output == f"Stopped by {number.name}; the same command goes on from here.\n"
    assert not run.summary_file.exists()
    hurry(tmp_path)
    run.finish()
    assert_as_calculated(run)


def is_under_way(run: Run) -> bool:
    return (run.data_dir / "system.db").exists() and decided(run) > 100


@pytest.mark.requirement("S2-55")
def test_signals_are_heard_before_anything_heavy_is_imported(tmp_path: Path, make_run: MakeRun) -> None:
    plain = make_run(days(tmp_path, 5), algorithms=ALGORITHMS)
    run = StopsBeforeHeavy(plain.house, plain.folder, plain.files, plain.algorithms, plain.environment)
    child = run.start()
    while child.poll() is None and not is_stopped(child):
        pause(child, 0.002)
    mapped = Path(f"/proc/{child.pid}/maps").read_text(encoding="utf-8")
    assert all(is_caught(child, number) for number in SIGNALS)
    assert "numpy" not in mapped
    assert "pydantic" not in mapped
    stop(child, signal.SIGTERM)
    child.send_signal(signal.SIGCONT)
    assert_ends(run, child)
    assert not run.data_dir.exists()


@pytest.mark.requirement("S2-55", "S2-69")
@pytest.mark.parametrize(
    ("name", "number"), list(zip(sorted(path.stem for path in STOPPABLE.glob("*.py")), cycle(SIGNALS), strict=False))
)
def test_no_algorithm_keeps_the_owner_from_stopping(
    name: str, number: signal.Signals, tmp_path: Path, make_run: MakeRun
) -> None:
    stubborn = Chosen(STOPPABLE / f"{name}.py", "THIN")
    # Five seconds is what an owner has; the others need not be waited for that long.
    limit = "5" if name == "sleeping" else "2"
    algorithms = (unhurried(tmp_path), stubborn)
    run = make_run(days(tmp_path, 6), algorithms=algorithms, AUTOTRADER_ALGORITHM_LIMIT_SECONDS=limit)
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
        line.replace("ACME", f"A{number:03}".translate(LETTERS)) for number in range(450) for line in lines[:1380]
    ]
    file.write_text(header + "".join(lines + copies), encoding="utf-8")
    os.utime(file, ns=(LONG_AGO, LONG_AGO))
    run = make_run(file, algorithms=ALGORITHMS)
    child = run.start()
    # Not when it is open: that may be over before a busy machine looks.
    while child.poll() is None and file.stat().st_atime_ns == LONG_AGO:
        pause(child, 0.001)
    stop(child, signal.SIGINT)
    assert_ends(run, child)
    assert not run.data_dir.exists()


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
