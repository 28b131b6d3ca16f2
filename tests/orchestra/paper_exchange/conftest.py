"""One made-up exchange a test, closed afterwards."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.orchestra.paper_exchange.made_market import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.exchange.close()
