"""Old bars go, newer ones stay, the disk gets its pages back, and what went can be fetched again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from database.bar import MINUTE
from database.bars import market_schema
from database.bars.coverage import Coverage
from database.calendar_manager import MarketCalendar
from database.keeping.bar_trimming import trim_bars
from database.schema_check import open_database
from database.sqlite_store import SqliteStore

OPEN = 1_720_013_400  # 2024-07-03 13:30 UTC
COUNT = 3_000


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = open_database(
        tmp_path / "market.db", market_schema.migrations, market_schema.APPLICATION_ID, synchronous="NORMAL"
    )
    with store.transaction() as connection:
        connection.execute("INSERT INTO symbols(symbol) VALUES('AAA'), ('BBB')")
        rows = [(symbol, OPEN + n * MINUTE, 5) for symbol in (1, 2) for n in range(COUNT)]
        connection.executemany(
            "INSERT INTO bars_1m(symbol_id, ts, o, h, l, c, v, source) VALUES(?, ?, 1, 1, 1, 1, 1, ?)", rows
        )
    yield store
    store.close()


def count(store: SqliteStore, where: str = "1") -> int:
    with store.reader() as connection:
        return int(connection.execute(f"SELECT count(*) FROM bars_1m WHERE {where}").fetchone()[0])


@pytest.mark.parametrize("portion", [1, 7, 100_000])
def test_exactly_the_bars_before_the_moment_go(store: SqliteStore, portion: int) -> None:
    before = OPEN + 20 * MINUTE
    assert trim_bars(store, before=before, portion=portion) == 40
    assert count(store) == 2 * (COUNT - 20)
    assert count(store, f"ts < {before}") == 0
    assert trim_bars(store, before=before) == 0


def test_the_file_gives_its_pages_back(store: SqliteStore) -> None:
    with store.reader() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
    trim_bars(store, before=OPEN + COUNT * MINUTE)
    with store.reader() as connection:
        assert connection.execute("PRAGMA page_count").fetchone()[0] < pages // 2
        assert connection.execute("PRAGMA freelist_count").fetchone()[0] == 0


def test_what_went_counts_as_not_fetched_and_the_rest_as_fetched(store: SqliteStore) -> None:
    coverage = Coverage(store, MarketCalendar())
    coverage.record("AAA", (OPEN, OPEN + 60 * MINUTE), rows=60, at=OPEN)
    trim_bars(store, before=OPEN + 20 * MINUTE)
    coverage.read_again()
    assert coverage.uncovered("AAA", OPEN, OPEN + 60 * MINUTE) == [(OPEN, OPEN + 20 * MINUTE)]
