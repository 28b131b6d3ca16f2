"""The restore drill with the whole program: books damaged or put back while the market went on; nothing is lost."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.journeys.checks import assert_books_agree, assert_sound, decided
from tests.journeys.house import WAIT_SECONDS, Run

SLICE_SECONDS = 0.02


@dataclass(slots=True)
class KeptDemo(Run):
    """A demo as fast as nothing is lost, and the verbs beside it."""

    def command(self) -> list[str]:
        return [*self._program(), "--data-dir", self.name, "--speed", "0", "--port", "0"]

    def verb(self, *words: str) -> str:
        """Call a verb on the demo's directory and return what it said."""
        ran = subprocess.run(
            [*self._program(), *words, "--data-dir", self.name],
            cwd=self.folder,
            env={"PATH": "/usr/bin:/bin", "HOME": str(self.folder)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def run_until(self, is_enough: Callable[[], bool]) -> subprocess.Popen[str]:
        """Start it and return the running child once enough has happened."""
        child = self.start()
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            if is_enough():
                return child
            assert child.poll() is None, self.errors
            try:
                child.wait(SLICE_SECONDS)
            except subprocess.TimeoutExpired:
                continue
        kill(child)
        raise AssertionError(self.errors)

    def fills(self, database: str = "system") -> int:
        return len(self.rows("SELECT 1 FROM fills", database=database))

    def entries(self) -> int:
        return len(self.rows("SELECT 1 FROM orders WHERE side = 'buy'", database="exchange"))

    def is_back(self, fills: int) -> bool:
        """Say whether something was restored and the books hold so many fills."""
        try:
            return self.halted_by() != "" and self.fills() >= fills
        except sqlite3.DatabaseError:
            return False

    def halted_by(self) -> str:
        rows = self.rows("SELECT value FROM control WHERE key = 'halt'", database="door")
        return str(json.loads(rows[0][0])["by"]) if rows else ""

    def _program(self) -> list[str]:
        return [sys.executable, str(self.house / "orchestrator.py")]


@pytest.fixture
def demo(house: Path, tmp_path: Path) -> KeptDemo:
    return KeptDemo(house, tmp_path, (), ())


def kill(child: "subprocess.Popen[str]") -> None:
    child.kill()
    child.wait()


def trade_on_after_a_backup(demo: KeptDemo) -> None:
    """Let the demo trade, back it up beside the running program, let it trade on, and kill it."""
    child = demo.run_until(lambda: bool(decided(demo)) and demo.fills() >= 2)
    assert "exchange.db" in demo.verb("backup")
    before = demo.fills()
    while demo.fills() < before + 3:
        assert child.poll() is None, demo.errors
        os.sched_yield()
    kill(child)


def end_after(demo: KeptDemo, *, minutes: int) -> None:
    """Let the demo decide so many more minutes, and stop it as its owner does."""
    wanted = decided(demo) + minutes
    child = demo.run_until(lambda: decided(demo) >= wanted)
    child.terminate()
    assert demo.wait(child) == 0, demo.errors


def spoil(path: Path) -> None:
    """Overwrite pages of the file; what a write-ahead log still held is in it by then."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * 16384)


@pytest.mark.requirement("S2-48", "S2-47")
@pytest.mark.parametrize("way", ["damaged", "restored by hand"])
def test_books_put_back_learn_from_the_broker_what_was_traded_since(demo: KeptDemo, way: str) -> None:
    trade_on_after_a_backup(demo)
    system = demo.data_dir / "system.db"
    traded, entries = demo.fills("exchange"), demo.entries()
    if way == "damaged":
        spoil(system)
    else:
        demo.verb("restore", "--newest")
    kill(demo.run_until(lambda: demo.is_back(traded)))
    assert "000001-" in demo.halted_by()
    assert_sound(demo)
    end_after(demo, minutes=30)
    assert_books_agree(demo)
    assert demo.entries() == entries


def test_a_damaged_exchange_goes_back_together_with_the_books(demo: KeptDemo) -> None:
    trade_on_after_a_backup(demo)
    spoil(demo.data_dir / "exchange.db")
    kill(demo.run_until(lambda: demo.is_back(2)))
    end_after(demo, minutes=30)
    assert_sound(demo)
    assert_books_agree(demo)
    assert "000001-" in demo.halted_by()
