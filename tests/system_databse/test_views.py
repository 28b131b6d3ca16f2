"""Views and constraints that other programs rely on when they look into the database themselves."""

import sqlite3
from typing import Any

import pytest

from database.sqlite_store import SqliteStore

NOW = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ?)"


def write(store: SqliteStore, action: str = "proposed", *, ago: str = "-1 minute", **columns: Any) -> None:
    row = {"source": "ai", "strategy": "claude", "symbol": "AAPL", "action": action, **columns}
    marks = ", ".join("?" * len(row))
    with store.transaction() as connection:
        connection.execute(
            f"INSERT INTO signals({', '.join(row)}, created_at) VALUES({marks}, {NOW})", [*row.values(), ago]
        )


def ids(store: SqliteStore, view: str, column: str = "id") -> list[int]:
    with store.reader() as connection:
        return [row[0] for row in connection.execute(f"SELECT {column} FROM {view} ORDER BY 1")]


@pytest.mark.requirement("S1-35")
def test_a_signal_is_one_of_four_actions_and_nothing_else(store: SqliteStore) -> None:
    for action in ("buy", "sell", "hold", "proposed"):
        write(store, action)
    for wrong in ("BUY", "short", "", None):
        with pytest.raises(sqlite3.IntegrityError, match=r"check_valid_action|NOT NULL"):
            write(store, wrong)  # type: ignore[arg-type]
    assert ids(store, "signals") == [1, 2, 3, 4]


@pytest.mark.requirement("S1-36")
def test_open_proposals_are_found_by_an_index_that_holds_nothing_else(store: SqliteStore) -> None:
    query = "SELECT id FROM signals WHERE action = 'proposed' AND created_at > '2026-11-20T15:00:00.000Z'"
    with store.reader() as connection:
        plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}"))
        definition = "SELECT sql FROM sqlite_master WHERE name = 'idx_signals_proposed'"
        (made,) = connection.execute(definition).fetchone()
    assert "idx_signals_proposed" in plan
    assert made.endswith("WHERE action='proposed'")


@pytest.mark.requirement("S1-37")
def test_pending_proposals_are_those_of_the_last_hour(store: SqliteStore) -> None:
    write(store, ago="-59 minutes")
    write(store, ago="-61 minutes")
    write(store, "buy")
    write(store, ago="-1 second", strategy="another", confidence=0.9)
    assert ids(store, "pending_ai_proposals") == [1, 4]


@pytest.mark.requirement("S4-22", "S3-20")
def test_old_names_of_signals_and_positions_are_views_of_the_one_table(store: SqliteStore) -> None:
    write(store, "buy", source="analyzer", bar_ts=1_795_190_400, timeframe="15m", signal_type="CUS", price=101.5)
    write(store, "buy", source="algorithm")
    write(store, "buy", source="webhook")
    assert ids(store, "refactored_signals") == [3]
    with store.reader() as connection:
        cursor = connection.execute("SELECT * FROM detected_signals")
        names = [column[0] for column in cursor.description]
        (row,) = cursor.fetchall()
    assert dict(zip(names, row, strict=True)) == {
        "signal_id": 1,
        "timestamp": "2026-11-20T16:00:00Z",
        "contract_id": "AAPL",
        "timeframe": "15m",
        "signal_type": "CUS",
        "signal_price": 101.5,
        "details": "{}",
    }
