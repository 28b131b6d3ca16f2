"""The tables of the market database and the views older tools read."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from database.bar_store import BarStore
from database.calendar_manager import MarketCalendar
from database.sqlite_store import SqliteStore
from tests.database.market import bar_at, open_store, session_on

SESSION = session_on()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = open_store(tmp_path)
    BarStore(store, MarketCalendar()).insert([bar_at(SESSION.open)])
    with store.transaction() as connection:
        connection.executemany(
            "INSERT INTO bars_derived(symbol_id, timeframe, ts, o, h, l, c, v, is_final) VALUES(1,?,?,1,2,1,2,5,?)",
            [("15m", SESSION.open, 1), ("4h", SESSION.open, 0), ("1d", SESSION.open, 1)],
        )
    yield store
    store.close()


def test_the_view_bars_joins_minutes_and_longer_timeframes(store: SqliteStore) -> None:
    with store.reader() as connection:
        rows = connection.execute("SELECT symbol, timeframe, ts, c, source, is_final FROM bars").fetchall()
    assert rows == [
        ("SPY", "1m", SESSION.open, 100.0, 20, 1),
        ("SPY", "15m", SESSION.open, 2.0, 5, 1),
        ("SPY", "1d", SESSION.open, 2.0, 5, 1),
        ("SPY", "4h", SESSION.open, 2.0, 5, 0),
    ]


def test_the_view_ohlc_bars_shows_final_bars_in_its_old_names(store: SqliteStore) -> None:
    with store.reader() as connection:
        rows = connection.execute(
            "SELECT contract_id, timestamp, timeframe_unit, timeframe_value, open, close, volume FROM ohlc_bars"
        ).fetchall()
    assert rows == [
        ("SPY", "2026-11-20T14:30:00Z", "minute", 1, 100.0, 100.0, 10.0),
        ("SPY", "2026-11-20T14:30:00Z", "minute", 15, 1.0, 2.0, 5.0),
        ("SPY", "2026-11-20T14:30:00Z", "day", 1, 1.0, 2.0, 5.0),
    ]


@pytest.mark.parametrize(
    "prices", [(1, 0.9, 0.5, 0.8), (1, 2, 1.5, 1.2), (1, 2, 0, 1), (1, 2, 0.5, 2.5), (None, 2, 1, 1)]
)
def test_an_impossible_bar_is_refused_even_by_the_table(
    store: SqliteStore, prices: tuple[float | None, float, float, float]
) -> None:
    with pytest.raises(sqlite3.IntegrityError), store.transaction() as connection:
        connection.execute(
            "INSERT INTO bars_1m(symbol_id, ts, o, h, l, c, source) VALUES(1, ?, ?, ?, ?, ?, 40)",
            (SESSION.open + 60, *prices),
        )
