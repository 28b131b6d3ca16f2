"""The story market behind its real server, moved minute by minute."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from database.calendar_manager import MarketCalendar
from tests.orchestra.paper_exchange.made_market import Desk
from tests.orchestra.paper_exchange.wire.market_data.story_market import story_market


class StoryDesk(Desk):
    def __init__(self, folder: Path) -> None:
        self.story = story_market(folder, MarketCalendar())
        super().__init__(folder)
        self.exchange.close()
        self.book.unlink()
        self.market = self.story
        self.exchange = self.open()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = StoryDesk(tmp_path)
    yield desk
    desk.exchange.close()
