"""One connection, request after request: whole heads and whole bodies only, one write an answer.

In: bytes. Out: calls of the WSGI app. Thread: the connection's own. A request that was cut off is never carried out.
"""

import contextlib
import io
import json
import logging
import socket
from http import HTTPStatus
from typing import Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.test import run_wsgi_app

from orchestra.api.api_parts import ApiLimits
from orchestra.api.wire.reaper import Reaper
from orchestra.api.wire.security_headers import SECURITY_HEADERS

log = logging.getLogger(__name__)

LONGEST_LINE = 8 * 1024
MOST_DRAINED = 1024 * 1024
SENTENCES = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The request is too large: 64 kB are the limit.",
    HTTPStatus.REQUEST_URI_TOO_LONG: "The address is too long.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "The headers of the request are too long.",
    HTTPStatus.LENGTH_REQUIRED: "Send the body in one piece, with one Content-Length.",
}


class _Head:
    """Reads a head line by line, knows how long it has become and whether it has ended."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.read = stream.read
        self.begin(0)

    def begin(self, most_bytes: int) -> None:
        self._left = most_bytes
        self._last = b""
        self.is_too_long = False

    @property
    def has_ended(self) -> bool:
        return self._last in (b"\r\n", b"\n")

    def readline(self, limit: int = -1) -> bytes:
        line: bytes = self._stream.readline(min(LONGEST_LINE, limit) if limit > 0 else LONGEST_LINE)
        self._left -= len(line)
        self.is_too_long = self.is_too_long or self._left < 0 or len(line) >= LONGEST_LINE
        self._last = b"" if self.is_too_long else line
        return self._last

    def close(self) -> None:
        self._stream.close()


class GuardedServer(ThreadedWSGIServer):
    """What the handler needs of its server: limits, and the reaper that ends what takes too long."""

    limits: ApiLimits
    reaper: Reaper


class ApiRequestHandler(WSGIRequestHandler):
    """Serve the requests of one connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "GuardedServer"

    def setup(self) -> None:
        """Put the guard of heads in front of what is read."""
        super().setup()
        self._head = _Head(self.rfile)
        self.rfile = self._head  # type: ignore[assignment]  # as much of a file as the base class needs

    def handle_one_request(self) -> None:
        """Serve one request; its head and body have ten seconds, and so has an idle connection."""
        limits = self.server.limits
        self._head.begin(limits.head_bytes)
        self.server.reaper.expect(self.connection, limits.request_seconds)
        super().handle_one_request()
        if self._head.is_too_long and not self.raw_requestline:
            self.send_error(HTTPStatus.REQUEST_URI_TOO_LONG)

    def parse_request(self) -> bool:
        """Read the head; one that is cut off or too long is no request."""
        is_request = super().parse_request()
        if self._head.is_too_long:
            self.send_error(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            return False
        if is_request and not self._head.has_ended:
            self.close_connection = True
            return False
        return is_request

    def run_wsgi(self) -> None:
        """Serve the request whose head was read."""
        body = self._body()
        if body is None:
            return
        environ = self.make_environ()
        environ["wsgi.input"] = io.BytesIO(body)
        # From here on we are the ones who take time: an act waits for the engine, a socket lives for hours.
        self.server.reaper.release(self.connection)
        try:
            parts, status, headers = run_wsgi_app(self.server.app, environ, buffered=True)
        except ConnectionError:
            self.close_connection = True
            return
        except Exception:
            log.exception("A request could not be answered.")
            self.send_error(HTTPStatus.INTERNAL_SERVER_ERROR)
            return
        self.server.reaper.expect(self.connection, self.server.limits.answer_seconds)
        self._answer(status, headers.to_wsgi_list(), b"".join(parts))

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Answer a request that never reaches the app, in our own words, and end the connection."""
        self.close_connection = True
        status = HTTPStatus(code)
        body = json.dumps({"error": SENTENCES.get(status, f"{status.phrase}.")}).encode()
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body))), *SECURITY_HEADERS]
        self._answer(f"{code} {status.phrase}", headers, body)
        self._drain()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Keep quiet: a screen asks all day."""

    def log(self, *_anything: Any) -> None:
        """Keep what odd clients do out of the owner's log."""

    def _body(self) -> bytes | None:
        """Return the body; None when it is refused or never arrived."""
        lengths = self.headers.get_all("Content-Length") or ["0"]
        length = lengths[0].strip()
        is_plain = length.isascii() and length.isdigit() and len(length) < 16
        if len(lengths) > 1 or not is_plain or self.headers.get("Transfer-Encoding"):
            self.send_error(HTTPStatus.LENGTH_REQUIRED)
            return None
        if int(length) > self.server.limits.body_bytes:
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return None
        body: bytes = self.rfile.read(int(length))
        if len(body) < int(length):
            self.close_connection = True
            return None
        return body

    def _drain(self) -> None:
        """Read what the client is still sending: hanging up on it would lose the answer on its way."""
        self.server.reaper.expect(self.connection, self.server.limits.request_seconds)
        left = MOST_DRAINED
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            while left > 0 and (piece := self.connection.recv(64 * 1024)):
                left -= len(piece)

    def _answer(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        """Send head and body in one write, without a word about the software in use."""
        connection = "close" if self.close_connection else "keep-alive"
        lines = [*headers, ("Date", self.date_time_string()), ("Connection", connection)]
        if not any(name.lower() == "content-length" for name, _ in headers):
            # Engine.IO leaves it out; on a connection that is kept nobody would know where the answer ends.
            lines.append(("Content-Length", str(len(body))))
        head = "".join(f"{name}: {value}\r\n" for name, value in lines)
        is_without_body = getattr(self, "command", None) == "HEAD"
        answer = f"{self.protocol_version} {status}\r\n{head}\r\n".encode("latin-1", "replace")
        self.wfile.write(answer + (b"" if is_without_body else body))
