"""Recorded days traded end to end: the fills equal those of an independent calculation, bar by bar."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.journeys import made_days
from tests.journeys.checks import fills_of
from tests.journeys.conftest import MakeRun
from tests.journeys.house import Chosen, Run
from tests.journeys.made_days import Recorded, write_days
from tests.journeys.replay_oracle import Expected, crossover, read_files

SETS = {
    "aapl_2014_split": ("AAPL",),
    "goog_2015_early_close": ("GOOG",),
    "nwsa_foxa_2013_rename": ("NWSA", "FOXA"),
    "shy_2008_sparse_dst": ("SHY",),
    "spy_2020": ("SPY",),
    "spy_2023": ("SPY",),
    "us_2013_october": ("BAC", "IBM", "SPY"),
}
# The others as well, as backtests, which the same calculation judges in the same words.
ALWAYS_LIVE = frozenset({"goog_2015_early_close", "nwsa_foxa_2013_rename"})
LIVE_SETS = [pytest.param(name, marks=() if name in ALWAYS_LIVE else pytest.mark.long) for name in SETS]
# Both clock changes, two ordinary days, a half day.
MADE_DAYS = (*made_days.SPRING, *made_days.TWO_DAYS, *made_days.AUTUMN, *made_days.HALF_DAY)
MADE_SEED = 5
DOLLARS = ("fraction", "whole")
MADE_SYMBOLS = (
    Recorded("FULL", is_extended=True),
    Recorded("HALF", traded=0.5, is_extended=True),
    Recorded("THIN", traded=0.12),
    Recorded("DEAR", traded=0.9, start_units=9_990_000),
)


def play_and_compare(run: Run) -> list[Expected]:
    """Run to the end, compare every algorithm with the oracle, and return what was expected."""
    summary = run.finish()
    frame = read_files(*run.files)
    expected = [crossover(frame, chosen.ticker, chosen.capital) for chosen in run.algorithms]
    for algorithm_id, own in enumerate(expected, start=1):
        ticker = run.algorithms[algorithm_id - 1].ticker
        assert fills_of(summary, algorithm_id) == own.fills, ticker
        assert run.outcomes(algorithm_id) == own.decisions, ticker
        assert run.gates(algorithm_id) == own.gates, ticker
        assert len(run.minutes_decided(algorithm_id)) == own.minutes == summary["minutes"]
    assert summary["result"] == pytest.approx(sum(own.result for own in expected), abs=1e-9)
    held = {(chosen.ticker, own.open_shares) for chosen, own in zip(run.algorithms, expected, strict=True)}
    open_positions = {(row["symbol"], row["shares"]) for row in summary["open_positions"]}
    assert open_positions == {(ticker, shares) for ticker, shares in held if shares}
    total = sum((own.decisions for own in expected), start=Counter[str]())
    assert {name: count for name, count in summary["decisions"].items() if count} == dict(total)
    return expected


def assert_shape(summary: dict[str, Any]) -> None:
    """Check names and JSON types of a summary: dollars are numbers, counts whole ones, the rest text."""
    assert list(summary) == ["mode", "minutes", "fills", "result", "open_positions", "decisions"]
    assert summary["mode"] == "DEMO"
    assert kind_of(summary["minutes"]) == "whole"
    assert kind_of(summary["result"]) in DOLLARS
    names = ("time", "symbol", "side", "shares", "price", "algorithm_id", "client_order_id")
    kinds = ("text", "text", "text", "whole", DOLLARS, "whole", "text")
    assert summary["fills"]
    assert_rows(summary["fills"], dict(zip(names, kinds, strict=True)))
    prices = {"entry_price": DOLLARS, "last_price": DOLLARS}
    assert_rows(summary["open_positions"], {"symbol": "text", "shares": "whole"} | prices)
    assert {kind_of(count) for count in summary["decisions"].values()} == {"whole"}
    assert set(summary["decisions"]) >= {"HELD", "SUBMITTED", "DENIED"}


def assert_rows(rows: list[dict[str, Any]], kinds: dict[str, Any]) -> None:
    for row in rows:
        assert list(row) == list(kinds)
        for name, value in row.items():
            assert kind_of(value) in kinds[name], f"{name}: {value!r}"


def kind_of(value: object) -> str:
    """Return what JSON value this was; true and false are no numbers."""
    kinds: dict[type, str] = {int: "whole", float: "fraction", str: "text"}
    return kinds.get(type(value), str(type(value)))


@pytest.mark.requirement("S0-05", "S2-42", "S2-37", "S2-38", "S2-40", "S2-41", "S2-67", "S2-83")
def test_thirty_recorded_sessions_make_the_known_trades(recorded_days: Path, make_run: MakeRun) -> None:
    file = recorded_days / "equity_1min" / "spy_2011.csv.gz"
    run = make_run(file, algorithms=(Chosen(ticker="SPY", capital=20_000),))
    (expected,) = play_and_compare(run)
    summary = run.summary()
    assert [fill.side for fill in expected.fills].count("buy") == 134
    assert [fill.side for fill in expected.fills].count("sell") == 133
    assert summary["result"] == -124.0
    assert summary["minutes"] == 11_700
    assert summary["decisions"] == {"HELD": 11_433, "SUBMITTED": 267, "DENIED": 0}
    first = {key: value for key, value in summary["fills"][0].items() if key != "client_order_id"}
    assert first == {
        "time": "2011-01-03T18:56:00Z",
        "symbol": "SPY",
        "side": "buy",
        "shares": 100,
        "price": 127.43,
        "algorithm_id": 1,
    }
    assert summary["open_positions"] == [{"symbol": "SPY", "shares": 100, "entry_price": 127.83, "last_price": 127.79}]
    assert_shape(summary)
    assert "134 buys, 133 sells" in run.output
    assert "11,700 of 11,700 minutes" in run.errors


@pytest.mark.requirement("S2-76", "S2-77", "S2-80")
@pytest.mark.parametrize("name", LIVE_SETS)
def test_every_recorded_set_trades_like_the_calculation(name: str, recorded_days: Path, make_run: MakeRun) -> None:
    file = recorded_days / "equity_1min" / f"{name}.csv.gz"
    run = make_run(file, algorithms=tuple(Chosen(ticker=symbol) for symbol in SETS[name]))
    assert sum(own.minutes for own in play_and_compare(run)) > 0


@pytest.mark.requirement("S2-42", "S2-56", "S2-57", "S2-58", "S2-76")
def test_made_up_days_trade_like_the_calculation(tmp_path: Path, make_run: MakeRun) -> None:
    file = write_days(tmp_path / "days.csv", MADE_DAYS, MADE_SYMBOLS, seed=MADE_SEED)
    run = make_run(file, algorithms=tuple(Chosen(ticker=recorded.symbol) for recorded in MADE_SYMBOLS))
    expected = play_and_compare(run)
    gates = sum((own.gates for own in expected), start=Counter[str]())
    assert set(gates) == {"SESSION_END", "WORKING_ORDER", "STALE_DATA", "CASH"}, "this seed does not test every rule"
    assert_shape(run.summary())


@pytest.mark.requirement("S2-59")
def test_two_files_play_as_one_market(tmp_path: Path, make_run: MakeRun) -> None:
    files = [
        write_days(tmp_path / f"{day}.csv", (day,), (Recorded("ACME", traded=0.8),), seed=3)
        for day in (*made_days.TWO_DAYS, *made_days.HALF_DAY)
    ]
    (expected,) = play_and_compare(make_run(*files))
    assert expected.minutes == 3 * 390 + 210
