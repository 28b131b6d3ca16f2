"""What the kiosk learns from the server of the page, whoever answers on its port."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from orchestra.kiosk.page_server import ServerState, ask


class Answering(ThreadingHTTPServer):
    body = b""


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Answering)
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Answering]:
    server = Answering(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ({"app": "autotrader", "market_open": True}, ServerState(is_up=True, is_market_open=True)),
        ({"app": "autotrader", "critical_alert": 7}, ServerState(is_up=True, critical_alert=7)),
        ({"app": "autotrader", "market_open": "yes", "critical_alert": "7"}, ServerState(is_up=True)),
        ({"app": "another", "critical_alert": 7}, ServerState(is_up=False)),
        ([], ServerState(is_up=False)),
    ],
)
def test_an_answer_is_taken_as_far_as_it_can_be_understood(
    server: Answering, answer: object, state: ServerState
) -> None:
    server.body = json.dumps(answer).encode()
    assert ask(server.server_port) == state


def test_who_does_not_speak_json_or_does_not_answer_is_not_the_server(server: Answering) -> None:
    server.body = b"<html>"
    assert ask(server.server_port) == ServerState(is_up=False)
    server.server_close()
    assert ask(server.server_port) == ServerState(is_up=False)
