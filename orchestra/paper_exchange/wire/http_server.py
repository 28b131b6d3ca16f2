"""A small HTTP/1.1 server for loopback: keep-alive, one write an answer, WebSockets handed over by path.

Werkzeug's own handler closes every connection after one answer and then waits to drain it; alpaca-py asks for
keep-alive, and a replay asks often.
"""

import contextlib
import socket
import struct
from collections.abc import Callable
from http import HTTPStatus

from flask import Flask
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.test import run_wsgi_app

from orchestra.paper_exchange.wire.faults.rest_faults import Ending, HttpAnswer, RestFaults
from orchestra.paper_exchange.wire.sockets.connection import HandshakeRefused

LOOPBACK = "127.0.0.1"
LARGEST_BODY = 1_000_000

SocketServer = Callable[[dict[str, object]], None]


class ExchangeHandler(WSGIRequestHandler):
    """Serve the requests of one connection, one after another, without a log line each."""

    disable_nagle_algorithm = True
    server: "ExchangeServer"

    def run_wsgi(self) -> None:
        """Serve one request."""
        environ = self.make_environ()
        serve_socket = self.server.socket_server_of(environ["PATH_INFO"])
        if serve_socket and environ.get("HTTP_UPGRADE", "").lower() == "websocket":
            self._serve_socket(serve_socket, environ)
            return
        length = environ.get("CONTENT_LENGTH") or "0"
        if not length.isascii() or not length.isdigit() or environ.get("HTTP_TRANSFER_ENCODING"):
            self.send_error(HTTPStatus.LENGTH_REQUIRED)
        elif int(length) > LARGEST_BODY:
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            self._answer(self.server.faults.serve(environ, self.rfile.read(int(length)), self._ask_app))

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Keep quiet: a replay makes thousands of requests."""

    def _serve_socket(self, serve_socket: SocketServer, environ: dict[str, object]) -> None:
        self.close_connection = True
        try:
            serve_socket(environ)
        except HandshakeRefused as refused:
            self.send_error(refused.status)

    def _ask_app(self, environ: dict[str, object]) -> HttpAnswer:
        parts, status, headers = run_wsgi_app(self.server.app, environ, buffered=True)
        return HttpAnswer(status, tuple(headers.to_wsgi_list()), b"".join(parts))

    def _answer(self, answer: HttpAnswer) -> None:
        if answer.ending is not Ending.KEPT:
            self._end(answer.ending)
            return
        code, _, reason = answer.status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in answer.headers:
            self.send_header(name, value)
        # Headers and body leave in one write, so that no answer waits for a delayed acknowledgement.
        self._headers_buffer.extend((b"\r\n", answer.body if self.command != "HEAD" else b""))
        self.flush_headers()

    def _end(self, ending: Ending) -> None:
        """End the connection without a word. A reset reaches the client as an error of its own."""
        self.close_connection = True
        if ending is Ending.RESET:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            # Closed below the files that are open on it, or the goodbye would go out first.
            socket.socket(fileno=self.connection.detach()).close()


class ExchangeServer(ThreadedWSGIServer):
    """Listen on loopback; a thread a connection, none of which keeps the process alive."""

    daemon_threads = True

    def __init__(
        self, app: Flask, port: int, *, faults: RestFaults, socket_server_of: Callable[[str], SocketServer | None]
    ) -> None:
        self.faults = faults
        self.socket_server_of = socket_server_of
        self._open: set[socket.socket] = set()
        # Bound here, because Werkzeug ends the whole program when it cannot bind. Raises OSError instead.
        with socket.create_server((LOOPBACK, port)) as listener:
            super().__init__(LOOPBACK, listener.getsockname()[1], app, handler=ExchangeHandler, fd=listener.fileno())

    def process_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        """Remember the connection, then serve it on its own thread."""
        if isinstance(request, socket.socket):
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        """Forget a connection that has ended."""
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End the connections that clients keep alive; a stopped server answers nobody."""
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
