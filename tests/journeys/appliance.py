"""The appliance as its owner starts it: the demo with its page at a free port."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.journeys.house import Run
from tests.journeys.page import Page

PORT = re.compile(r"The page is at http://localhost:(\d+)")
SLICE_SECONDS = 0.02
MOST_SLICES = 3000


@dataclass(slots=True)
class Appliance(Run):
    """A demo as fast as nothing is lost; more: further arguments of the command."""

    more: tuple[str, ...] = ()

    def command(self) -> list[str]:
        places = ["--data-dir", self.name, "--speed", "0", "--port", "0"]
        return [sys.executable, str(self.house / "orchestrator.py"), *places, *self.more]

    def held_at_broker(self, symbol: str) -> float:
        """Return the shares in the account itself, whoever they belong to."""
        rows = self.rows("SELECT qty FROM positions WHERE symbol = ?", symbol, database="exchange")
        return sum(float(row[0]) for row in rows)


@contextmanager
def running(run: Run) -> Iterator[subprocess.Popen[str]]:
    """Start a run; whatever becomes of the test, the child does not outlive it."""
    child = run.start()
    try:
        yield child
    finally:
        child.kill()
        child.wait()


@contextmanager
def opened(run: Run, cookie: str | None = None) -> Iterator[tuple[subprocess.Popen[str], Page]]:
    """Start a run that has a page; yield the child and a tab at the port it names."""
    earlier = len(ports(run)) if run.data_dir.exists() else 0
    with running(run) as child:
        for _ in range(MOST_SLICES):
            if len(ports(run)) > earlier:
                break
            assert child.poll() is None, run.errors
            pause(child)
        yield child, Page(int(ports(run)[earlier]), cookie)


def pause(child: subprocess.Popen[str]) -> None:
    """Wait for a moment, or less if the child ends."""
    try:
        child.wait(SLICE_SECONDS)
    except subprocess.TimeoutExpired:
        return


def ports(run: Run) -> list[str]:
    """Return the port of each start so far, as the screen named it."""
    return PORT.findall(run.errors + run.output)


def listening_ports(process_id: int) -> set[int]:
    """Return the TCP ports a process listens at, as the kernel counts them."""
    process = Path("/proc") / str(process_id)
    links = set()
    for file in (process / "fd").iterdir():
        with suppress(FileNotFoundError):  # closed since it was listed
            links.add(file.readlink().as_posix())
    rows = [line.split() for line in (process / "net" / "tcp").read_text(encoding="ascii").splitlines()[1:]]
    is_listening = "0A"
    return {
        int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == is_listening and f"socket:[{row[9]}]" in links
    }
