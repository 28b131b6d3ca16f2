"""What the tests of the control verbs share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.orchestra.controlled_house import ControlledHouse, controlled
from tests.orchestra.verbs.control.directory import RunningClock
from tests.orchestra.verbs.screen import Screen


@pytest.fixture
def screen() -> Screen:
    return Screen()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[ControlledHouse]:
    with controlled(tmp_path) as house:
        yield house


@pytest.fixture
def clock(house: ControlledHouse) -> RunningClock:
    return RunningClock(house)
