"""WebSockets with a limit on a message, whole writes, and an end that is always noticed.

In: an upgraded connection. Out: what Engine.IO expects of a WebSocket. Thread: one reads, one writes.
"""

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Any

import simple_websocket

LARGEST_MESSAGE = 64 * 1024
# A frame's first byte, and what its second says of the length that follows.
FINAL_TEXT, SHORT, TWO_BYTES, EIGHT_BYTES = 0x81, 126, 126, 127
MOST_OF_TWO_BYTES = 0xFFFF

Handler = Callable[["BoundedWebSocket"], object]


class BoundedWebSocket:
    """Serve one WebSocket, of Engine.IO or of another program, called as a WSGI app."""

    def __init__(self, handler: Handler, _server: object) -> None:
        self._handler = handler
        self._ws: _Server | None = None

    def __call__(self, environ: dict[str, Any], _start_response: object) -> None:
        """Shake hands and serve until the end; then raise ConnectionError, for there is nothing left to answer."""
        connection = _WholeWrites(environ["werkzeug.socket"])
        self._ws = _Server({**environ, "werkzeug.socket": connection}, max_message_size=LARGEST_MESSAGE)
        self._handler(self)
        raise ConnectionError("the WebSocket has ended")

    def send(self, message: str | bytes) -> None:
        """Write one message; raises OSError when the connection is gone."""
        try:
            self._open().send(message)
        except simple_websocket.ConnectionClosed as error:
            raise OSError("the WebSocket is closed") from error

    def send_frames(self, frames: bytes) -> None:
        """Write what `text_frame` made, any number in one go; raises OSError when the connection is gone."""
        self._open().send_frames(frames)

    def wait(self) -> Any:
        """Return the next message, None at the end."""
        try:
            return self._open().receive()
        except simple_websocket.ConnectionClosed:
            return None

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Say goodbye and hang up, whether or not the other side says anything."""
        ws = self._open()
        # Raised when the other side was first.
        with contextlib.suppress(simple_websocket.ConnectionClosed):
            ws.close(code, reason)
        ws.sock.hang_up()

    def hang_up(self) -> None:
        """End the connection without a word; also while another thread writes to one who does not read."""
        self._open().sock.hang_up()

    def _open(self) -> "_Server":
        if self._ws is None:
            raise OSError("the WebSocket was never opened")
        return self._ws


def text_frame(text: str) -> bytes:
    """Return a whole text message as a server's frame (RFC 6455, 5.2): made once, however many sockets get it."""
    body = text.encode()
    if len(body) < SHORT:
        return bytes((FINAL_TEXT, len(body))) + body
    if len(body) <= MOST_OF_TWO_BYTES:
        return bytes((FINAL_TEXT, TWO_BYTES)) + len(body).to_bytes(2) + body
    return bytes((FINAL_TEXT, EIGHT_BYTES)) + len(body).to_bytes(8) + body


class _WholeWrites:
    """A socket whose `send` writes everything: the library does not look at how much was taken."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def send(self, data: bytes) -> int:
        self._connection.sendall(data)
        return len(data)

    def recv(self, size: int) -> bytes:
        return self._connection.recv(size)

    def hang_up(self) -> None:
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._connection.close()


class _Server(simple_websocket.Server):  # type: ignore[misc]  # the library has no types
    def __init__(self, environ: dict[str, Any], **options: Any) -> None:
        self._one_at_a_time = threading.RLock()
        super().__init__(environ, **options)

    def send(self, data: str | bytes) -> None:
        with self._one_at_a_time:
            super().send(data)

    def send_frames(self, frames: bytes) -> None:
        with self._one_at_a_time:
            if not self.connected:
                raise OSError("the WebSocket is closed")
            self.sock.send(frames)

    def close(self, reason: int | None = None, message: str | None = None) -> None:
        with self._one_at_a_time:
            super().close(reason, message)

    def _handle_events(self) -> Any:
        """Answer pings and the like, never in the middle of a frame of the writer's."""
        with self._one_at_a_time:
            return super()._handle_events()

    def _thread(self) -> None:
        """Read until the end, then wake who waits: after a message that is too large the library forgets to."""
        try:
            super()._thread()
        finally:
            self.connected = False
            self.event.set()
