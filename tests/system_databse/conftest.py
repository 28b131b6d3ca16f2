"""A fresh system database a test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from database.sqlite_store import SqliteStore
from tests.system_databse.made_orders import open_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = open_store(tmp_path)
    yield store
    store.close()
