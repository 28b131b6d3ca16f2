"""Print how fast backtests are beside the engines people know, in one run, and whether a sweep disturbs a demo.

Run: python tests/benchmarks/backtest_benchmark.py [--quick] [--no-peers]. The peers are installed into throwaway venvs,
pinned; what does not install is left out and named. All play the same bars, the same crossover and the same rule, the
next minute's open, and must make the same round trips. Rates are bars a CPU second of the process, all threads.
"""

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import time
import venv
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PEERS = Path(__file__).resolve().parent / "peers"
sys.path[0:1] = [str(ROOT), str(PEERS)]

from made_year import write_year  # noqa: E402

from database.calendar_manager import MarketCalendar  # noqa: E402

PINNED = {
    "with_backtesting": ("backtesting.py", ["backtesting==0.6.6", "pandas==2.3.3"]),
    "with_backtrader": ("backtrader", ["backtrader==1.9.78.123", "pandas==2.3.3"]),
    "with_nautilus": ("nautilus_trader", ["nautilus_trader==1.221.0"]),
}
EVENT_DRIVEN = ("backtrader", "nautilus_trader")
RUNS = 3
SWEEP_SETS = 50
DEMO_SECONDS = 45.0
INSTALL_SECONDS = 400


@dataclass
class Measured:
    """The figures of one engine over its runs."""

    rates: list[float] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    peaks: list[float] = field(default_factory=list)
    trips: list[list[Any]] | None = None


def main() -> None:
    given = parsed()
    with TemporaryDirectory() as name:
        folder = Path(name)
        sessions = 30 if given.quick else 250
        year = folder / "year.csv"
        write_year(year, full_sessions(2023, sessions))
        compare(year, folder, with_peers=not given.no_peers, runs=1 if given.quick else RUNS)
        time_the_verb(folder, year, sessions)
        disturb_a_demo(folder, sessions=30 if given.quick else 1_250)


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="thirty days instead of a year, once")
    parser.add_argument("--no-peers", action="store_true", help="install nothing")
    return parser.parse_args()


def full_sessions(year: int, count: int) -> list[tuple[int, int]]:
    start = int(datetime(year, 1, 2, tzinfo=UTC).timestamp())
    found = MarketCalendar().sessions_between(start, start + 10 * 366 * 86_400)
    # In winter and without half days, so that every engine can tell a session's last minute by its clock.
    return [(each.open, each.close) for each in found if each.minutes == 390][:count]


def compare(year: Path, folder: Path, *, with_peers: bool, runs: int) -> None:
    commands = {
        "ordinary contract": [sys.executable, str(PEERS / "with_autotrader.py"), str(year), "ordinary"],
        "fast reads": [sys.executable, str(PEERS / "with_autotrader.py"), str(year), "fast"],
        "bare loop": [sys.executable, str(PEERS / "bare_loop.py"), str(year)],
    }
    if with_peers:
        commands |= peer_commands(folder, year)
    measured = {name: Measured() for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            note(measured[name], json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
    report(measured)


def peer_commands(folder: Path, year: Path) -> dict[str, list[str]]:
    commands = {}
    for script, (name, packages) in PINNED.items():
        place = folder / script
        venv.create(place, with_pip=True)
        python = str(place / "bin" / "python")
        try:
            subprocess.run(
                [python, "-m", "pip", "install", "-q", *packages],
                check=True,
                capture_output=True,
                timeout=INSTALL_SECONDS,
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            print(f"{name} did not install here and is left out.")
            continue
        commands[name] = [python, str(PEERS / f"{script}.py"), str(year)]
    return commands


def note(measured: Measured, told: dict[str, Any]) -> None:
    measured.rates.append(told["bars"] / told["cpu_seconds"])
    measured.starts.append(told["start_seconds"])
    measured.peaks.append(told["peak_mib"])
    measured.trips = told["trips"] or measured.trips


def report(measured: dict[str, Measured]) -> None:
    print(f"\n{'':<20}{'bars/CPU s':>12}{'start CPU s':>13}{'peak MiB':>10}{'round trips':>13}")
    for name, each in measured.items():
        trips = "-" if each.trips is None else str(len(each.trips))
        figures = f"{median(each.rates):>12,.0f}{median(each.starts):>13.2f}{median(each.peaks):>10.0f}{trips:>13}"
        print(f"{name:<20}{figures}")
    ours = measured["ordinary contract"].trips
    others = [each.trips for each in measured.values() if each.trips is not None]
    # An engine may leave the last one open at the end of the data.
    shortest = min(len(trips) for trips in others)
    same = all(trips[:shortest] == (ours or [])[:shortest] for trips in others)
    print("All engines made the same round trips." if same else "THE ROUND TRIPS DIFFER.")
    rate = {name: median(each.rates) for name, each in measured.items()}
    for own in ("ordinary contract", "fast reads"):
        told = [
            f"{rate[own] / rate[name]:.2f} x {name}" for name in rate if name not in ("ordinary contract", "fast reads")
        ]
        print(f"{own}: {', '.join(told)}")
    goals = {"ordinary contract": (1.0, 8.0), "fast reads": (3.0, 15.0)}
    for own, (of_backtesting, of_events) in goals.items():
        print(f"  wanted of {own}: {of_backtesting} x backtesting.py, {of_events} x each of {', '.join(EVENT_DRIVEN)}")
    print("  wanted of ordinary contract: 0.5 x bare loop")


def time_the_verb(folder: Path, year: Path, sessions: int) -> None:
    """Time what an owner waits for: one symbol, then ten at once."""
    started = time.monotonic()
    verb(folder, "backtest", *asked("SPY"), "--data", str(year))
    print(f"\n{sessions} sessions, one symbol, decisions kept: {time.monotonic() - started:.1f} s on the wall")
    symbols = [f"S{letter}" for letter in "ABCDEFGHIJ"]
    lines = year.read_text().splitlines(keepends=True)
    ten = folder / "ten.csv"
    ten.write_text(lines[0] + "".join(line.replace("SPY", name, 1) for name in symbols for line in lines[1:]))
    started = time.monotonic()
    verb(folder, "backtest", *(word for name in symbols for word in asked(name)), "--data", str(ten))
    print(f"{sessions} sessions, ten symbols at once: {time.monotonic() - started:.1f} s")


def asked(ticker: str) -> list[str]:
    return ["--algorithm", "sma_crossover", "--ticker", ticker, "--capital", "1500000"]


def verb(folder: Path, *words: str) -> None:
    command = [sys.executable, str(ROOT / "orchestrator.py"), *words]
    if words[0] == "backtest":
        command += ["--results", str(folder / "kept")]
    subprocess.run(command, check=True, capture_output=True, cwd=folder)


def disturb_a_demo(folder: Path, *, sessions: int) -> None:
    """Run a demo at a minute a second, alone and beside a sweep on all cores, and tell how late its minutes were."""
    years = folder / "years.csv"
    write_year(years, full_sessions(2019, sessions))
    demo = subprocess.Popen(
        [sys.executable, str(ROOT / "orchestrator.py"), "--data-dir", str(folder / "demo"), "--port", "0"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
    )
    try:
        minutes = DemoMinutes(folder / "demo" / "system.db")
        minutes.wait()
        alone = minutes.lateness(DEMO_SECONDS)
        grid = ["--grid", "sma_short=5:50:5", "--grid", "sma_long=60:100:10"]
        command = [sys.executable, str(ROOT / "orchestrator.py"), "sweep", *asked("SPY"), "--data", str(years), *grid]
        started = time.monotonic()
        sweep = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
        beside = minutes.lateness(DEMO_SECONDS)
        sweep.wait()
        print(
            f"\nA sweep of {SWEEP_SETS} sets over {sessions} sessions: {time.monotonic() - started:.0f} s on all cores"
        )
        print(f"Latest demo minute: {alone * 1000:.0f} ms alone, {beside * 1000:.0f} ms beside the sweep (wanted: 250)")
    finally:
        demo.terminate()
        demo.wait()


class DemoMinutes:
    """When a demo decides its minutes, by its database."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def wait(self) -> None:
        while self._minute() == 0:
            time.sleep(0.2)

    def lateness(self, seconds: float) -> float:
        """Return the longest time between two minutes, beyond the second each takes; closed hours do not count."""
        end, seen, times = time.monotonic() + seconds, self._minute(), []
        while time.monotonic() < end:
            minute = self._minute()
            if minute == seen + 60:
                times.append(time.monotonic())
            elif minute != seen:
                times.clear()
            seen = minute
            time.sleep(0.005)
        return max((later - earlier for earlier, later in pairwise(times)), default=1.0) - 1.0

    def _minute(self) -> int:
        try:
            connection = sqlite3.connect(f"file:{self._path}?mode=ro", uri=True)
            try:
                row = connection.execute("SELECT value FROM settings WHERE key = 'engine_minute'").fetchone()
            finally:
                connection.close()
        except sqlite3.Error:
            return 0
        return int(row[0]) if row else 0


if __name__ == "__main__":
    main()
