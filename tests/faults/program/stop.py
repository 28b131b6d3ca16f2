"""F21: SIGTERM and SIGINT, once or twice, at any moment of the whole program: an end in peace, and on from there."""

import signal
import subprocess
import time
from pathlib import Path
from random import Random

from tests.faults.program.day import verified
from tests.faults.tally import Plan, Tally
from tests.journeys.checks import decided
from tests.journeys.house import Chosen, Run, stop, trades
from tests.journeys.made_days import HALF_DAY, TWO_DAYS, Recorded, write_days
from tests.program import Program

LIMIT_SECONDS = 10.0
SYMBOLS = (Recorded("ACME"), Recorded("THIN", traded=0.3))
LONGEST_START_SECONDS = 3.0
# So few stops fit into one half day.
FEW = 5
SIGNALS = {"SIGTERM": (signal.SIGTERM,), "SIGINT": (signal.SIGINT,), "SIGINT twice": (signal.SIGINT, signal.SIGINT)}
HEARD = "SigCgt:"


def stop_signals(plan: Plan) -> Tally:
    """Tell the program to stop in any phase: code 0 within 10 s, and in the end the trades of a run let alone (F21)."""
    tally = Tally("F21 SIGTERM and SIGINT", "stop", runs_again=plan.runs)
    days = (*TWO_DAYS, *HALF_DAY) if plan.runs > FEW else HALF_DAY[-1:]
    file = write_days(plan.folder / "days.csv", days, SYMBOLS, seed=plan.seed)
    house = Program(plan.folder / "program").house
    chosen = tuple(Chosen(ticker=recorded.symbol) for recorded in SYMBOLS)
    whole, stopped = (Run(house, plan.folder, (file,), chosen, name=name) for name in ("whole", "stopped"))
    expected = trades(whole.finish())
    chance = Random(plan.seed)
    for _ in range(plan.runs):
        name = chance.choice(list(SIGNALS))
        tally.add(plan.seed, _one_stop(stopped, SIGNALS[name], chance))
        tally.note(name)
        if stopped.summary_file.exists():
            # It came to its end before the signal did: from the beginning again.
            tally.note("runs finished on the way")
            tally.add(plan.seed, _as_let_alone(stopped, expected), injected=0)
            stopped = Run(house, plan.folder, (file,), chosen, name=f"stopped-{tally.injected}")
    stopped.finish()
    tally.add(plan.seed, _as_let_alone(stopped, expected), injected=0)
    return tally


def _one_stop(run: Run, numbers: tuple[signal.Signals, ...], chance: Random) -> list[str]:
    child = run.start()
    _wait_until_heard(child)
    if chance.random() < 0.5:
        _wait(child, chance.uniform(0, LONGEST_START_SECONDS))
    else:
        _wait_for_minutes(run, child, chance.randrange(1, 100))
    began = time.monotonic()
    for number in numbers:
        stop(child, number)
    try:
        code = run.wait(child, LIMIT_SECONDS + 20)
    except subprocess.TimeoutExpired:
        return ["V7 the program did not stop at all"]
    found = [] if code == 0 else [f"V7 ended with {code}: {run.errors[-300:]}"]
    if (took := time.monotonic() - began) > LIMIT_SECONDS:
        found.append(f"V7 took {took:.1f} s to stop")
    if "Traceback" in run.errors:
        found.append("V7 a traceback on the screen")
    return found + (verified(run.data_dir) if (run.data_dir / "system.db").exists() and decided(run) else [])


def _as_let_alone(run: Run, expected: list[object]) -> list[str]:
    found = [] if trades(run.summary()) == expected else ["V3 other trades than those of a run that was let alone"]
    return found + verified(run.data_dir)


def _wait_until_heard(child: subprocess.Popen[str]) -> None:
    """Wait until the program handles both signals itself: before that, nothing of ours has begun."""
    while child.poll() is None:
        status = Path(f"/proc/{child.pid}/status").read_text(encoding="ascii")
        mask = int(status.partition(HEARD)[2].split()[0], 16)
        if all(mask >> (number - 1) & 1 for number in (signal.SIGINT, signal.SIGTERM)):
            return
        _wait(child, 0.002)


def _wait_for_minutes(run: Run, child: subprocess.Popen[str], minutes: int) -> None:
    target = decided(run) + minutes if run.data_dir.exists() else minutes
    while child.poll() is None and (not run.data_dir.exists() or decided(run) < target):
        _wait(child, 0.02)


def _wait(child: subprocess.Popen[str], seconds: float) -> None:
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        return
