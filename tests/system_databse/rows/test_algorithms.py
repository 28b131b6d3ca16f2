"""Algorithms as rows: what is read back is what was stored, to the letter."""

from decimal import Decimal

import pytest

from database.sqlite_store import SqliteStore
from system_databse.algorithm_record import AlgorithmRecord
from system_databse.rows import algorithms


@pytest.mark.parametrize("capital", ["20000", "2500.25", "0.01", "1000000000000"])
def test_a_capital_comes_back_as_it_was_given(store: SqliteStore, capital: str) -> None:
    record = AlgorithmRecord(7, "sma_crossover", "SPY", Decimal(capital), "algorithm/sma_crossover.py", "0" * 64)
    with store.transaction() as connection:
        algorithms.insert(connection, record, "2026-11-25T15:00:00.000Z")
    with store.reader() as connection:
        found = algorithms.load(connection)[-1]
    assert str(found.initial_capital) == capital
    assert found == record
