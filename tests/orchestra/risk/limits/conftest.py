"""What the tests of the limits share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.orchestra.risk.limits.limited_gate import LimitedGate
from tests.system_databse.made_orders import open_store


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[LimitedGate]:
    store = open_store(tmp_path)
    yield LimitedGate(store)
    store.close()
