"""The schema check at start: a column that is not there is named, and nothing breaks."""

from pathlib import Path

import pytest

from database.bars.schema_library import Migrations
from database.schema_check import open_database, schema_warnings
from database.sqlite_store import SqliteStore
from system_databse import system_schema
from system_databse.control import limit_rows, stop_rows
from tests.system_databse.made_orders import open_store


def test_a_new_system_database_lacks_nothing(store: SqliteStore) -> None:
    assert schema_warnings(store, system_schema.migrations) == []


@pytest.mark.requirement("S0-08", "S0-07")
def test_a_missing_column_is_named(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    with store.transaction() as connection:
        connection.execute("ALTER TABLE positions DROP COLUMN order_id")
    warnings = schema_warnings(store, system_schema.migrations)
    store.close()
    assert [warning for warning in warnings if "positions" in warning and "order_id" in warning]


def test_every_quantity_of_money_is_stored_as_text(store: SqliteStore) -> None:
    """A column with a number's affinity would round what Decimal keeps exact."""
    exact = {
        "orders": {"qty", "filled_qty", "filled_notional", "limit_price", "stop_price", "avg_fill_price"},
        "fills": {"qty", "price", "fee", "cum_qty"},
        "positions": {"quantity", "entry_price", "realized_pl"},
    }
    with store.reader() as connection:
        for table, columns in exact.items():
            types = {row[1]: row[2] for row in connection.execute(f"PRAGMA table_info({table})")}
            assert {types[column] for column in columns} == {"TEXT"}


def test_a_database_without_loss_stops_learns_to_keep_them(tmp_path: Path) -> None:
    older = Migrations("system")
    older(name="m001_trading_state")(system_schema.m001_trading_state)
    older(name="m002_commands_of_algorithms")(system_schema.m002_commands_of_algorithms)
    path = tmp_path / "system.db"
    old = open_database(path, older, system_schema.APPLICATION_ID, synchronous="NORMAL")
    with old.transaction() as connection:
        connection.execute("INSERT INTO risk_limits(name, value) VALUES('daily_loss', 500)")
    old.close()
    new = open_database(path, system_schema.migrations, system_schema.APPLICATION_ID, synchronous="NORMAL")
    with new.reader() as connection:
        assert stop_rows.load(connection, 0) == {}
        assert [limit.value for limit in limit_rows.load(connection)] == [500]
    new.close()
