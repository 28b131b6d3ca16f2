"""What the tests of the whole program share."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.program import Program


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


class UnauthorizedAlpaca(http.server.BaseHTTPRequestHandler):
    """Answer like Alpaca to keys it does not know."""

    def do_GET(self) -> None:
        body = b'{"message": "unauthorized."}'
        self.send_response(401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def unauthorized_alpaca() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), UnauthorizedAlpaca)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
