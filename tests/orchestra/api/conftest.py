"""What the tests of the API share."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.orchestra.api.api_house import ApiHouse, Visitor

MEMORY = Path("/dev/shm")


@pytest.fixture
def quick_folder(tmp_path: Path) -> Iterator[Path]:
    """Return a folder in memory where there is one: each test opens two databases that wait for the disk."""
    if not os.access(MEMORY, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=MEMORY) as name:
        yield Path(name)


@pytest.fixture
def house(quick_folder: Path) -> Iterator[ApiHouse]:
    house = ApiHouse(quick_folder)
    yield house
    house.close()


@pytest.fixture
def owner(house: ApiHouse) -> Visitor:
    return house.owner()
