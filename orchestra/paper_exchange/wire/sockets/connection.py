"""One WebSocket connection: a bounded queue and a writer, so that a slow client never holds up the exchange.

Thread: `send` from any thread, `run` on the request's own thread.
"""

import contextlib
import queue
import socket
import struct
import threading
from collections.abc import Callable
from http import HTTPStatus

from simple_websocket import ConnectionClosed, Server
from simple_websocket import ConnectionError as NotConnected
from wsproto.events import BytesMessage, TextMessage
from wsproto.utilities import ProtocolError

QUEUE_LENGTH = 1024
WRITE_SECONDS = 5
GOODBYE_SECONDS = 0.5
PING_SECONDS = 30
LARGEST_MESSAGE = 1_000_000
NORMAL, SERVER_FAILED = 1000, 1011

Frame = bytes | str


class HandshakeRefused(Exception):
    """Report a request that asks for a WebSocket and does not get it. status: the HTTP answer."""

    def __init__(self, message: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(message)
        self.status = status


class _Socket(Server):  # type: ignore[misc]  # simple_websocket ships no types
    """simple_websocket's server side, whole frames only: its own `send` may leave one half written.

    is_dead: what arrives is thrown away unread, pings too, and nothing is sent; the line itself stays up.
    """

    sock: "socket.socket | _DeadLine"
    is_dead = False

    def play_dead(self) -> None:
        if isinstance(self.sock, socket.socket):
            self.is_dead = True
            self.sock = _DeadLine(self, self.sock)

    def wake(self) -> None:
        if isinstance(self.sock, _DeadLine):
            self.sock, self.is_dead = self.sock.line, False

    def _handle_events(self) -> bool:
        if not self.is_dead:
            return bool(super()._handle_events())
        for _ in self.ws.events():
            pass
        return True

    def send(self, data: Frame) -> None:
        if not self.connected:
            raise ConnectionClosed(self.close_reason, self.close_message)
        message = BytesMessage(data=data) if isinstance(data, bytes) else TextMessage(data=data)
        self.sock.sendall(self.ws.send(message))


class _DeadLine:
    """A socket that swallows what is sent. Closing it and hearing that the client is gone work as ever."""

    def __init__(self, owner: _Socket, line: socket.socket) -> None:
        self.line = line
        self._owner = owner

    def send(self, data: bytes) -> int:
        # The server's own pings stay unanswered as well, and must not end the connection.
        self._owner.pong_received = True
        return len(data)

    sendall = send

    def __getattr__(self, name: str) -> object:
        return getattr(self.line, name)


class Connection:
    """A client that has completed the upgrade."""

    def __init__(self, environ: dict[str, object]) -> None:
        self._closing = threading.Event()
        self._close_code = NORMAL
        self._is_mute = False
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
        if self._is_mute:
            return True
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

    def break_off(self) -> None:
        """Send what waits, then close as a server does that has failed."""
        if not self._closing.is_set():
            self._close_code = SERVER_FAILED
            self._closing.set()
            self._outgoing.put(None)

    def mute(self, seconds: float | None) -> None:
        """Send nothing for so long, or until healed. Pings are answered."""
        self._is_mute = True
        self._heal_after(seconds)

    def play_dead(self, seconds: float | None) -> None:
        """Neither read nor write nor answer pings for so long, or until healed; the line stays up."""
        self._socket.play_dead()
        self._heal_after(seconds)

    def heal(self) -> None:
        """Speak again."""
        self._is_mute = False
        self._socket.wake()

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

    def _heal_after(self, seconds: float | None) -> None:
        if seconds is not None:
            timer = threading.Timer(seconds, self.heal)
            timer.daemon = True
            timer.start()

    def _write(self) -> None:
        with contextlib.suppress(ConnectionClosed, OSError):
            while (frame := self._outgoing.get()) is not None:
                self._socket.send(frame)
            self._socket.close(self._close_code)
        self._closing.set()
        # The reader would otherwise wait for a client that never answers the close.
        with contextlib.suppress(OSError):
            self._socket.sock.shutdown(socket.SHUT_RDWR)
