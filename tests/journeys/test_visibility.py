"""What an algorithm can see: bars that are over, the same through stream and history, and nothing of closed hours."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.journeys import made_days
from tests.journeys.conftest import MakeRun
from tests.journeys.house import Chosen, Run
from tests.journeys.made_days import Recorded, iso, write_days
from tests.journeys.replay_oracle import sessions_of

CURIOUS, ASKS = (
    Path(__file__).parent / "algorithms" / f"{name}.py" for name in ("looks_everywhere", "asks_for_another")
)
SYMBOLS = (Recorded("FULL", is_extended=True), Recorded("THIN", traded=0.3, is_extended=True))
DAYS = {
    "spring": made_days.SPRING,
    "autumn": made_days.AUTUMN,
    "half_day": made_days.HALF_DAY,
}
PRICES = ["open", "high", "low", "close", "volume"]


def recorded(run: Run) -> dict[str, dict[int, list[float]]]:
    """Return the regular bars of the run's files by symbol and start."""
    frame = pd.concat([pd.read_csv(file) for file in run.files])
    seconds = pd.to_datetime(frame["timestamp"], utc=True) - pd.Timestamp(0, tz="UTC")
    frame["ts"] = seconds // pd.Timedelta(seconds=1)
    sessions = sessions_of(frame)
    found: dict[str, dict[int, list[float]]] = {}
    for symbol, ts, *prices in frame[["symbol", "ts", *PRICES]].itertuples(index=False):
        if any(start <= ts < end for start, end in sessions):
            found.setdefault(symbol, {})[ts] = [float(price) for price in prices]
    assert sum(map(len, found.values())) < len(frame), "the files hold no row outside the session"
    return found


def seen_by(run: Run, algorithm_id: int) -> list[dict[str, Any]]:
    text = (run.folder / f"saw-{algorithm_id}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def assert_saw_what_was_over(run: Run, algorithm_id: int, bars: dict[int, list[float]]) -> None:
    """Check minute by minute: the newest bar is the last one that is over, and all before it were seen."""
    outcomes = run.outcomes(algorithm_id)
    assert set(outcomes) == {"HELD"}, run.errors
    starts = sorted(bars)
    seen = seen_by(run, algorithm_id)
    assert [line["at"] for line in seen] == [iso(minute) for minute in run.minutes_decided(algorithm_id)]
    for line, minute in zip(seen, run.minutes_decided(algorithm_id), strict=True):
        over = [ts for ts in starts if ts + 60 <= minute]
        assert line["bars"] == len(over), line
        assert line["closes"] == [bars[ts][3] for ts in over[-5:]]
        if over:
            newest = dict(zip("ohlcv", bars[over[-1]], strict=True))
            assert line["newest"] == {"timestamp": iso(over[-1]), "ohlcv": newest}


def assert_stored(run: Run, expected: dict[str, dict[int, list[float]]]) -> None:
    """Check that the market database holds the regular bars, to the last digit, and no others."""
    # PLANT is what the algorithm itself put in.
    statement = "SELECT symbol, ts, o, h, l, c, v FROM bars WHERE timeframe = '1m' AND symbol <> 'PLANT'"
    rows = run.rows(statement, database="market")
    stored: dict[str, dict[int, list[float]]] = {}
    for symbol, ts, *prices in rows:
        stored.setdefault(symbol, {})[ts] = prices
    assert stored == expected
    planted = run.rows(
        "SELECT DISTINCT strftime('%H', ts, 'unixepoch') FROM bars WHERE symbol = 'PLANT'", database="market"
    )
    assert planted
    assert "03" not in {row[0] for row in planted}


def look(run: Run) -> None:
    run.finish()
    bars = recorded(run)
    for algorithm_id, chosen in enumerate(run.algorithms, start=1):
        assert_saw_what_was_over(run, algorithm_id, bars[chosen.ticker])
    assert_stored(run, bars)


@pytest.mark.requirement("S2-34", "S2-35", "S2-36", "S2-58", "S2-59", "S2-76", "S2-84")
# Both changes of the clock are one rule; the half day and spring hold it in every run.
@pytest.mark.parametrize("name", ["spring", "half_day", pytest.param("autumn", marks=pytest.mark.long)])
def test_nothing_is_seen_before_its_minute_is_over(name: str, tmp_path: Path, make_run: MakeRun) -> None:
    file = write_days(tmp_path / "days.csv", DAYS[name], SYMBOLS, seed=4)
    look(make_run(file, algorithms=tuple(Chosen(CURIOUS, recorded.symbol) for recorded in SYMBOLS)))


@pytest.mark.requirement("S2-35", "S2-36")
@pytest.mark.parametrize(
    ("name", "symbol"),
    [("shy_2008_sparse_dst", "SHY"), pytest.param("goog_2015_early_close", "GOOG", marks=pytest.mark.long)],
)
def test_nothing_is_seen_early_on_recorded_days(name: str, symbol: str, recorded_days: Path, make_run: MakeRun) -> None:
    look(make_run(recorded_days / "equity_1min" / f"{name}.csv.gz", algorithms=(Chosen(CURIOUS, symbol),)))


@pytest.mark.requirement("S2-35")
def test_a_bar_told_by_history_equals_the_one_of_the_stream(tmp_path: Path, make_run: MakeRun) -> None:
    file = write_days(tmp_path / "days.csv", made_days.TWO_DAYS, SYMBOLS, seed=5)
    streamed = make_run(file, algorithms=(Chosen(ticker="FULL"),), name="streamed")
    asked = make_run(file, algorithms=(Chosen(ASKS, "THIN"),), name="asked")
    streamed.finish()
    asked.finish()
    told = {line["timestamp"]: line["ohlcv"] for line in json_lines(tmp_path / "asked.jsonl")}
    assert len(told) == 2 * 390
    # What came before the first turn was asked for; 20 is the stream, 40 the history.
    statement = "SELECT ts, o, h, l, c, v FROM bars WHERE symbol = 'FULL' AND source = 20"
    rows = streamed.rows(statement, database="market")
    assert len(rows) > 2 * 380
    assert all(told[iso(ts)] == dict(zip("ohlcv", prices, strict=True)) for ts, *prices in rows)
    asked_for = asked.rows("SELECT DISTINCT source FROM bars WHERE symbol = 'FULL'", database="market")
    assert [row[0] for row in asked_for] == [40]


def json_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
