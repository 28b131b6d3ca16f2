"""One made-up exchange a test, closed afterwards, and a way to know when alpaca-py has subscribed."""

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.orchestra.paper_exchange.made_market import Desk
from tests.orchestra.paper_exchange.wire.clients import SubscriptionLog


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.exchange.close()


@pytest.fixture
def subscribed() -> Iterator[threading.Event]:
    log = logging.getLogger("alpaca.data.live.websocket")
    handler, level = SubscriptionLog(), log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    yield handler.is_subscribed
    log.removeHandler(handler)
    log.setLevel(level)
