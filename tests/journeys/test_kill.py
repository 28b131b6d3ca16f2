"""SIGKILL at random moments: the same command goes on, and in the end nothing is lost and nothing is doubled."""

import gzip
import random
import sqlite3
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.journeys.checks import assert_as_calculated, assert_books_agree, assert_sound, decided
from tests.journeys.conftest import MakeRun
from tests.journeys.house import Chosen, Run, trades
from tests.journeys.made_days import AUTUMN, HALF_DAY, SPRING, TWO_DAYS, Recorded, write_days

SYMBOLS = (Recorded("ACME"), Recorded("THIN", traded=0.3))
ALGORITHMS = tuple(Chosen(ticker=recorded.symbol) for recorded in SYMBOLS)
DAYS = (*TWO_DAYS, *HALF_DAY)
FIRST_SESSIONS = ("symbol,", *(f"SPY,2011-01-{day:02}T" for day in (3, 4, 5, 6, 7, 10)))
# From the start of the process to its first minute, on a slow machine.
START_SECONDS = 4.0


@dataclass(slots=True)
class Killer:
    """Start a run and kill it: at any time of its start, or when it has decided some more minutes."""

    run: Run
    chance: random.Random

    def kill(self) -> None:
        child = self.run.start()
        if self.chance.random() < 0.3:
            self.wait(child, self.chance.uniform(0, START_SECONDS))
        else:
            self.wait_for_progress(child, self.chance.randint(1, 350))
        child.kill()
        child.wait()

    def wait_for_progress(self, child: subprocess.Popen[str], minutes: int) -> None:
        target = decided(self.run) + minutes
        while child.poll() is None and decided(self.run) < target:
            self.wait(child, 0.02)
        self.wait(child, self.chance.uniform(0, 0.02))

    @staticmethod
    def wait(child: subprocess.Popen[str], seconds: float) -> None:
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            return


def play_with_kills(run: Run, *, kills: int, seed: int) -> None:
    """Kill a run that often, then let it end."""
    print(f"seed={seed} kills={kills}")
    killer = Killer(run, random.Random(seed))
    for _ in range(kills):
        killer.kill()
        if run.data_dir.exists():
            assert_sound(run)
    run.finish()
    assert_sound(run)
    assert_books_agree(run)


@pytest.mark.requirement("S2-47", "S2-48", "S2-39", "S4-45")
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long)])
def test_a_killed_replay_ends_like_one_that_was_let_alone(seed: int, tmp_path: Path, make_run: MakeRun) -> None:
    file = write_days(tmp_path / "days.csv", DAYS, SYMBOLS, seed=seed)
    run = make_run(file, algorithms=ALGORITHMS)
    play_with_kills(run, kills=5, seed=seed)
    assert_as_calculated(run)


@pytest.mark.requirement("S2-47")
def test_order_numbers_of_a_killed_replay_differ_only_in_the_install(tmp_path: Path, make_run: MakeRun) -> None:
    file = write_days(tmp_path / "days.csv", TWO_DAYS, SYMBOLS, seed=11)
    whole, killed = (make_run(file, algorithms=ALGORITHMS, name=name) for name in ("whole", "killed"))
    whole.finish()
    play_with_kills(killed, kills=2, seed=11)
    assert trades(killed.summary()) == trades(whole.summary())
    ids = [{fill["client_order_id"] for fill in run.summary()["fills"]} for run in (whole, killed)]
    assert ids[0].isdisjoint(ids[1])


@pytest.mark.requirement("S2-47", "S2-48")
def test_recorded_sessions_survive_five_kills(recorded_days: Path, tmp_path: Path, make_run: MakeRun) -> None:
    file = tmp_path / "spy.csv"
    with gzip.open(recorded_days / "equity_1min" / "spy_2011.csv.gz", "rt", encoding="utf-8") as whole:
        file.write_text("".join(line for line in whole if line.startswith(FIRST_SESSIONS)), encoding="utf-8")
    run = make_run(file, algorithms=(Chosen(ticker="SPY", capital=20_000),))
    kill_five_times(run, minutes=6 * 390)
    assert len(run.summary()["fills"]) > 30


@pytest.mark.long
@pytest.mark.requirement("S2-47", "S2-48")
def test_thirty_recorded_sessions_survive_five_kills(recorded_days: Path, make_run: MakeRun) -> None:
    file = recorded_days / "equity_1min" / "spy_2011.csv.gz"
    run = make_run(file, algorithms=(Chosen(ticker="SPY", capital=20_000),))
    kill_five_times(run, minutes=30 * 390)
    assert len(run.summary()["fills"]) == 267
    assert run.summary()["result"] == -124.0


def kill_five_times(run: Run, *, minutes: int) -> None:
    """Kill a run of so many minutes at a random one of each sixth, and compare what it comes to."""
    killer = Killer(run, random.Random(2011))
    for part in range(1, 6):
        child = run.start()
        target = minutes * part // 6 + killer.chance.randint(0, minutes // 7)
        killer.wait_for_progress(child, max(target - decided(run), 1))
        assert child.poll() is None, "it ended before it could be killed"
        child.kill()
        child.wait()
        assert_sound(run)
    run.finish()
    assert_as_calculated(run)
    assert_books_agree(run)


@pytest.mark.requirement("S2-48")
def test_a_finished_replay_prints_its_summary_again_and_refuses_other_arguments(
    tmp_path: Path, make_run: MakeRun
) -> None:
    file = write_days(tmp_path / "days.csv", TWO_DAYS[:1], SYMBOLS, seed=5)
    run = make_run(file, algorithms=ALGORITHMS)
    first, output = run.finish(), run.output
    run.summary_file.unlink()
    before = contents(run)
    assert run.finish() == first
    assert run.output == output * 2
    assert contents(run) == before
    other_file = write_days(tmp_path / "other.csv", TWO_DAYS[:1], SYMBOLS, seed=6)
    others = (
        make_run(file, algorithms=ALGORITHMS[:1]),
        make_run(file, algorithms=(Chosen(ticker="ACME", capital=100_001), ALGORITHMS[1])),
        make_run(file, algorithms=ALGORITHMS[::-1]),
        make_run(other_file, algorithms=ALGORITHMS),
    )
    for other in others:
        assert other.wait(other.start()) == 2
        assert "choose another --data-dir" in other.errors.splitlines()[-1]
        assert contents(run) == before


def test_two_algorithms_alike_are_both_there_after_a_kill_between_them(tmp_path: Path, make_run: MakeRun) -> None:
    file = write_days(tmp_path / "days.csv", TWO_DAYS[:1], SYMBOLS, seed=5)
    run = make_run(file, algorithms=(Chosen(), Chosen()))
    child = run.start()
    while child.poll() is None and not algorithms_known(run):
        Killer.wait(child, 0.0005)
    child.kill()
    child.wait()
    # The moment between the two rows is short; where the kill came too late for it, make it.
    if algorithms_known(run) == 2 and decided(run) == 0:
        with sqlite3.connect(run.data_dir / "system.db") as connection:
            connection.execute("DELETE FROM algorithms WHERE id = 2")
        connection.close()
    summary = run.finish()
    assert trades(summary, 1)
    assert len(trades(summary, 1)) == len(trades(summary, 2))


def algorithms_known(run: Run) -> int:
    try:
        return len(run.rows("SELECT id FROM algorithms"))
    except sqlite3.OperationalError:
        return 0


def contents(run: Run) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of what was traded, as text."""
    found = {}
    for name in ("algorithms", "orders", "fills", "decisions", "positions", "settings"):
        found[name] = [tuple(row) for row in run.rows(f"SELECT * FROM {name} ORDER BY 1, 2")]
    return found


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.requirement("S2-47", "S2-48")
@pytest.mark.parametrize("seed", range(100, 105))
def test_a_replay_killed_fifty_times_ends_like_one_that_was_let_alone(
    seed: int, tmp_path: Path, make_run: MakeRun
) -> None:
    file = write_days(tmp_path / "days.csv", (*SPRING, *TWO_DAYS, *AUTUMN, *HALF_DAY), SYMBOLS, seed=seed)
    run = make_run(file, algorithms=ALGORITHMS)
    play_with_kills(run, kills=50, seed=seed)
    assert_as_calculated(run)
