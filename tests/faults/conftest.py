"""What the campaign's tests share: a folder in memory, and the table at the end."""

import tempfile
import time
from collections.abc import Callable, Iterator
from multiprocessing import process
from pathlib import Path

import pytest

from tests.faults.__main__ import folder
from tests.faults.tally import Plan, Tally, commit, table
from tests.faults.verb_list import FAULTS

# The socket of the process that forks the children lies in the session's scratch folder and goes with it.
process.current_process()._config["tempdir"] = tempfile.mkdtemp()

TALLIES = pytest.StashKey[list[Tally]]()
SEED = 1


@pytest.fixture
def place() -> Iterator[Path]:
    with folder(None) as name:
        yield name


@pytest.fixture
def inject(place: Path, request: pytest.FixtureRequest) -> Callable[[str, int], Tally]:
    """Return what runs a class and keeps its line for the table."""

    def run(verb: str, runs: int) -> Tally:
        began = time.monotonic()
        tally = FAULTS[verb].run(Plan(runs, SEED, place))
        tally.seconds = time.monotonic() - began
        request.config.stash.setdefault(TALLIES, []).append(tally)
        return tally

    return run


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the campaign's table at the end of the run."""
    tallies = config.stash.get(TALLIES, [])
    if tallies:
        terminalreporter.section(f"fault campaign, commit {commit()}")
        terminalreporter.write_line(table(tallies))
