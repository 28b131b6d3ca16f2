"""What a doctor says of the port and of the broker."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from orchestra.examination.network import examine_account, examine_port
from orchestra.messages.diagnosis import Diagnosis, State
from system_databse.errors import BrokerError, BrokerRejected, BrokerUnavailable

NOW = datetime(2026, 11, 26, 14, tzinfo=UTC)


@contextmanager
def serving(body: bytes) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_a_port_where_nobody_listens_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert examine_port(port) == Diagnosis("port", State.OK, f"{port} is free")


@pytest.mark.parametrize(
    ("body", "state", "words"),
    [
        (b'{"app": "autotrader", "mode": "PAPER", "status": "healthy"}', State.OK, "own page, PAPER, healthy"),
        (b'{"app": "autotrader", "mode": "PAPER", "status": "degraded"}', State.WARN, "degraded"),
        (b'{"app": "octobot"}', State.BAD, "another program"),
        (b"<html>", State.BAD, "another program"),
        (b"[1]", State.BAD, "another program"),
        (b"\xff" * 100, State.BAD, "another program"),
    ],
)
def test_a_port_in_use_is_told_apart(body: bytes, state: State, words: str) -> None:
    with serving(body) as port:
        found = examine_port(port)
    assert found.state is state
    assert words in found.sentence


class Account:
    """A broker that answers as it is told."""

    def __init__(self, row: dict[str, Any] | BrokerError, *, behind: float = 0.0) -> None:
        self._row = row
        self._behind = timedelta(seconds=behind)

    def account(self) -> dict[str, Any]:
        if isinstance(self._row, BrokerError):
            raise self._row
        return self._row

    def clock(self) -> datetime:
        return NOW - self._behind


def examined(account: Account) -> dict[str, Diagnosis]:
    return {each.what: each for each in examine_account(account, lambda: NOW)}


def test_keys_that_are_taken_are_well() -> None:
    found = examined(Account({"account_number": "PA1", "status": "ACTIVE"}))
    assert {each.state for each in found.values()} == {State.OK}
    assert "PA1" in found["keys"].sentence


@pytest.mark.parametrize(
    ("error", "state"),
    [(BrokerRejected("no", status=401), State.BAD), (BrokerUnavailable("no answer"), State.WARN)],
)
def test_keys_that_are_refused_are_bad_and_a_silent_broker_is_not(error: BrokerError, state: State) -> None:
    found = examined(Account(error))
    assert [each.state for each in found.values()] == [state]


def test_an_account_that_may_not_trade_is_bad() -> None:
    found = examined(Account({"account_number": "PA1", "status": "ACTIVE", "trading_blocked": True}))
    assert found["account"].state is State.BAD


@pytest.mark.parametrize(("behind", "state"), [(1.9, State.OK), (-1.9, State.OK), (2.1, State.BAD), (-60.0, State.BAD)])
def test_the_brokers_clock(behind: float, state: State) -> None:
    found = examined(Account({"account_number": "PA1"}, behind=behind))
    assert found["broker's clock"].state is state
