"""The made-up exchange behind its real server."""

from collections.abc import Iterator

import pytest

from orchestra.paper_exchange.server import PaperExchangeServer
from tests.orchestra.paper_exchange.made_market import Desk

KEY, SECRET = "key", "secret"


@pytest.fixture
def base_url(desk: Desk) -> Iterator[str]:
    server = PaperExchangeServer(desk.exchange, key=KEY, secret=SECRET)
    yield server.start()
    server.stop()
