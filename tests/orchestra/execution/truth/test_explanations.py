"""What may explain a difference is told in the owner's words and in the market's time."""

from pathlib import Path

import pytest

from database.schema_check import open_database
from orchestra.execution.truth.explanations import causes_of, causes_of_sales
from system_databse import system_schema

STATEMENT = "INSERT INTO external_fills(broker_order_id, symbol, signed_qty, at, price) VALUES(?, ?, ?, ?, ?)"


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("2026-11-20T15:10:00.000Z", "on Nov 20, 10:10 New York time"),
        ("2026-07-01T03:30:00.000Z", "on Jun 30, 23:30 New York time"),
    ],
)
def test_an_order_of_others_is_told_with_the_time_of_new_york(tmp_path: Path, at: str, told: str) -> None:
    path = tmp_path / "system.db"
    store = open_database(path, system_schema.migrations, system_schema.APPLICATION_ID, synchronous="NORMAL")
    with store.transaction() as connection:
        connection.execute(STATEMENT, ("theirs", "AAPL", "-2", at, "185.25"))
    with store.reader() as connection:
        found = causes_of(connection, "AAPL", others=["a split"])
        assert found[:2] == (f"an order that is not ours sold 2 {told}", "a split")
        assert causes_of_sales(connection, "AAPL") == found[:1]
        assert causes_of_sales(connection, "MSFT") == ("what the account shows",)
    store.close()
