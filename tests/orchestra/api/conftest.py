"""What the tests of the API share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.orchestra.api.api_house import ApiHouse, Visitor


@pytest.fixture
def house(tmp_path: Path) -> Iterator[ApiHouse]:
    house = ApiHouse(tmp_path)
    yield house
    house.close()


@pytest.fixture
def owner(house: ApiHouse) -> Visitor:
    return house.owner()
