"""The demo as its owner starts it: no key, no file, no network; killed, started again, asked from a second terminal."""

import json
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from database.bar import MINUTE
from database.calendar_manager import MarketCalendar
from tests.journeys.checks import assert_books_agree, assert_sound, decided
from tests.journeys.house import Run, stop
from tests.program import Program

CALENDAR = MarketCalendar()
SLICE_SECONDS = 0.02
ASK = "from system_databse.system_db_manager import get_transactions as t\nimport json\nprint(json.dumps(t({id})))"
ASK_BARS = (
    "from database.db_manager import get_data_for_algorithm as g\n"
    "print(len(g('SPY', 'last_n_bars', n=20, before_timestamp='{before}')))"
)


@dataclass(slots=True)
class Demo(Run):
    """A demo as fast as nothing is lost; more: further arguments of the command."""

    more: tuple[str, ...] = ()

    def command(self) -> list[str]:
        places = ["--data-dir", self.name, "--speed", "0"]
        return [sys.executable, str(self.house / "orchestrator.py"), *places, *self.more]

    def run_until(self, is_enough: Callable[[], bool]) -> subprocess.Popen[str]:
        """Start it and return the running child once enough has happened."""
        child = self.start()
        while not (self.data_dir / "system.db").exists() or not decided(self) or not is_enough():
            assert child.poll() is None, self.errors
            wait(child, SLICE_SECONDS)
        return child

    def end(self, child: subprocess.Popen[str]) -> None:
        stop(child, signal.SIGINT)
        assert self.wait(child) == 0, self.errors

    def fills(self) -> int:
        return len(self.rows("SELECT id FROM fills"))


def wait(child: subprocess.Popen[str], seconds: float) -> None:
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        return


def assert_every_minute_decided_once(run: Run, algorithm_id: int) -> None:
    minutes = run.minutes_decided(algorithm_id)
    sessions = CALENDAR.sessions_between(minutes[0] - MINUTE, minutes[-1])
    every = [ts for day in sessions for ts in range(day.open + MINUTE, day.close + MINUTE, MINUTE)]
    assert minutes == [ts for ts in every if minutes[0] <= ts <= minutes[-1]]


@pytest.fixture
def demo(house: Path, tmp_path: Path) -> Demo:
    return Demo(house, tmp_path, (), ())


@pytest.mark.requirement("S2-52", "S2-47", "S2-48", "S2-44", "S2-57", "S0-27", "S4-45")
def test_a_killed_demo_goes_on_where_it_stopped_and_nothing_is_doubled(demo: Demo) -> None:
    chance = random.Random(4)
    for _ in range(2):  # while it starts, at any moment
        child = demo.start()
        wait(child, chance.uniform(0.5, 3.0))
        child.kill()
        child.wait()
    progress = decided(demo) if demo.data_dir.exists() else 0
    for _ in range(3):
        progress += chance.randint(150, 400)
        target = progress
        child = demo.run_until(lambda target=target: decided(demo) >= target)  # type: ignore[misc]
        wait(child, chance.uniform(0, 0.05))
        child.kill()
        child.wait()
        assert_sound(demo)
        progress = decided(demo)
    demo.end(demo.run_until(lambda: decided(demo) >= progress + 100 and demo.fills() >= 2))
    assert_sound(demo)
    assert_books_agree(demo)
    names = [tuple(row) for row in demo.rows("SELECT id, name, ticker, initial_capital FROM algorithms ORDER BY id")]
    assert [(id_, name, ticker, int(float(capital))) for id_, name, ticker, capital in names] == [
        (1, "sma_crossover", "SPY", 20_000),
        (2, "sma_crossover", "NVDA", 20_000),
        (3, "sma_crossover", "TSLA", 20_000),
    ]
    for algorithm_id in (1, 2, 3):
        assert_every_minute_decided_once(demo, algorithm_id)
    reasons = {row[0] for row in demo.rows("SELECT reason FROM decisions")}
    assert not [reason for reason in reasons if "warming up" in reason]


@pytest.mark.requirement("S2-48")
def test_a_later_start_brings_back_nothing_the_owner_has_stopped(demo: Demo) -> None:
    first = demo.run_until(lambda: decided(demo) >= 3)
    demo.end(first)
    before = decided(demo)
    with sqlite3.connect(demo.data_dir / "system.db") as connection:
        connection.execute("UPDATE algorithms SET status = 'STOPPED' WHERE id IN (2, 3)")
    connection.close()
    demo.end(demo.run_until(lambda: decided(demo) >= before + 3))
    statuses = [row[0] for row in demo.rows("SELECT status FROM algorithms ORDER BY id")]
    assert statuses == ["RUNNING", "STOPPED", "STOPPED"]
    demo.more = ("--seed", "99")
    assert demo.wait(demo.start()) == 2
    assert "begun with --seed 17" in demo.errors.splitlines()[-1]


def test_a_first_start_cut_off_between_two_algorithms_is_made_up_for(demo: Demo) -> None:
    demo.end(demo.run_until(lambda: decided(demo) >= 1))
    with sqlite3.connect(demo.data_dir / "system.db") as connection:
        for statement in (
            "DELETE FROM decisions WHERE algo_id = 3",
            "DELETE FROM algorithms WHERE id = 3",
            "DELETE FROM settings WHERE key = 'demo_started'",
        ):
            connection.execute(statement)
    connection.close()
    before = decided(demo)
    demo.end(demo.run_until(lambda: decided(demo) > before))
    assert [row[0] for row in demo.rows("SELECT ticker FROM algorithms ORDER BY id")] == ["SPY", "NVDA", "TSLA"]


@pytest.mark.requirement("S2-44")
def test_an_algorithm_of_the_owners_choice_replaces_the_three(demo: Demo) -> None:
    demo.more = ("--algorithm=sma_crossover", "--ticker=QWERT", "--capital=5000", "--seed=3")
    demo.end(demo.run_until(lambda: decided(demo) >= 100))
    before = decided(demo)
    demo.more = ()
    demo.end(demo.run_until(lambda: decided(demo) > before))
    assert [row[0] for row in demo.rows("SELECT ticker FROM algorithms")] == ["QWERT"]
    stored = demo.rows("SELECT count(*) FROM bars WHERE symbol = 'QWERT'", database="market")[0][0]
    assert stored > 15 * 390


@pytest.mark.requirement("S2-52", "S2-16", "S2-51")
def test_a_second_terminal_sees_the_demo_of_the_house(tmp_path: Path) -> None:
    house = Program(tmp_path).house
    demo = Demo(house, tmp_path, (), (), name="unused")
    command = [sys.executable, str(house / "orchestrator.py"), "--speed", "0"]
    system = house / "system_databse" / "demo" / "system.db"
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    child = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL, text=True)
    log = house / "logs" / "demo" / "orchestrator.log"
    while not log.exists() or " bought " not in log.read_text(encoding="utf-8"):
        assert child.poll() is None
        wait(child, SLICE_SECONDS)
    demo.end(child)
    assert system.exists()
    found = [len(json.loads(ask(house, ASK.format(id=algorithm_id)))) for algorithm_id in (1, 2, 3)]
    assert sum(found) >= 1
    assert ask(house, ASK_BARS.format(before=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:00Z"))).strip() == "20"
    assert not (house / "database" / "market.db").exists()
    assert not (house / "system_databse" / "system.db").exists()


def ask(house: Path, program: str) -> str:
    finished = subprocess.run([sys.executable, "-c", program], cwd=house, capture_output=True, text=True, check=True)
    return finished.stdout
