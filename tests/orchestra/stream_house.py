"""Both streams in front of an offline Alpaca: what they bring, and the server's side of them."""

from collections.abc import Callable, Mapping
from typing import Any

from orchestra.messages.events import StreamName
from orchestra.paper_exchange.server import PaperExchangeServer
from orchestra.runtime.clock import SystemClock
from orchestra.runtime.inbox import Inbox
from orchestra.websocket_manager import StreamAccess, WebSocketManager
from tests.orchestra.paper_exchange.made_market import Desk

WAIT = 30.0
KEY = "key"


class House:
    """A manager, what it brings, and the server's side of it."""

    def __init__(self, desk: Desk, **more: float) -> None:
        self.desk = desk
        self.server = PaperExchangeServer(desk.exchange, key=KEY, secret=KEY)
        base_url = self.server.start().replace("http", "ws")
        self.bars: list[Mapping[str, Any]] = []
        self.inbox = Inbox()
        access = StreamAccess(
            KEY,
            KEY,
            is_paper=True,
            feed="iex",
            data_url=f"{base_url}/v2/iex",
            orders_url=f"{base_url}/stream",
            **more,
        )
        self.streams = WebSocketManager(access, self.bars.extend, self.inbox)

    @property
    def at_server(self) -> frozenset[str]:
        """Return what the server would send to anybody."""
        feed = self.desk.exchange.streams._feeds["/v2/iex"]
        channels = [client.subscriptions.by_channel for client in feed._clients]
        assert all(each["bars"] == each["updatedBars"] for each in channels)
        return frozenset().union(*(each["bars"] for each in channels))

    def expect(self, kind: type, stream: StreamName | None = None) -> Any:
        """Return the next message of that kind."""
        while (message := self.inbox.take(WAIT)) is not None:
            if isinstance(message, kind) and stream in (None, getattr(message, "stream", None)):
                return message
        raise AssertionError(f"no {kind.__name__} came")

    def drop(self) -> None:
        """Break every connection as a server that goes away does."""
        self.desk.exchange.streams.close()


def until(is_so: Callable[[], bool]) -> None:
    """Wait for what another thread brings about."""
    clock = SystemClock()
    deadline = clock.monotonic() + WAIT
    while not is_so():
        assert clock.monotonic() < deadline
        clock.sleep(0.005)
