"""A public server may be silent, wrong, endless or slow: fetching from it ends, with bytes or one error of ours."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from database.errors import MarketDataError
from orchestra.runtime.clock import SystemClock
from orchestra.runtime.network import bounded_document
from orchestra.runtime.network.bounded_document import LARGEST_BYTES, fetch_document

Answer = Callable[[BaseHTTPRequestHandler], None]


class QuickClock(SystemClock):
    """Waits for nothing, and remembers what for."""

    def __init__(self) -> None:
        self.waited: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)


@contextmanager
def server(*answers: Answer) -> Iterator[tuple[str, list[str]]]:
    """Serve one answer after the other, the last one again and again; yield the address and what was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            answers[min(len(asked), len(answers)) - 1](self)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    http = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{http.server_port}/json", asked
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


def answering(status: int, body: bytes = b"[]") -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return answer


def endless(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    for _ in range(LARGEST_BYTES // 10_000 + 10):
        request.wfile.write(b"0" * 10_000)


def dripping(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    for _ in range(100):
        try:
            request.wfile.write(b"0")
            request.wfile.flush()
        except OSError:
            return
        time.sleep(0.02)


@pytest.mark.requirement("S0-03")
def test_an_answer_is_its_bytes() -> None:
    with server(answering(200, b'[{"kp": 7}]')) as (url, asked):
        assert fetch_document(url, QuickClock()) == b'[{"kp": 7}]'
    assert asked == ["/json"]


@pytest.mark.requirement("S0-03")
def test_an_error_of_the_server_is_tried_again() -> None:
    clock = QuickClock()
    with server(answering(503), answering(500), answering(200, b"[1]")) as (url, asked):
        assert fetch_document(url, clock) == b"[1]"
    assert (len(asked), len(clock.waited)) == (3, 2)


@pytest.mark.requirement("S0-03")
@pytest.mark.parametrize(
    ("answer", "words", "times"),
    [
        (answering(503), "127.0.0.1 answered 503", 3),
        (answering(404), "127.0.0.1 answered 404", 1),
        (endless, "more than 1000000 bytes", 1),
        (lambda request: request.connection.close(), "did not answer", 3),
    ],
)
def test_what_is_no_answer_is_one_error_of_ours(answer: Answer, words: str, times: int) -> None:
    with server(answer) as (url, asked), pytest.raises(MarketDataError, match=words):
        fetch_document(url, QuickClock())
    assert len(asked) == times


@pytest.mark.requirement("S0-03")
def test_one_that_is_sent_in_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_document, "LONGEST_SECONDS", 0.2)
    with server(dripping) as (url, _), pytest.raises(MarketDataError, match=r"longer than 0\.2 s"):
        fetch_document(url, QuickClock())


def test_a_port_where_nobody_listens_is_one_error_of_ours() -> None:
    with server(answering(200)) as (url, _):
        pass
    with pytest.raises(MarketDataError, match="did not answer"):
        fetch_document(url, QuickClock())
