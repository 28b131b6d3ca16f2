"""Several algorithms on one ticker: separate books, opposite orders in turn, and nobody sees the other's fills."""

from pathlib import Path

import pytest

from tests.journeys.checks import assert_books_agree, assert_sound, fills_of
from tests.journeys.conftest import MakeRun
from tests.journeys.house import Chosen, trades
from tests.journeys.made_days import HALF_DAY, Recorded, write_days
from tests.journeys.replay_oracle import crossover, read_files

OPPOSITES = Path(__file__).parent / "algorithms"
EVEN, ODD = (Chosen(OPPOSITES / f"buys_on_{name}_minutes.py", "ACME", 100_000) for name in ("even", "odd"))
# Every order is several commits to the disk: three and a half hours are enough.
DAY, MINUTES = HALF_DAY[1:], 210
SYMBOLS = (Recorded("ACME"), Recorded("OTHR", traded=0.7))


@pytest.mark.requirement("S2-61", "S2-68")
def test_opposite_orders_of_two_algorithms_both_fill_in_their_own_books(tmp_path: Path, make_run: MakeRun) -> None:
    file = write_days(tmp_path / "day.csv", DAY, SYMBOLS, seed=9)
    run = make_run(file, algorithms=(EVEN, ODD, Chosen(ticker="OTHR")))
    summary = run.finish()
    opens = opening_prices(file)
    for algorithm_id in (1, 2):
        outcomes = run.outcomes(algorithm_id)
        # The last decision is refused; one of the two has nothing to sell in the first minute.
        assert outcomes["DENIED"] == 1
        assert outcomes["HELD"] <= 1
        assert outcomes["SUBMITTED"] == MINUTES - 1 - outcomes["HELD"]
        own = trades(summary, algorithm_id)
        assert len(own) == outcomes["SUBMITTED"]
        assert [fill.price for fill in own] == [opens[fill.time] for fill in own]
        sides = [fill.side for fill in own]
        assert sides == ["buy", "sell"] * (len(sides) // 2) + ["buy"] * (len(sides) % 2)
    both = {fill.time for fill in trades(summary, 1)} & {fill.time for fill in trades(summary, 2)}
    assert len(both) > MINUTES - 5, "the orders did not meet in one minute"
    assert run.rows("SELECT client_order_id FROM orders WHERE status NOT IN ('filled', 'FILLED')") == []
    assert_independent(run.summary(), file)
    assert_sound(run)
    assert_books_agree(run)


def assert_independent(summary: dict[str, object], file: Path) -> None:
    """Check that the third one, on another ticker, traded as if it were alone."""
    assert fills_of(summary, 3) == crossover(read_files(file), "OTHR", 100_000).fills


def opening_prices(file: Path) -> dict[str, float]:
    rows = [line.split(",") for line in file.read_text(encoding="utf-8").splitlines()]
    return {row[1]: float(row[2]) for row in rows if row[0] == "ACME"}


@pytest.mark.requirement("S2-61", "S2-67", "S2-41")
def test_each_sees_its_own_transactions_and_rows_only(tmp_path: Path, make_run: MakeRun) -> None:
    file = write_days(tmp_path / "day.csv", DAY, SYMBOLS, seed=9)
    run = make_run(file, algorithms=(EVEN, ODD, EVEN))
    summary = run.finish()
    for algorithm_id in (1, 2, 3):
        own = trades(summary, algorithm_id)
        rows = run.rows("SELECT type, shares, price FROM transactions WHERE algo_id = ? ORDER BY id", algorithm_id)
        assert [(row["type"], row["shares"], row["price"]) for row in rows] == [
            (fill.side, fill.shares, fill.price) for fill in own
        ]
        # The algorithm says in its reason how many transactions it saw: those of its earlier minutes, no others.
        seen = run.rows("SELECT reason FROM decisions WHERE algo_id = ? AND outcome = 'SUBMITTED'", algorithm_id)
        assert [row["reason"] for row in seen] == [f"saw {count} of its own" for count in range(len(own))]
        held = sum(fill.shares if fill.side == "buy" else -fill.shares for fill in own)
        (position,) = run.rows(
            "SELECT COALESCE(SUM(quantity), 0) FROM positions WHERE algo_id = ? AND status <> 'CLOSED'", algorithm_id
        )
        assert float(position[0]) == held
    assert [fill.order.split("-", 1)[1] for fill in trades(summary, 1)] == [
        fill.order.split("-", 1)[1] for fill in trades(summary, 3)
    ]
