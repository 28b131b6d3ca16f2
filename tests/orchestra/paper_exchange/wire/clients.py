"""Clients of both WebSockets and of the fault port, and what alpaca-py's handlers are given."""

import json
import logging
import queue
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import msgpack
import requests
from websockets.sync.client import ClientConnection, connect

WAIT = 30
HEADERS = {"APCA-API-KEY-ID": "key", "APCA-API-SECRET-KEY": "secret"}
AUTH = {"action": "auth", "key": "key", "secret": "secret"}


class Sockets:
    def __init__(self, url: str, stack: ExitStack) -> None:
        self.url = url
        self._stack = stack

    def open(self, path: str) -> ClientConnection:
        # Compressed frames would hardly ever fill a socket; alpaca-py, below, does ask for compression.
        return self._stack.enter_context(connect(self.url + path, proxy=None, compression=None))

    def data(self, *symbols: str, path: str = "/v2/iex") -> ClientConnection:
        """Return a data connection that listens to these bars."""
        socket = self.open(path)
        assert tell(socket) == [{"T": "success", "msg": "connected"}]
        say(socket, AUTH)
        assert tell(socket) == [{"T": "success", "msg": "authenticated"}]
        if symbols:
            say(socket, {"action": "subscribe", "bars": list(symbols)})
            assert tell(socket)[0]["bars"] == sorted(symbols)
        return socket

    def orders(self) -> ClientConnection:
        """Return a trade-updates connection that listens."""
        socket = self.open("/stream")
        socket.send(json.dumps({"action": "authenticate", "data": {"key_id": "key", "secret_key": "secret"}}))
        assert heard(socket)["data"]["status"] == "authorized"
        socket.send(json.dumps({"action": "listen", "data": {"streams": ["trade_updates"]}}))
        assert heard(socket) == {"stream": "listening", "data": {"streams": ["trade_updates"]}}
        return socket


def say(socket: ClientConnection, message: object) -> None:
    socket.send(msgpack.packb(message))


def tell(socket: ClientConnection) -> list[dict[str, Any]]:
    frame = socket.recv(WAIT)
    assert isinstance(frame, bytes)
    messages = msgpack.unpackb(frame)
    assert all(next(iter(message)) == "T" for message in messages)
    return messages


def heard(socket: ClientConnection) -> dict[str, Any]:
    frame = socket.recv(WAIT)
    assert isinstance(frame, bytes)
    return json.loads(frame)


def until(is_so: Callable[[], bool]) -> None:
    """Wait for what another thread brings about."""
    deadline, pause = time.monotonic() + WAIT, threading.Event()
    while not is_so():
        assert time.monotonic() < deadline, "it never came to be"
        pause.wait(0.01)


def error(code: int, text: str) -> list[dict[str, Any]]:
    return [{"T": "error", "code": code, "msg": text}]


class Recorded:
    """Whatever a stream's handler is given."""

    def __init__(self) -> None:
        self.queue: queue.Queue[Any] = queue.Queue()

    async def take(self, message: Any) -> None:
        self.queue.put(message)

    def next(self) -> Any:
        return self.queue.get(timeout=WAIT)


class SubscriptionLog(logging.Handler):
    """Tell when alpaca-py logs that a subscription was acknowledged."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.is_subscribed = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        if "subscribed to" in record.getMessage():
            self.is_subscribed.set()


class FaultPort:
    def __init__(self, base_url: str) -> None:
        self.url = f"{base_url}/control/faults"

    def plant(self, on: str, kind: str, **more: Any) -> int:
        response = self.post({"on": on, "kind": kind} | more)
        assert response.status_code == 200, response.text
        return response.json()["id"]

    def post(self, body: Any) -> requests.Response:
        return requests.post(self.url, json=body, headers=HEADERS, timeout=20)

    def hits(self) -> list[int]:
        return [each["hits"] for each in requests.get(self.url, headers=HEADERS, timeout=20).json()]

    def clear(self) -> None:
        assert requests.delete(self.url, headers=HEADERS, timeout=20).status_code == 204
