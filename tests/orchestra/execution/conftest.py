"""What the tests of the order path share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.orchestra.execution.order_path import OrderPath, fresh_path


@pytest.fixture
def path(tmp_path: Path) -> Iterator[OrderPath]:
    path = fresh_path(tmp_path)
    yield path
    path.store.close()
