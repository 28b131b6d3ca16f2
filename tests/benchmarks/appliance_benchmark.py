"""Print how soon a fresh demo shows a decision and a fill, how soon it is back, and what memory it takes.

Run: python tests/benchmarks/appliance_benchmark.py [--seeds N]. The program runs as its owner starts it, at 60x, each
seed in a folder of its own; the clock of each figure begins with the start of the process. The default seed comes
first and alone, then N fixed ones, a few at a time. With all 20 it takes about nine minutes.
"""

import argparse
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[0] = str(ROOT)

from tests.journeys.page import Page  # noqa: E402

SEEDS = (*range(101, 121),)
AT_ONCE = 4
DECISION_SECONDS, FILL_SECONDS, AGAIN_SECONDS, MEMORY_MIB = 60.0, 120.0, 8.0, 150.0
MEMORY_AFTER_SECONDS = (60.0, 300.0)
PATIENCE_SECONDS = 150.0
PORT = re.compile(r"The page is at http://localhost:(\d+)")


@dataclass
class Found:
    """When the first decision and the first fill were seen, in seconds; None: not within the time allowed."""

    decision: float | None = None
    fill: float | None = None

    def take(self, algorithms: list[dict[str, Any]], seconds: float) -> None:
        """Look at algorithms as a screen gets them."""
        if self.decision is None and any(each["decision"] for each in algorithms):
            self.decision = seconds
        if self.fill is None and any(each["card_calculations"]["shares"] != "0" for each in algorithms):
            self.fill = seconds


class Demo:
    """The program on a folder of its own, with one screen that is connected throughout."""

    def __init__(self, folder: Path, seed: int | None) -> None:
        self._log = folder / "screen.txt"
        chosen = [] if seed is None else [f"--seed={seed}"]
        command = [sys.executable, str(ROOT / "orchestrator.py"), "--data-dir=demo", "--port=0", *chosen]
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder)}
        self._started = time.monotonic()
        with self._log.open("w") as screen:
            self._child = subprocess.Popen(
                command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=screen, text=True
            )
        self.page = Page(self._port())

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started

    def healthy_after(self) -> float:
        """Return after how many seconds /health said that all is well."""
        self._until(lambda: self.page.get("/health")[0] == 200)
        return self.seconds

    def watch(self, found: Found, until: Callable[[], bool]) -> None:
        """Follow the screen until something is so, or patience ends."""
        with self.page.screen() as screen:
            found.take(screen.join()["state"]["algorithms"], self.seconds)
            while not until() and self._child.poll() is None:
                name, body = screen.any_event()
                if name == "update":
                    found.take(body["changes"].get("algorithms", []), self.seconds)

    def footprint(self) -> tuple[float, int, int]:
        """Return resident MiB, threads and open files, as the kernel counts them."""
        process = Path("/proc") / str(self._child.pid)
        lines = (process / "status").read_text(encoding="utf-8").splitlines()
        status = dict(line.split(":", 1) for line in lines)
        files = len(list((process / "fd").iterdir()))
        return int(status["VmRSS"].split()[0]) / 1024, int(status["Threads"]), files

    def stop(self) -> None:
        """End it as its owner does."""
        self._child.send_signal(signal.SIGINT)
        try:
            self._child.wait(15)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def _port(self) -> int:
        self._until(lambda: PORT.search(self._log.read_text(encoding="utf-8")) is not None)
        found = PORT.search(self._log.read_text(encoding="utf-8"))
        if found is None:
            raise SystemExit("The program did not say where its page is.")
        return int(found[1])

    def _until(self, is_so: Callable[[], bool]) -> None:
        while not is_so():
            if self._child.poll() is not None or self.seconds > PATIENCE_SECONDS:
                self.stop()
                raise SystemExit(f"The program did not come up:\n{self._log.read_text(encoding='utf-8')}")
            time.sleep(0.02)


def report(what: str, value: float | None, unit: str, limit: float | None = None) -> None:
    figure = "     none" if value is None else f"{value:9.1f}"
    verdict = "" if limit is None else f"{'PASS' if value is not None and value <= limit else 'FAIL'} (<= {limit:g})"
    sys.stdout.write(f"{what:<46} {figure} {unit:<8} {verdict}\n")
    sys.stdout.flush()


def first_trades(seed: int) -> Found:
    """Start a seed's demo and watch until its first fill, or until it is too late for one."""
    found = Found()
    with TemporaryDirectory() as name:
        demo = Demo(Path(name), seed)
        try:
            demo.page.create_pin()
            demo.watch(found, lambda: found.fill is not None or demo.seconds > FILL_SECONDS)
        finally:
            demo.stop()
    return found


def default_seed(seconds_of_memory: tuple[float, ...]) -> None:
    """Follow the default demo, look at its memory from time to time, then start it a second time."""
    found = Found()
    with TemporaryDirectory() as name:
        demo = Demo(Path(name), None)
        try:
            report("default seed: /health is healthy after", demo.healthy_after(), "s")
            demo.page.create_pin()
            for moment in seconds_of_memory:
                demo.watch(found, lambda moment=moment: demo.seconds >= moment)  # type: ignore[misc]
                resident, threads, files = demo.footprint()
                report(
                    f"  resident after {moment:.0f} s, {threads} threads, {files} files", resident, "MiB", MEMORY_MIB
                )
        finally:
            demo.stop()
        report("  first decision on the screen after", found.decision, "s", DECISION_SECONDS)
        report("  first fill on the screen after", found.fill, "s", FILL_SECONDS)
        again = Demo(Path(name), None)
        try:
            report("  second start is healthy after", again.healthy_after(), "s", AGAIN_SECONDS)
        finally:
            again.stop()


def other_seeds(seeds: tuple[int, ...]) -> None:
    """Do the same for other seeds as far as the first fill; one of twenty may be late."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(first_trades, seeds))
    for seed, found in zip(seeds, results, strict=True):
        report(f"seed {seed}: first decision after", found.decision, "s", DECISION_SECONDS)
        report("  first fill after", found.fill, "s", FILL_SECONDS)
    late = [seed for seed, found in zip(seeds, results, strict=True) if not in_time(found)]
    report(f"seeds that are late, of {len(seeds)}", len(late), "seeds", len(seeds) / 20)


def in_time(found: Found) -> bool:
    is_decided = found.decision is not None and found.decision <= DECISION_SECONDS
    return is_decided and found.fill is not None and found.fill <= FILL_SECONDS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=len(SEEDS), metavar="N", help="how many besides the default one")
    parser.add_argument("--quick", action="store_true", help="no look at the memory after five minutes")
    given = parser.parse_args()
    default_seed(MEMORY_AFTER_SECONDS[:1] if given.quick else MEMORY_AFTER_SECONDS)
    other_seeds(SEEDS[: given.seeds])


if __name__ == "__main__":
    main()
