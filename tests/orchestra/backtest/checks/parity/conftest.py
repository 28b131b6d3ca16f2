"""Houses whose days are checked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.orchestra.backtest.checks.parity.parity_house import PastHouse
from tests.orchestra.owner_house import open_house


@pytest.fixture
def past(quick_folder: Path) -> Iterator[PastHouse]:
    """An exchange that waits for the engine, at the open of a half day."""
    opened = PastHouse(open_house(quick_folder, is_real=False))
    yield opened
    opened.close()


@pytest.fixture
def real(quick_folder: Path) -> Iterator[PastHouse]:
    """Real time, without a PIN, two seconds after the open."""
    opened = PastHouse(open_house(quick_folder, is_real=True))
    yield opened
    opened.close()
