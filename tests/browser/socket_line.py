"""The page's socket in the hands of a test: it can lose an update of the server, and tell updates of its own."""

import json
import re
from typing import Any

from playwright.sync_api import WebSocketRoute

from orchestra.api.protocol import RESYNC, SNAPSHOT, UPDATE
from tests.browser.screen import Screen


class SocketLine:
    """Stand between page and server; `asked` counts how often the page wanted everything again."""

    def __init__(self, screen: Screen) -> None:
        self.asked = 0
        self.loses_next = False
        self.snapshot: dict[str, Any] = {}
        self._page: WebSocketRoute | None = None
        screen.page.route_web_socket(re.compile("/socket.io/"), self._carry)

    def tell(self, changes: dict[str, Any]) -> None:
        """Send the page the next update."""
        assert self._page
        self.snapshot["seq"] += 1
        body = {"boot": self.snapshot["boot"], "seq": self.snapshot["seq"], "changes": changes, "events": []}
        self._page.send(f"42{json.dumps([UPDATE, body])}")

    def _carry(self, page: WebSocketRoute) -> None:
        self._page = page
        server = page.connect_to_server()
        page.on_message(lambda message: self._to_server(server, str(message)))
        server.on_message(lambda message: self._to_page(page, str(message)))

    def _to_server(self, server: WebSocketRoute, message: str) -> None:
        self.asked += f'["{RESYNC}"' in message
        server.send(message)

    def _to_page(self, page: WebSocketRoute, message: str) -> None:
        if f'["{SNAPSHOT}"' in message:
            self.snapshot = json.loads(message.lstrip("0123456789"))[1]
        if self.loses_next and f'["{UPDATE}"' in message:
            self.loses_next = False
        else:
            page.send(message)
