"""An engine with an owner, in real time and in lock-step."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.orchestra.owner_house import OwnerHouse, open_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[OwnerHouse]:
    """Real time, with a PIN, two seconds after the open."""
    opened = open_house(tmp_path, is_real=True)
    opened.create_pin()
    yield opened
    opened.close()


@pytest.fixture
def lock_step(tmp_path: Path) -> Iterator[OwnerHouse]:
    """An exchange that waits for the engine, at the open."""
    opened = open_house(tmp_path, is_real=False)
    yield opened
    opened.close()
