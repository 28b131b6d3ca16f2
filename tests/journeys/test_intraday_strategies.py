"""The strategies that are out before the close, by the whole program: chosen by name, replayed, tried on the past."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from database.timestamps import iso_minute
from tests.algorithm.opening_range_oracle import breakouts
from tests.database.market import session_on
from tests.database.weather.weather_samples import as_objects, recorded_kp
from tests.journeys.conftest import MakeRun
from tests.journeys.house import Chosen

STORM = {"SOLAR_TEST_MODE": "1"}
CAPITAL = 1_000_000


def program(house: Path, folder: Path, *words: str, **environment: str) -> None:
    """Run the program as its owner does."""
    done = subprocess.run(
        [sys.executable, str(house / "orchestrator.py"), *words],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), **environment},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def backtest(house: Path, folder: Path, file: Path, *chosen: str, ticker: str) -> dict[str, Any]:
    """Try strategies on the past by their names, with the storm of the test mode."""
    words = ["--data", str(file), "--no-keep", "--json", "out.json"]
    for name in chosen:
        words += ["--algorithm", name, "--ticker", ticker, "--capital", str(CAPITAL)]
    program(house, folder, "backtest", *words, **STORM)
    values: dict[str, Any] = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    return values


def fills_of(told: dict[str, Any], algorithm_id: int) -> list[tuple[str, str, float, float]]:
    own = [fill for fill in told["fills"] if fill["algorithm_id"] == algorithm_id]
    return [(fill["time"], fill["side"], float(fill["shares"]), fill["price"]) for fill in own]


@pytest.mark.requirement("S0-03", "S0-16", "S0-13", "S0-29", "S0-27")
def test_a_recorded_day_is_replayed_as_it_is_tried_and_calculated(
    recorded_days: Path, make_run: MakeRun, house: Path, tmp_path: Path
) -> None:
    file = recorded_days / "equity_1min" / "nwsa_foxa_2013_rename.csv.gz"
    names = ("opening_range", "solar_flare")
    chosen = tuple(Chosen(house / "algorithm" / f"{name}.py", "NWSA", CAPITAL) for name in names)
    run = make_run(file, algorithms=chosen, **STORM)
    replayed = run.finish()
    with closing(sqlite3.connect(run.data_dir / "system.db")) as books:
        signals = books.execute("SELECT action, confidence, expected_profit FROM signals").fetchall()
    assert {action for action, _, _ in signals} == {"buy", "sell"}
    assert [row for row in signals if None in row] == [], "each tells how sure it is and what it may bring"
    tried = backtest(house, tmp_path, file, *names, ticker="NWSA")
    for algorithm_id in (1, 2):
        assert fills_of(replayed, algorithm_id) == fills_of(tried, algorithm_id)
        assert fills_of(tried, algorithm_id)
    alone = backtest(house, tmp_path, file, "opening_range", ticker="NWSA")
    expected = breakouts(file, "NWSA", CAPITAL)
    assert [(side, shares, price) for _, side, shares, price in fills_of(alone, 1)] == [
        (trade.side, trade.shares, trade.price) for trade in expected
    ]


@pytest.mark.requirement("S0-03", "S0-28")
def test_an_imported_storm_is_traded_alike_on_the_past_and_in_a_replay(
    recorded_days: Path, make_run: MakeRun, house: Path, tmp_path: Path
) -> None:
    """Prices rise all day, with volume in every third minute; K was 8.3 from 12 to 15 UTC, which is known at 15."""
    bars, weather = tmp_path / "day.csv", tmp_path / "kp.json"
    session = session_on(date(2017, 9, 8))
    lines = [
        f"ACME,{iso_minute(session.open + 60 * number)},{','.join([f'{100 * 1.0003**number:.4f}'] * 4)},{volume}"
        for number, volume in enumerate([150, 100, 100] * (session.minutes // 3))
    ]
    bars.write_text("\n".join(["symbol,timestamp,open,high,low,close,volume", *lines]) + "\n", encoding="utf-8")
    weather.write_bytes(as_objects(recorded_kp(recorded_days, "2017-09-01", "2017-09-15")))
    run = make_run(bars, algorithms=(Chosen(house / "algorithm" / "solar_flare.py", "ACME", CAPITAL),))
    program(house, tmp_path, "import", str(weather), "--data-dir", str(run.data_dir))
    replayed = run.finish()
    program(house, tmp_path, "import", str(bars), str(weather), "--data-dir", "stored")
    wish = ("--algorithm", "solar_flare", "--ticker", "ACME", "--capital", str(CAPITAL), "--json", "out.json")
    program(house, tmp_path, "backtest", "--data-dir", "stored", "--no-keep", *wish)
    tried = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert fills_of(tried, 1) == fills_of(replayed, 1)
    assert [(time[11:16], side) for time, side, _, _ in fills_of(tried, 1)][:2] == [("15:01", "buy"), ("16:01", "sell")]
