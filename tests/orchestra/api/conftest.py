"""What the tests of the API share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.orchestra.api.api_house import ApiHouse, Visitor


@pytest.fixture
def house(quick_folder: Path) -> Iterator[ApiHouse]:
    house = ApiHouse(quick_folder)
    yield house
    house.close()


@pytest.fixture
def owner(house: ApiHouse) -> Visitor:
    return house.owner()
