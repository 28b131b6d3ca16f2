"""A screen's socket, spoken by hand: Engine.IO and Socket.IO as the browser's library does, and as it never would."""

import json
import queue
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from types import TracebackType
from typing import Any

from websockets.exceptions import ConcurrencyError, ConnectionClosed
from websockets.sync.client import ClientConnection, connect

PATIENCE_SECONDS = 20.0


class ScreenSocket:
    """One socket over the WebSocket transport; pings are answered whatever the test does meanwhile."""

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
        self._heard: queue.SimpleQueue[str | ConnectionClosed] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, name="screen-reader", daemon=True)
        self._reader.start()

    def __enter__(self) -> "ScreenSocket":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()
        self._reader.join(PATIENCE_SECONDS)

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
        """Return the next packet that begins like this."""
        while True:
            text = self._next(PATIENCE_SECONDS)
            if text.startswith(start):
                return text

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
        deadline = time.monotonic() + PATIENCE_SECONDS
        try:
            while True:
                self._next(max(0.0, deadline - time.monotonic()))
        except ConnectionClosed:
            return True
        except queue.Empty:
            return False

    def _next(self, seconds: float) -> str:
        found = self._heard.get(timeout=seconds)
        if isinstance(found, ConnectionClosed):
            self._heard.put(found)
            raise found
        return found

    def _read(self) -> None:
        try:
            while True:
                received = self._socket.recv()
                text = received if isinstance(received, str) else received.decode()
                if text == "2":
                    self._answer_ping()
                else:
                    self._heard.put(text)
        except ConnectionClosed as error:
            self._heard.put(error)

    def _answer_ping(self) -> None:
        # Nothing can be said in the middle of a message of many pieces.
        with suppress(ConcurrencyError):
            self.send("3")
