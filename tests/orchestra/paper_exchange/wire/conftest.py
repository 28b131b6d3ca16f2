"""The made-up exchange behind its real server."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from orchestra.paper_exchange.server import PaperExchangeServer
from orchestra.paper_exchange.wire.sockets.hub import StreamHub
from tests.orchestra.paper_exchange.made_market import Desk
from tests.orchestra.paper_exchange.wire.clients import FaultPort, Sockets

KEY, SECRET = "key", "secret"


@pytest.fixture
def base_url(desk: Desk) -> Iterator[str]:
    server = PaperExchangeServer(desk.exchange, key=KEY, secret=SECRET)
    yield server.start()
    server.stop()


@pytest.fixture
def hub(desk: Desk, base_url: str) -> StreamHub:
    assert isinstance(desk.exchange.streams, StreamHub)
    return desk.exchange.streams


@pytest.fixture
def sockets(base_url: str) -> Iterator[Sockets]:
    with ExitStack() as stack:
        yield Sockets("ws" + base_url.removeprefix("http"), stack)


@pytest.fixture
def faults(base_url: str) -> FaultPort:
    return FaultPort(base_url)
