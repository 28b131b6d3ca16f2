"""A pool of processes plays each trial once; one that dies costs its trial only."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from orchestra.backtest.sweep.pool import DIED, play_all
from orchestra.backtest.sweep.trial import Outcome, Trial
from tests.orchestra.backtest.jobs.processes import has_ended
from tests.orchestra.backtest.sweep.made_trials import TRIALS, Seen, parabola


def deadly(*, how: str) -> object:
    def play(trial: Trial) -> Outcome:
        if trial.params["x"] in (3, 4, 11):
            if how == "exit":
                os._exit(7)
            if how == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            raise MemoryError
        return parabola(trial)

    return play


def test_outcomes_are_those_of_one_process() -> None:
    seen = Seen()
    play_all(TRIALS, parabola, jobs=3, watch=seen)
    assert seen.in_order == [parabola(trial) for trial in TRIALS]


@pytest.mark.parametrize(("how", "told"), [("exit", "exit code 7"), ("kill", "SIGKILL"), ("memory", "exit code 1")])
def test_a_worker_that_dies_costs_its_trial_only(how: str, told: str, capfd: pytest.CaptureFixture[str]) -> None:
    seen = Seen()
    play_all(TRIALS, deadly(how=how), jobs=2, watch=seen)  # type: ignore[arg-type] - a player
    assert [each.trial for each in seen.in_order] == TRIALS
    failed = [each for each in seen.in_order if each.error is not None]
    assert [each.trial.params["x"] for each in failed] == [3, 4, 11]
    assert all(DIED in str(each.error) and told in str(each.error) for each in failed)
    assert ("MemoryError" in capfd.readouterr().err) == (how == "memory")


def test_every_trial_may_kill_its_worker() -> None:
    def play(trial: Trial) -> Outcome:
        os._exit(1)

    seen = Seen()
    play_all(TRIALS, play, jobs=2, watch=seen)
    assert [each.error is None for each in seen.in_order] == [False] * len(TRIALS)


def test_a_worker_whose_child_lives_on_is_found_dead_all_the_same() -> None:
    def play(trial: Trial) -> Outcome:
        if trial.number == 0 and os.fork():
            os._exit(1)
        if trial.number == 0:
            signal.alarm(3)  # the child that holds the line open
            signal.pause()
            os._exit(0)
        return parabola(trial)

    seen = Seen()
    play_all(TRIALS[:3], play, jobs=1, watch=seen)
    assert [each.error is None for each in seen.in_order] == [False, True, True]


def test_a_pool_that_is_stopped_ends_its_processes_at_once(tmp_path: Path) -> None:
    def play(trial: Trial) -> Outcome:
        (tmp_path / str(os.getpid())).touch()
        if trial.number > 3:
            signal.pause()  # for ever
        return parabola(trial)

    seen = Seen(wanted=4)
    play_all(TRIALS, play, jobs=2, watch=seen)
    assert [each.trial.number for each in seen.in_order] == [0, 1, 2, 3]
    for path in tmp_path.iterdir():
        with pytest.raises(ProcessLookupError):
            os.kill(int(path.name), 0)


@pytest.mark.parametrize("is_dying", [False, True])
def test_what_a_strategy_starts_ends_with_its_worker(tmp_path: Path, is_dying: bool) -> None:
    def play(trial: Trial) -> Outcome:
        started = subprocess.Popen(["sleep", "1000"])
        (tmp_path / str(started.pid)).touch()
        if is_dying:
            os._exit(1)
        return parabola(trial)

    seen = Seen()
    play_all(TRIALS[:3], play, jobs=1, watch=seen)
    assert len(seen.taken) == 3
    left = [int(path.name) for path in tmp_path.iterdir()]
    assert len(left) == 3
    assert all(has_ended(process) for process in left)


def test_workers_are_silent_and_in_sessions_of_their_own(capfd: pytest.CaptureFixture[str]) -> None:
    def play(trial: Trial) -> Outcome:
        os.write(1, b"a strategy's chatter")
        is_ignoring = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        return Outcome(trial, {"session": os.getsid(0), "own": os.getpid(), "is_ignoring": is_ignoring})

    seen = Seen()
    play_all(TRIALS[:2], play, jobs=2, watch=seen)
    assert all(each.metrics["session"] == each.metrics["own"] != os.getsid(0) for each in seen.taken)
    assert all(each.metrics["is_ignoring"] for each in seen.taken)
    assert "chatter" not in capfd.readouterr().out


def test_workers_stand_back_before_they_play() -> None:
    def play(trial: Trial) -> Outcome:
        return Outcome(trial, {"nice": os.nice(0)})

    seen = Seen()
    play_all(TRIALS[:2], play, jobs=1, watch=seen, stand_back=lambda: os.nice(19))
    assert [each.metrics["nice"] for each in seen.taken] == [19, 19]


PARENT = """
import os, signal, sys, time
from functools import partial
from orchestra.backtest.jobs.quiet_child import stand_back
from orchestra.backtest.sweep.pool import play_all
from tests.orchestra.backtest.sweep.made_trials import TRIALS, Seen

def play(trial):
    print(os.getpid(), file=sys.stderr, flush=True)
    signal.pause()

play_all(TRIALS, play, jobs=1, watch=Seen(), stand_back=partial(stand_back, os.getpid()))
"""


def test_workers_end_with_a_parent_that_is_killed() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], stderr=subprocess.PIPE, text=True, cwd=Path(__file__).resolve().parents[4]
    )
    assert parent.stderr is not None
    worker = int(parent.stderr.readline())
    parent.kill()
    parent.wait()
    # The worker held the error stream too: it ends when nobody is left.
    assert parent.stderr.read() == ""
    parent.stderr.close()
    deadline = time.monotonic() + 60
    while Path(f"/proc/{worker}").exists() and time.monotonic() < deadline:
        os.sched_yield()
    assert not Path(f"/proc/{worker}").exists() or "Z" in Path(f"/proc/{worker}/stat").read_text()
