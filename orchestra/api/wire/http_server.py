"""The HTTP server: Werkzeug's threaded one, with a limit on everything (reliability.md 5.2).

In: connections. Out: a thread each, within the limits. Thread: accept. The size of thread stacks is left alone:
it is one setting for the whole process, and memory of a stack that is not touched costs nothing.
"""

import contextlib
import errno
import socket
from typing import Any

from database.errors import ConfigError
from orchestra.api.api_parts import ApiLimits
from orchestra.api.wire.admission import Admission
from orchestra.api.wire.reaper import Reaper, hang_up
from orchestra.api.wire.request_handler import ApiRequestHandler, GuardedServer
from orchestra.runtime.clock import Clock

WAITING_CONNECTIONS = 128
UNREAD_MS = 20_000
BUSY = b'{"error": "AutoTrader is busy: try again in a moment."}'
FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: 5\r\n"
    b"Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(BUSY), BUSY)
)


class ApiHttpServer(GuardedServer):
    """Listen and serve; no thread of it keeps the process alive.

    Raises ConfigError, in the caller's thread, when the port cannot be had.
    """

    daemon_threads = True

    def __init__(self, app: Any, host: str, port: int, *, limits: ApiLimits, clock: Clock) -> None:
        self.limits = limits
        self.reaper = Reaper(clock)
        self._clock = clock
        self._admission = Admission(limits)
        # Bound here, because Werkzeug ends the whole program when it cannot bind.
        with _bound(host, port) as listener:
            real_port = listener.getsockname()[1]
            super().__init__(host, real_port, app, handler=ApiRequestHandler, fd=listener.fileno())

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection on a thread of its own, or turn it away at once."""
        if not self._admission.enter(request, client_address[0], self._clock.monotonic()):
            with contextlib.suppress(OSError):
                request.setblocking(False)
                request.send(FULL)
            super().shutdown_request(request)
            return
        _harden(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget a connection that has ended."""
        self.reaper.release(request)
        self._admission.leave(request)
        super().shutdown_request(request)

    @property
    def connections(self) -> int:
        """Return how many connections are open."""
        return len(self._admission.open)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep a connection that broke to itself."""

    def hang_up(self) -> None:
        """End every connection; a stopped server answers nobody."""
        for connection in self._admission.open:
            hang_up(connection)


def require_free(host: str, port: int) -> None:
    """Raise ConfigError when the port cannot be had, before anything of a run is written."""
    _bound(host, port).close()


def _bound(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), backlog=WAITING_CONNECTIONS)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ConfigError(
                f"Port {port} is in use, by an AutoTrader that runs already or by another program (OctoBot uses it "
                f"too): see who with 'ss -ltnp sport = :{port}', or choose another with --port."
            ) from error
        raise ConfigError(
            f"Port {port} of {host} cannot be used ({error.strerror}): choose another with --port."
        ) from error


def _harden(connection: socket.socket) -> None:
    """Let the kernel end a connection whose other side is gone or does not read."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    # Linux's names; elsewhere the kernel's own times apply.
    for name, value in (
        ("TCP_USER_TIMEOUT", UNREAD_MS),
        ("TCP_KEEPIDLE", 30),
        ("TCP_KEEPINTVL", 10),
        ("TCP_KEEPCNT", 3),
    ):
        if hasattr(socket, name):
            with contextlib.suppress(OSError):
                connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
