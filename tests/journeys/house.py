"""A copy of the house and its runs as child processes: waited for, killed, stopped, looked into."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HONEST = Path(__file__).parent / "algorithms" / "sma_exact.py"
# Long: on a busy machine a replay of weeks is slow, and that is no mistake of it.
WAIT_SECONDS = 240
MINUTE = 60
HURRY = "hurry"


@dataclass(frozen=True, slots=True)
class Chosen:
    """One algorithm of a run."""

    file: Path = HONEST
    ticker: str = "ACME"
    capital: int = 100_000


@dataclass(slots=True)
class Run:
    """One command of the program; every start of it is the same command."""

    house: Path
    folder: Path
    files: tuple[Path, ...]
    algorithms: tuple[Chosen, ...]
    environment: dict[str, str] = field(default_factory=dict)
    name: str = "run"

    @property
    def data_dir(self) -> Path:
        return self.folder / self.name

    @property
    def summary_file(self) -> Path:
        return self.folder / f"{self.name}.json"

    def command(self) -> list[str]:
        chosen: list[str] = []
        for algorithm in self.algorithms:
            chosen += ["--algorithm", self._from_here(algorithm.file), "--ticker", algorithm.ticker]
            chosen += ["--capital", str(algorithm.capital)]
        replay = ["--replay", *(self._from_here(file) for file in self.files)]
        places = ["--data-dir", self.name, "--summary", self.summary_file.name]
        return [sys.executable, str(self.house / "orchestrator.py"), *replay, *chosen, *places]

    def start(self) -> subprocess.Popen[str]:
        """Start it with its output in files, so that a child that says much never waits for a reader."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._screen("out").open("a") as out, self._screen("err").open("a") as errors:
            return subprocess.Popen(
                self.command(),
                cwd=self.folder,
                env={"PATH": "/usr/bin:/bin", "HOME": str(self.folder)} | self.environment,
                stdout=out,
                stderr=errors,
                stdin=subprocess.DEVNULL,
                text=True,
            )

    def finish(self) -> dict[str, Any]:
        """Run to the end and return the summary."""
        child = self.start()
        assert self.wait(child) == 0, self.errors
        return self.summary()

    def wait(self, child: subprocess.Popen[str], seconds: float = WAIT_SECONDS) -> int:
        """Return the exit code; a child that does not end is killed, and its stack dies with it."""
        try:
            return child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            raise

    def summary(self) -> dict[str, Any]:
        summary: dict[str, Any] = json.loads(self.summary_file.read_text(encoding="utf-8"))
        return summary

    @property
    def output(self) -> str:
        return self._screen("out").read_text(encoding="utf-8", errors="replace")

    @property
    def errors(self) -> str:
        return self._screen("err").read_text(encoding="utf-8", errors="replace")

    def rows(self, statement: str, *values: object, database: str = "system") -> list[sqlite3.Row]:
        """Read one of the run's databases, as a second program would."""
        connection = sqlite3.connect(f"file:{self.data_dir / database}.db?mode=ro", uri=True)
        connection.row_factory = sqlite3.Row
        try:
            return connection.execute(statement, values).fetchall()
        finally:
            connection.close()

    def minutes_decided(self, algorithm_id: int) -> list[int]:
        """Return every minute for which the algorithm has a decision, in order."""
        rows = self.rows("SELECT minute, until_minute FROM decisions WHERE algo_id = ? ORDER BY minute", algorithm_id)
        return [minute for first, last in rows for minute in range(first, last + MINUTE, MINUTE)]

    def outcomes(self, algorithm_id: int) -> Counter[str]:
        """Return how many minutes of the algorithm ended in each outcome."""
        found: Counter[str] = Counter()
        for row in self.rows("SELECT outcome, minute, until_minute FROM decisions WHERE algo_id = ?", algorithm_id):
            found[row["outcome"]] += (row["until_minute"] - row["minute"]) // MINUTE + 1
        return found

    def gates(self, algorithm_id: int) -> Counter[str]:
        """Return how many minutes of the algorithm each of our own rules denied."""
        rows = self.rows("SELECT gate FROM decisions WHERE algo_id = ? AND outcome = 'DENIED'", algorithm_id)
        return Counter(row["gate"] for row in rows)

    def _from_here(self, path: Path) -> str:
        """Return the path as an owner types it, from the folder of the run."""
        return os.path.relpath(path, self.folder)

    def _screen(self, kind: str) -> Path:
        return self.folder / f"{self.name}.{kind}"


@dataclass(frozen=True, slots=True)
class Traded:
    """One fill, without the part of its id that differs between installs."""

    time: str
    symbol: str
    side: str
    shares: int | float
    price: float
    algorithm_id: int
    order: str


def trades(summary: dict[str, Any], algorithm_id: int | None = None) -> list[Traded]:
    """Return the fills of a summary, of one algorithm or all, in order."""
    found = []
    for fill in summary["fills"]:
        values = {key: value for key, value in fill.items() if key != "client_order_id"}
        prefix, _install, order = fill["client_order_id"].split("-", 2)
        assert prefix == "at"
        if algorithm_id in (None, fill["algorithm_id"]):
            found.append(Traded(**values, order=order))
    return found


def unhurried(folder: Path, ticker: str = "ACME") -> Chosen:
    """Return an algorithm for a replay that is looked at, or stopped, before its end, however long that takes.

    It is the honest one, and takes a fiftieth of a second for each minute until `hurry` is called on the folder.
    """
    before, run, after = HONEST.read_text(encoding="utf-8").partition("def run(self, current_time, algo_id):\n")
    wait = f"        if not pathlib.Path({HURRY!r}).exists():\n            time.sleep(0.02)\n"
    file = folder / "unhurried.py"
    file.write_text(f"import pathlib\nimport time\n{before}{run}{wait}{after}", encoding="utf-8")
    return Chosen(file, ticker)


def hurry(folder: Path) -> None:
    """Let the unhurried algorithm of that folder take no more time than it needs."""
    (folder / HURRY).touch()


def stop(child: subprocess.Popen[str], number: signal.Signals) -> None:
    """Send a signal, unless the child has ended by itself."""
    if child.poll() is None:
        os.kill(child.pid, number)
