"""A database for a minute in which something is scarce."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.orchestra.risk.scarce.scarce_minute import ScarceMinute
from tests.system_databse.made_orders import open_store


@pytest.fixture
def market(tmp_path: Path) -> Iterator[ScarceMinute]:
    store = open_store(tmp_path)
    yield ScarceMinute(store)
    store.close()
