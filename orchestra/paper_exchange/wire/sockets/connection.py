"""One WebSocket connection: a bounded queue and a writer, so that a slow client never holds up the exchange.

Thread: `send` from any thread, `run` on the request's own thread.
"""

import contextlib
import queue
import socket
import struct
import threading
from collections.abc import Callable

from simple_websocket import ConnectionClosed, Server
from simple_websocket import ConnectionError as NotConnected
from wsproto.events import BytesMessage, TextMessage
from wsproto.utilities import ProtocolError

QUEUE_LENGTH = 1024
WRITE_SECONDS = 5
GOODBYE_SECONDS = 0.5
PING_SECONDS = 30
LARGEST_MESSAGE = 1_000_000

Frame = bytes | str


class HandshakeRefused(Exception):
    """Report a request that asks for a WebSocket but does not complete the upgrade."""


class _Socket(Server):  # type: ignore[misc]  # simple_websocket ships no types
    """simple_websocket's server side, whole frames only: its own `send` may leave one half written."""

    def send(self, data: Frame) -> None:
        if not self.connected:
            raise ConnectionClosed(self.close_reason, self.close_message)
        message = BytesMessage(data=data) if isinstance(data, bytes) else TextMessage(data=data)
        self.sock.sendall(self.ws.send(message))


class Connection:
    """A client that has completed the upgrade."""

    def __init__(self, environ: dict[str, object]) -> None:
        self._closing = threading.Event()
        self._outgoing: queue.Queue[Frame | None] = queue.Queue(QUEUE_LENGTH)
        try:
            self._socket = _Socket.accept(environ, ping_interval=PING_SECONDS, max_message_size=LARGEST_MESSAGE)
        except (NotConnected, ProtocolError) as error:
            raise HandshakeRefused(str(error)) from error
        # A client that does not read blocks the writer for so long at most.
        limit = struct.pack("ll", WRITE_SECONDS, 0)
        self._socket.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
        self._writer = threading.Thread(target=self._write, name="exchange-writer", daemon=True)
        self._writer.start()

    @property
    def is_closing(self) -> bool:
        """Tell whether nothing more will be sent."""
        return self._closing.is_set()

    def send(self, frame: Frame) -> bool:
        """Queue a frame; return False when the client reads too slowly or is gone."""
        if self._closing.is_set():
            return False
        try:
            self._outgoing.put_nowait(frame)
        except queue.Full:
            return False
        return True

    def close(self, last: Frame | None = None) -> None:
        """Drop what waits, send one last frame, and close."""
        if self._closing.is_set():
            return
        self._closing.set()
        while True:
            try:
                self._outgoing.get_nowait()
            except queue.Empty:
                break
        for frame in (last, None) if last is not None else (None,):
            self._outgoing.put(frame)

    def wait_closed(self) -> None:
        """Give the last frames a moment to leave."""
        self._writer.join(GOODBYE_SECONDS)

    def run(self, on_message: Callable[[Frame], None]) -> None:
        """Hand over each message until either side closes."""
        try:
            with contextlib.suppress(ConnectionClosed):
                while True:
                    on_message(self._socket.receive())
        finally:
            self.close()
            self._writer.join()

    def _write(self) -> None:
        with contextlib.suppress(ConnectionClosed, OSError):
            while (frame := self._outgoing.get()) is not None:
                self._socket.send(frame)
            self._socket.close()
        self._closing.set()
        # The reader would otherwise wait for a client that never answers the close.
        with contextlib.suppress(OSError):
            self._socket.sock.shutdown(socket.SHUT_RDWR)
