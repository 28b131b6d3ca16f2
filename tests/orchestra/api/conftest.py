"""What the tests of the API share."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.orchestra.api.api_house import ApiHouse, Visitor

PATIENCE_SECONDS = 60.0


@pytest.fixture
def house(quick_folder: Path) -> Iterator[ApiHouse]:
    house = ApiHouse(quick_folder)
    yield house
    house.close()


@pytest.fixture
def owner(house: ApiHouse) -> Visitor:
    return house.owner()


@pytest.fixture
def until() -> Callable[[Callable[[], object]], None]:
    """Return what waits for something that other threads and processes bring about."""

    def wait(is_so: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while not is_so():
            assert time.monotonic() < end
            time.sleep(0.02)

    return wait
