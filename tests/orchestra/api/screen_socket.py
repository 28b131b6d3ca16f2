"""A screen's socket, spoken by hand: Engine.IO and Socket.IO as the browser's library does, and as it never would."""

import json
from collections.abc import Iterator
from contextlib import suppress
from types import TracebackType
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

PATIENCE_SECONDS = 5.0


class ScreenSocket:
    """One socket over the WebSocket transport."""

    def __init__(self, port: int, *, cookie: str | None, origin: str | None = "own", site: str | None = None) -> None:
        own = f"http://localhost:{port}"
        headers = {"Cookie": f"autotrader_session={cookie}"} if cookie else {}
        if site:
            headers["Sec-Fetch-Site"] = site
        url = f"ws://localhost:{port}/socket.io/?EIO=4&transport=websocket"
        self._socket: ClientConnection = connect(  # type: ignore[assignment]
            url,
            origin=own if origin == "own" else origin,  # type: ignore[arg-type]
            additional_headers=headers,
            open_timeout=PATIENCE_SECONDS,
            close_timeout=1,
            ping_interval=None,
            proxy=None,
            legacy=True,
        )

    def __enter__(self) -> "ScreenSocket":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def join(self) -> dict[str, Any]:
        """Say hello and return the snapshot."""
        self.packet("0")
        self.send("40")
        return self.event("snapshot")

    def send(self, packet: str | bytes) -> None:
        self._socket.send(packet)

    def emit(self, name: str) -> None:
        self.send("42" + json.dumps([name]))

    def packet(self, start: str) -> str:
        """Return the next packet that begins like this; answer pings on the way."""
        while True:
            received = self._socket.recv(timeout=PATIENCE_SECONDS)
            text = received if isinstance(received, str) else received.decode()
            if text.startswith(start):
                return text
            if text == "2":
                self.send("3")

    def event(self, name: str) -> dict[str, Any]:
        """Return the body of the next event of that name."""
        while True:
            got, body = self.any_event()
            if got == name:
                return body

    def any_event(self) -> tuple[str, dict[str, Any]]:
        """Return name and body of the next event."""
        name, body = json.loads(self.packet("42")[2:])
        return name, body

    def is_hung_up_on_while_sending(self, piece: str, *, most_pieces: int) -> bool:
        """Say whether the server ends the connection in the middle of a message of so many pieces."""
        found: list[bool] = []

        def pieces() -> Iterator[str]:
            yield from [piece] * most_pieces
            # The last piece is not sent before the server has shown what it does.
            found.append(self.is_hung_up_on())

        with suppress(ConnectionClosed):
            self._socket.send(pieces())
        return found == [True] or not found

    def is_hung_up_on(self) -> bool:
        """Say whether the server ends the connection."""
        try:
            while True:
                self._socket.recv(timeout=PATIENCE_SECONDS)
        except ConnectionClosed:
            return True
        except TimeoutError:
            return False
