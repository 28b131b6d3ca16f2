"""What every run has to leave behind: sound files, books that agree, and the trades of the calculation."""

import sqlite3
from typing import Any

from tests.journeys.house import MINUTE, Run
from tests.journeys.replay_oracle import UNITS_PER_DOLLAR, OracleFill, crossover, read_files

DATABASES = ("system", "market", "exchange")


def fills_of(summary: dict[str, Any], algorithm_id: int) -> list[OracleFill]:
    """Return an algorithm's fills as the oracle writes them; a price that is no whole unit differs from all."""
    own = [fill for fill in summary["fills"] if fill["algorithm_id"] == algorithm_id]
    assert {fill["shares"] for fill in own} <= {100}
    for fill in own:
        assert fill["price"] == round(fill["price"] * UNITS_PER_DOLLAR) / UNITS_PER_DOLLAR
    return [OracleFill(fill["time"], fill["side"], round(fill["price"] * UNITS_PER_DOLLAR)) for fill in own]


def assert_as_calculated(run: Run) -> None:
    """Compare what came of it with the calculation from the bars, which knows nothing of kills."""
    frame = read_files(*run.files)
    for algorithm_id, chosen in enumerate(run.algorithms, start=1):
        expected = crossover(frame, chosen.ticker, chosen.capital)
        assert fills_of(run.summary(), algorithm_id) == expected.fills
        assert run.outcomes(algorithm_id) == expected.decisions
        decided_minutes = run.minutes_decided(algorithm_id)
        assert len(set(decided_minutes)) == len(decided_minutes) == expected.minutes


def assert_sound(run: Run) -> None:
    """Check the files a kill left behind: whole, and no order without its intent or twice."""
    for name in DATABASES:
        if (run.data_dir / f"{name}.db").exists():
            assert [row[0] for row in run.rows("PRAGMA integrity_check", database=name)] == ["ok"], name
            assert run.rows("PRAGMA foreign_key_check", database=name) == [], name
    if not has_orders(run, "exchange"):
        return
    at_exchange = [row[0] for row in run.rows("SELECT client_order_id FROM orders", database="exchange")]
    # The last part counts the orders of one algorithm and minute: a minute decided twice would show a 1. What the
    # owner orders or approves comes besides.
    owners = "SELECT client_order_id FROM orders JOIN signals ON signals.id = signal_id WHERE source <> 'algorithm'"
    besides = {row[0] for row in run.rows(owners)}
    assert [number for number in at_exchange if not number.endswith("-0") and number not in besides] == []
    intents = {row[0]: row[1] for row in run.rows("SELECT client_order_id, status FROM orders")}
    assert set(at_exchange) <= set(intents)
    assert len(set(at_exchange)) == len(at_exchange)


def has_orders(run: Run, database: str) -> bool:
    """Say whether the start of the run came as far as this database's tables."""
    is_there = (run.data_dir / f"{database}.db").exists()
    return is_there and bool(run.rows("SELECT 1 FROM sqlite_master WHERE name = 'orders'", database=database))


def assert_books_agree(run: Run) -> None:
    """Check after the end that our books say of every order what the exchange's say."""
    statement = "SELECT client_order_id, filled_qty FROM orders"
    ours = {row[0]: float(row[1]) for row in run.rows(f"{statement} WHERE status <> 'DENIED'")}
    theirs = {row[0]: float(row[1]) for row in run.rows(statement, database="exchange")}
    assert ours == theirs
    executions = {row[0] for row in run.rows("SELECT execution_id FROM fills", database="exchange")}
    assert len(run.rows("SELECT id FROM fills")) == len(executions)


def decided(run: Run) -> int:
    """Return how many minutes are decided so far; none before the database is there."""
    try:
        # Counted by the database: tests that wait for a minute ask many times a second.
        statement = "SELECT COALESCE(SUM((until_minute - minute) / ? + 1), 0) FROM decisions WHERE algo_id = 1"
        return int(run.rows(statement, MINUTE)[0][0])
    except sqlite3.OperationalError:
        return 0
