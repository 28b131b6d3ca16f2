"""Parity of whole runs: a recorded day replayed, and the demo's evenings while it goes on."""

import gzip
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestra.verbs.parity import check_databases
from tests.journeys.house import Chosen, Run, stop

SLICE_SECONDS = 0.05
GONE_SECONDS = 60
MakeRun = Callable[..., Run]


@dataclass(slots=True)
class Demo(Run):
    """A demo as fast as nothing is lost."""

    def command(self) -> list[str]:
        places = ["--data-dir", self.name, "--speed", "0", "--port", "0"]
        return [sys.executable, str(self.house / "orchestrator.py"), *places]


def test_a_recorded_day_is_decided_again_the_same(
    recorded_days: Path, house: Path, tmp_path: Path, make_run: MakeRun
) -> None:
    with gzip.open(recorded_days / "equity_1min" / "spy_2011.csv.gz", "rt", encoding="utf-8") as whole:
        lines = [line for line in whole if line.startswith(("symbol,", "SPY,2011-01-03T", "SPY,2011-01-04T"))]
    file = tmp_path / "days.csv"
    file.write_text("".join(lines), encoding="utf-8")
    run = make_run(file, algorithms=(Chosen(house / "algorithm" / "sma_crossover.py", "SPY", 20_000),))
    run.finish()
    for day, fills in ((date(2011, 1, 3), 3), (date(2011, 1, 4), 8)):
        found = check_databases(run.data_dir / "market.db", run.data_dir / "system.db", day, limit_seconds=60)
        assert (found.minutes, found.equal, found.unexplained) == (390, 390, 0)
        assert (found.slippage.filled, found.slippage.orders, found.slippage.dollars) == (fills, fills, 0.0)
    assert not (run.data_dir / "logs" / "parity").exists(), "a replay checks no evening"


def test_the_demos_evening_is_checked_while_it_goes_on(house: Path, tmp_path: Path) -> None:
    demo = Demo(house, tmp_path, (), ())
    child = demo.start()
    try:
        while not list((demo.data_dir / "logs" / "parity").glob("*.json")) or "Parity of " not in demo.errors:
            assert child.poll() is None, demo.errors
            _wait(child, SLICE_SECONDS)
        stop(child, signal.SIGINT)
        assert demo.wait(child) == 0, demo.errors
    finally:
        child.kill()
        child.wait()
    kept = min((demo.data_dir / "logs" / "parity").glob("*.json"))
    found = json.loads(kept.read_text(encoding="utf-8"))
    assert found["decisions"] == found["equal"] > 0
    assert found["is_whole"] is True
    assert len(found["algorithms"]) == 3
    assert f"Parity of {kept.stem}: {found['headline']}." in demo.errors
    # A killed child of the lowest priority may be gone a while later on a busy machine.
    deadline = time.monotonic() + GONE_SECONDS
    while left := _checks_of(demo.data_dir):
        assert time.monotonic() < deadline, left
        time.sleep(SLICE_SECONDS)


def _wait(child: subprocess.Popen[str], seconds: float) -> None:
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        return


def _checks_of(folder: Path) -> list[str]:
    """Return the processes that still check that folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = process.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        if "evening_check" in command and str(folder) in command:
            found.append(command)
    return found
