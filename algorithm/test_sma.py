"""The golden cases of sma_crossover: run with `python algorithm/test_sma.py` or with pytest.

Bars come from a real market database in a temporary folder; only get_transactions is replaced, before
the algorithm is imported, by the fills the case wants.
"""

# ruff: noqa: E402 - the path comes first when this file is run as a script

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path[0] = str(ROOT)  # instead of algorithm/, so that packages are found as the program finds them

from database import db_manager
from database.bar import MINUTE, BarSource
from database.bar_store import BarStore
from database.bars.market_schema import APPLICATION_ID, migrations
from database.bars.market_world import MarketWorld
from database.calendar_manager import MarketCalendar
from database.normaliser import make_bar
from database.schema_check import open_database
from database.timestamps import iso_minute
from system_databse import system_db_manager

DAY = date(2026, 11, 20)
HELD = [{"type": "buy", "shares": 10, "price": 100.0}]
DOWN_THEN_UP = [150 - 0.5 * i for i in range(60)] + [120.5 + i for i in range(1, 60)]


@contextmanager
def market(closes: Sequence[float]) -> Iterator[int]:
    """Bind a world whose only ticker, TEST, closed like this from the open on; yield the open."""
    calendar = MarketCalendar()
    session = calendar.session_on(DAY)
    assert session is not None
    with TemporaryDirectory() as folder:
        path = Path(folder) / "market.db"
        store = open_database(path, migrations, APPLICATION_ID, synchronous="NORMAL")
        world = MarketWorld(BarStore(store, calendar), calendar)
        world.store_bars(
            make_bar(
                "TEST",
                session.open + index * MINUTE,
                open=close,
                high=close,
                low=close,
                close=close,
                volume=100.0,
                source=BarSource.HISTORY,
            )
            for index, close in enumerate(closes)
        )
        db_manager.bind(world)
        try:
            yield session.open
        finally:
            db_manager.unbind()
            store.close()


@contextmanager
def transactions(rows: list[dict[str, Any]]) -> Iterator[None]:
    original = system_db_manager.get_transactions
    system_db_manager.get_transactions = lambda _algo_id: rows
    try:
        yield
    finally:
        system_db_manager.get_transactions = original


def decide(
    closes: Sequence[float], rows: list[dict[str, Any]], *, at: int | None = None, **settings: object
) -> tuple[Any, Any]:
    """Return what the algorithm answers when the bar with index `at` (default: the last) is over, and itself."""
    with transactions(rows), market(closes) as opening:
        from algorithm.sma_crossover import Algorithm  # after the replacement

        algorithm = Algorithm("TEST", 20_000)
        for name, value in settings.items():
            setattr(algorithm, name, value)
        minute = opening + (len(closes) if at is None else at + 1) * MINUTE
        return algorithm.run(iso_minute(minute), 1), algorithm


def test_a_cross_above_while_flat_buys_98_percent_of_the_cash() -> None:
    answer, algorithm = decide([100.0] * 50 + [101.0], [])
    assert answer == ("buy", 194)
    assert abs(algorithm.metadata["distance"] - 0.03) < 1e-9


def test_a_cross_above_with_shares_set_buys_that_many() -> None:
    assert decide([100.0] * 50 + [101.0], [], shares=100)[0] == ("buy", 100)


def test_a_cross_above_while_long_holds() -> None:
    assert decide([100.0] * 50 + [101.0], HELD)[0] == ("hold", 0)


def test_a_cross_below_while_long_sells_the_whole_position() -> None:
    assert decide([100.0] * 50 + [99.0], HELD)[0] == ("sell", 10)


def test_a_cross_below_while_flat_holds() -> None:
    assert decide([100.0] * 50 + [99.0], [])[0] == ("hold", 0)


def test_a_fall_and_a_rise_cross_only_at_bar_77() -> None:
    crosses = [index for index in range(50, len(DOWN_THEN_UP)) if decide(DOWN_THEN_UP, [], at=index)[0][0] == "buy"]
    assert crosses == [77]
    metadata = decide(DOWN_THEN_UP, [], at=77)[1].metadata
    assert (round(metadata["distance_before"], 4), round(metadata["distance"], 4)) == (-0.615, 0.195)


def test_fewer_bars_than_needed_hold_and_say_so() -> None:
    answer, algorithm = decide([100.0] * 49 + [101.0], [])
    assert answer == ("hold", 0)
    assert algorithm.reason == "warming up 50/51"


def test_a_stale_last_bar_holds() -> None:
    closes = [100.0] * 50 + [101.0]
    assert decide(closes, [], at=55)[0] == ("buy", 194)
    assert decide(closes, [], at=56)[0] == ("hold", 0)


def run_all() -> None:
    """Run every case without pytest."""
    for name, case in list(globals().items()):
        if name.startswith("test_"):
            case()
            sys.stdout.write(f"ok  {name}\n")


if __name__ == "__main__":
    run_all()
