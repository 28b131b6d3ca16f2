"""sma_crossover against an exact calculation, its own book, and the script the owner runs."""

import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from algorithm.sma_crossover import Algorithm, average_true_range
from database import db_manager
from database.bar import MINUTE
from database.bars.market_world import MarketWorld
from database.timestamps import iso_minute
from system_databse import system_db_manager
from tests.database.market import bar_at, open_world, session_on

ROOT = Path(__file__).resolve().parents[2]
SESSION = session_on()
# Few different closes, so that averages often meet exactly.
closes_in_cents = st.lists(st.integers(9_990, 10_010), min_size=51, max_size=60)


class Book:
    """Stand in for the fills of one algorithm."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def __call__(self, _algo_id: int) -> list[dict[str, Any]]:
        return self.rows


@pytest.fixture(scope="module")
def book() -> Iterator[Book]:
    """Replace get_transactions, as the owner's own test does."""
    original = system_db_manager.get_transactions
    book = Book()
    system_db_manager.get_transactions = book
    yield book
    system_db_manager.get_transactions = original


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pytest.TempPathFactory]:
    yield tmp_path_factory
    db_manager.unbind()


def world_with(closes: list[float], folders: pytest.TempPathFactory) -> MarketWorld:
    world = open_world(folders.mktemp("sma"))
    world.store_bars(bar_at(SESSION.open + i * MINUTE, close) for i, close in enumerate(closes))
    db_manager.bind(world)
    return world


def run(algorithm: Algorithm, bars: int) -> tuple[str, int]:
    return algorithm.run(iso_minute(SESSION.open + bars * MINUTE), 7)


def exact_cross(cents: list[int]) -> str:
    """Say what the last bar did, in fractions."""
    now = Fraction(sum(cents[-20:]), 20) - Fraction(sum(cents[-50:]), 50)
    before = Fraction(sum(cents[-21:-1]), 20) - Fraction(sum(cents[-51:-1]), 50)
    if before <= 0 < now:
        return "buy"
    return "sell" if before >= 0 > now else "hold"


@pytest.mark.requirement("S2-01")
@pytest.mark.requirement("S2-02")
@pytest.mark.requirement("S2-05")
@pytest.mark.requirement("S2-42")
@settings(max_examples=60)
@given(cents=closes_in_cents, shares=st.integers(0, 3))
def test_it_trades_exactly_on_exact_crosses(
    book: Book, folders: pytest.TempPathFactory, cents: list[int], shares: int
) -> None:
    world = world_with([cent / 100 for cent in cents], folders)
    book.rows = [{"type": "buy", "shares": shares, "price": 100.0}] if shares else []
    cross = exact_cross(cents)
    expected = {"buy": ("buy", 196), "sell": ("hold", 0), "hold": ("hold", 0)}[cross]
    if shares:
        expected = ("sell", shares) if cross == "sell" else ("hold", 0)
    action, count = run(Algorithm("SPY", 20_000), len(cents))
    assert (action, count) == expected or (action == expected[0] == "buy" and count == int(19_600 / (cents[-1] / 100)))
    world.bar_store.store.close()


def test_averages_that_are_equal_on_paper_cross_in_spite_of_float_residue(
    book: Book, folders: pytest.TempPathFactory
) -> None:
    """Exactly 0 before, above 0 now; the floats say 1.4e-14 before, which would hide the cross."""
    prices = {"a": 10_007, "b": 10_010, "c": 9_990, "d": 10_003}
    cents = [prices[letter] for letter in "abcadbaccabcccbabccdcdcbdbdacaccbbababcdcbccddddcad"]
    assert sum(cents[-21:-1]) * 50 == sum(cents[-51:-1]) * 20
    assert fmean([cent / 100 for cent in cents[-21:-1]]) > fmean([cent / 100 for cent in cents[-51:-1]])
    world = world_with([cent / 100 for cent in cents], folders)
    book.rows = []
    assert exact_cross(cents) == "buy"
    assert run(Algorithm("SPY", 20_000), 51)[0] == "buy"
    world.bar_store.store.close()


@pytest.mark.requirement("S2-04")
@pytest.mark.requirement("S2-41")
def test_position_and_cash_come_from_its_own_transactions(book: Book, folders: pytest.TempPathFactory) -> None:
    world = world_with([100.0] * 50 + [99.0], folders)
    book.rows = [
        {"type": "buy", "shares": 10, "price": 100.0, "fee": 1.0},
        {"type": "sell", "shares": 4, "price": 110.0, "fee": 0.5},
        {"type": "buy", "shares": 1, "price": 90.0},
    ]
    algorithm = Algorithm("SPY", 2_000)
    assert run(algorithm, 51) == ("sell", 7)
    assert (algorithm.metadata["position"], algorithm.metadata["cash"]) == (7, 2_000 - 1_001 + 439.5 - 90)
    world.bar_store.store.close()


def test_a_trade_explains_itself_and_a_hold_does_too(book: Book, folders: pytest.TempPathFactory) -> None:
    world = world_with([100.0] * 50 + [101.0], folders)
    book.rows = []
    algorithm = Algorithm("SPY", 20_000)
    assert run(algorithm, 51) == ("buy", 194)
    assert algorithm.reason == "SMA20 crossed above SMA50"
    assert algorithm.confidence == pytest.approx(0.03 / 0.202)
    assert algorithm.expected_profit is not None
    assert algorithm.expected_profit > 0
    assert run(algorithm, 50) == ("hold", 0)
    assert algorithm.reason == "warming up 50/51"
    assert (algorithm.confidence, algorithm.expected_profit) == (None, None)
    world.bar_store.store.close()


def test_cash_for_no_share_holds(book: Book, folders: pytest.TempPathFactory) -> None:
    world = world_with([100.0] * 50 + [101.0], folders)
    book.rows = []
    algorithm = Algorithm("SPY", 100)
    assert run(algorithm, 51) == ("hold", 0)
    assert "buys no share" in algorithm.reason
    world.bar_store.store.close()


def test_parameters_name_attributes_with_their_defaults() -> None:
    algorithm = Algorithm("SPY", 1_000)
    assert {entry["name"]: entry["default"] for entry in Algorithm.PARAMETERS} == {
        "sma_short": algorithm.sma_short,
        "sma_long": algorithm.sma_long,
        "shares": algorithm.shares,
    }
    assert all(set(entry) == {"name", "default", "range", "help"} for entry in Algorithm.PARAMETERS)


def test_the_average_true_range_of_steady_bars_is_two() -> None:
    bars = [{"ohlcv": {"o": 10.0 + i, "h": 11.0 + i, "l": 9.0 + i, "c": 10.5 + i}} for i in range(30)]
    assert average_true_range(bars) == 2.0
    assert average_true_range(bars[:14]) == 0.0


@pytest.mark.requirement("S2-06")
def test_the_owners_script_runs_from_the_root() -> None:
    script = [sys.executable, "algorithm/test_sma.py"]
    finished = subprocess.run(script, cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.count("ok  test_") == 8
