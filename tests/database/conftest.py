"""Fixtures of the market-data tests: a calendar and an empty world in a temporary folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from database import db_manager
from database.bars.market_world import MarketWorld
from database.calendar_manager import MarketCalendar
from tests.database.market import open_world


@pytest.fixture(scope="session")
def calendar() -> MarketCalendar:
    return MarketCalendar()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[MarketWorld]:
    """Bind an empty world for the contract's functions."""
    world = open_world(tmp_path)
    db_manager.bind(world)
    yield world
    db_manager.unbind()
    world.bar_store.store.close()
