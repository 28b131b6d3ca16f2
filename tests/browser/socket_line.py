"""The page's socket in the hands of a test: it can lose an update of the server, and tell updates of its own."""

import json
import re
from typing import Any

from playwright.sync_api import WebSocketRoute

from orchestra.api.protocol import RESYNC, SNAPSHOT, UPDATE
from tests.browser.screen import Screen

# Of Engine.IO.
PING, PONG = "2", "3"


class SocketLine:
    """Stand between page and server; `asked` counts how often the page wanted everything again.

    snapshots: how often it got everything.
    """

    def __init__(self, screen: Screen) -> None:
        self.asked = self.snapshots = 0
        self.loses_next = False
        self.snapshot: dict[str, Any] = {}
        self._kept: dict[str, Any] = {}
        self._page: WebSocketRoute | None = None
        # Who sent the pings that the page has not answered yet, oldest first.
        self._pings: list[str] = []
        screen.page.route_web_socket(re.compile("/socket.io/"), self._carry)

    def tell(self, changes: dict[str, Any], *, events: list[dict[str, Any]] | None = None) -> None:
        """Send the page the next update."""
        assert self._page
        self._page.send(self._numbered({"boot": self.snapshot["boot"], "changes": changes, "events": events or []}))

    def ping(self) -> None:
        """Ping as the server does: a page whose time is hurried hangs up after ten seconds of its own without."""
        assert self._page
        self._pings.append("ours")
        self._page.send(PING)

    def keep(self, changes: dict[str, Any]) -> None:
        """Tell the page what every later snapshot holds too."""
        self._kept |= changes
        self.tell(changes)

    def _carry(self, page: WebSocketRoute) -> None:
        # Each connection has its own: an answer may come late, on one that has broken.
        pings: list[str] = []
        self._pings = pings
        self._page = page
        server = page.connect_to_server()
        page.on_message(lambda message: self._to_server(server, str(message), pings))
        server.on_message(lambda message: self._to_page(page, str(message), pings))

    def _to_server(self, server: WebSocketRoute, message: str, pings: list[str]) -> None:
        self.asked += f'["{RESYNC}"' in message
        if message != PONG or pings.pop(0) == "server":
            server.send(message)

    def _to_page(self, page: WebSocketRoute, message: str, pings: list[str]) -> None:
        if message == PING:
            pings.append("server")
        if f'["{SNAPSHOT}"' in message:
            self.snapshots += 1
            self.snapshot = json.loads(message.lstrip("0123456789"))[1]
            self.snapshot["state"] |= self._kept
            message = f"42{json.dumps([SNAPSHOT, self.snapshot])}"
        is_update = f'["{UPDATE}"' in message
        if is_update:
            # The server does not know what the test has told meanwhile.
            message = self._numbered(json.loads(message.lstrip("0123456789"))[1])
        if self.loses_next and is_update:
            self.loses_next = False
        else:
            page.send(message)

    def _numbered(self, body: dict[str, Any]) -> str:
        """Return an update as the next one that the page expects."""
        self.snapshot["seq"] += 1
        return f"42{json.dumps([UPDATE, body | {'seq': self.snapshot['seq']}])}"
