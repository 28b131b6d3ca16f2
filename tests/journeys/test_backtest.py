"""A backtest of recorded days is the live replay of the same days, fill by fill and decision by decision."""

import json
import re
import sqlite3
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.journeys import made_days
from tests.journeys.checks import fills_of
from tests.journeys.conftest import MakeRun
from tests.journeys.house import HONEST, MINUTE, Chosen, Run, trades
from tests.journeys.made_days import Recorded, write_days
from tests.journeys.replay_oracle import crossover, read_files
from tests.journeys.test_replay import MADE_SEED, MADE_SYMBOLS, SETS

INSTALL = re.compile(r"at-\w+-")
COLUMNS = "minute, until_minute, action, shares, reason, outcome, gate, client_order_id, saw"
OUTCOME, GATE = 5, 6


@dataclass(frozen=True, slots=True)
class Backtest:
    """The verb, run as its owner runs it."""

    house: Path
    folder: Path

    def play(self, files: tuple[Path, ...], algorithms: tuple[Chosen, ...], *more: str) -> dict[str, Any]:
        out = self.folder / "backtest.json"
        words = ["backtest", "--data", *map(str, files), "--json", str(out), "--results", str(self.folder / "kept")]
        for each in algorithms:
            words += ["--algorithm", str(each.file), "--ticker", each.ticker, "--capital", str(each.capital)]
        done = self.run(*words, *more)
        assert done.returncode == 0, done.stderr
        values: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
        return values

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, str(self.house / "orchestrator.py"), *words],
            cwd=self.folder,
            env={"PATH": "/usr/bin:/bin", "HOME": str(self.folder)},
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )

    def decisions(self, algorithm_id: int) -> list[tuple[Any, ...]]:
        (kept,) = (self.folder / "kept").iterdir()
        connection = sqlite3.connect(kept / "decisions.db")
        try:
            return connection.execute(
                f"SELECT {COLUMNS} FROM decisions WHERE algo_id = ? ORDER BY minute", (algorithm_id,)
            ).fetchall()
        finally:
            connection.close()


@pytest.fixture
def backtest(house: Path, tmp_path: Path) -> Backtest:
    return Backtest(house, tmp_path)


def without_install(number: str | None) -> str | None:
    """Return an order id without the part that is the installation's."""
    return None if number is None else number.split("-", 2)[2]


def replayed_decisions(run: Run, algorithm_id: int) -> list[tuple[Any, ...]]:
    return [
        tuple(row)
        for row in run.rows(f"SELECT {COLUMNS} FROM decisions WHERE algo_id = ? ORDER BY minute", algorithm_id)
    ]


def comparable(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [
        (*row[:4], INSTALL.sub("at-", row[4]), *row[5:7], without_install(row[7]), json.loads(row[8])) for row in rows
    ]


@pytest.mark.requirement("S2-42", "S2-56", "S2-57", "S2-61", "S2-76")
def test_every_fill_and_every_decision_is_the_replays(tmp_path: Path, make_run: MakeRun, backtest: Backtest) -> None:
    days = (made_days.TWO_DAYS[1], made_days.HALF_DAY[1])
    file = write_days(tmp_path / "days.csv", days, MADE_SYMBOLS, seed=MADE_SEED)
    shipped = HONEST.parents[3] / "algorithm" / "sma_crossover.py"
    algorithms = (
        *(Chosen(ticker=recorded.symbol) for recorded in MADE_SYMBOLS),
        Chosen(shipped, "FULL", 20_000),
        Chosen(HONEST.with_name("buys_on_even_minutes.py"), "HALF", 100_000),
        Chosen(HONEST.with_name("buys_on_odd_minutes.py"), "HALF", 100_000),
    )
    run = make_run(file, algorithms=algorithms)
    replayed, played = run.finish(), backtest.play((file,), algorithms)
    fills = [{key: value for key, value in fill.items() if key not in ("fee", "reason")} for fill in played["fills"]]
    for each in fills:
        each["client_order_id"] = each["client_order_id"].replace("at-backtest-", "at-x-")
    for algorithm_id in range(1, len(algorithms) + 1):
        assert trades({"fills": fills}, algorithm_id) == trades(replayed, algorithm_id)
        assert comparable(backtest.decisions(algorithm_id)) == comparable(replayed_decisions(run, algorithm_id))
    assert played["decisions"] == replayed["decisions"]
    assert played["minutes"] == replayed["minutes"]
    assert played["result"] == pytest.approx(replayed["result"], abs=1e-6)


@pytest.mark.requirement("S2-42", "S2-83")
def test_thirty_recorded_sessions_make_the_known_trades(recorded_days: Path, backtest: Backtest) -> None:
    file = recorded_days / "equity_1min" / "spy_2011.csv.gz"
    played = backtest.play((file,), (Chosen(ticker="SPY", capital=20_000),))
    expected = crossover(read_files(file), "SPY", 20_000)
    assert fills_of(played, 1) == expected.fills
    sides = [fill["side"] for fill in played["fills"]]
    assert (sides.count("buy"), sides.count("sell"), played["result"]) == (134, 133, -124.0)
    assert played["decisions"] == {"HELD": 11_433, "SUBMITTED": 267, "DENIED": 0}
    assert played["metrics"]["all"]["total_trades"] == 133
    assert "fill_rule" in played["assumptions"]


@pytest.mark.requirement("S2-76", "S2-77", "S2-80")
@pytest.mark.parametrize("name", SETS)
def test_every_recorded_set_trades_like_the_calculation(name: str, recorded_days: Path, backtest: Backtest) -> None:
    file = recorded_days / "equity_1min" / f"{name}.csv.gz"
    played = backtest.play((file,), tuple(Chosen(ticker=symbol) for symbol in SETS[name]))
    frame = read_files(file)
    expected = [crossover(frame, symbol, 100_000) for symbol in SETS[name]]
    for algorithm_id, own in enumerate(expected, start=1):
        assert fills_of(played, algorithm_id) == own.fills
        rows = backtest.decisions(algorithm_id)
        assert minutes_by(OUTCOME, rows) == own.decisions
        assert minutes_by(GATE, [row for row in rows if row[OUTCOME] == "DENIED"]) == own.gates
        assert minutes_by(OUTCOME, rows).total() == own.minutes == played["minutes"] > 0
    assert played["result"] == pytest.approx(sum(own.result for own in expected), abs=1e-9)


def minutes_by(column: int, rows: list[tuple[Any, ...]]) -> Counter[str]:
    """Return how many minutes have each value of a column; a row stands for all from its first to its last minute."""
    found: Counter[str] = Counter()
    for row in rows:
        found[row[column]] += (row[1] - row[0]) // MINUTE + 1
    return found


def test_the_days_between_from_and_to_are_played_with_the_history_before_them(
    tmp_path: Path, backtest: Backtest
) -> None:
    days = (*made_days.TWO_DAYS, *made_days.HALF_DAY)
    file = write_days(tmp_path / "days.csv", days, (Recorded("ACME"),), seed=3)
    played = backtest.play((file,), (Chosen(),), "--from", days[1].isoformat(), "--to", days[2].isoformat())
    assert played["days"] == [day.isoformat() for day in days[1:3]]
    first = backtest.decisions(1)[0]
    assert json.loads(first[8])["bar"]["timestamp"] is not None
    assert (first[1] - first[0]) // MINUTE >= 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["backtest"], "Name at least one --algorithm"),
        (["backtest", "--algorithm", "x", "--ticker", "A", "--capital", "1"], "There is no"),
        (["backtest", "--algorithm", "sma_crossover", "--ticker", "spy", "--capital", "1"], "no ticker"),
        (["backtest", "--algorithm", "sma_crossover", "--ticker", "SPY", "--capital", "1", "--from", "x"], "no day"),
        (["report", "nothing"], "no kept result"),
        (["sweep", "--algorithm", "sma_crossover", "--ticker", "SPY", "--capital", "1"], "Give --grid"),
        (["parity", "--data-dir", "nowhere"], "nowhere"),
        (["check-lookahead", "--data", "nowhere"], "--algorithm"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(words: list[str], told: str, backtest: Backtest) -> None:
    done = backtest.run(*words)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1
