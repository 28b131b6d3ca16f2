"""Alpaca's wire as it is: statuses, headers and bodies of REST, frames of the order stream, nothing translated."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

TIMEOUT = (5, 20)
PAUSE_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 20.0
# Far below 200 requests a minute, so that a program that trades the account beside this one is not slowed down.
LEAST_SECONDS_BETWEEN = 0.05


@dataclass(frozen=True, slots=True)
class Access:
    """Keys and hosts."""

    key: str
    secret: str
    trading: str
    data: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: its status, headers in lower case, and body, JSON or text."""

    status: int
    headers: dict[str, str]
    body: Any

    @property
    def code(self) -> int | None:
        return self.body.get("code") if isinstance(self.body, dict) else None

    @property
    def message(self) -> str:
        return str(self.body.get("message", self.body)) if isinstance(self.body, dict) else str(self.body)

    def __str__(self) -> str:
        if self.status >= 400:
            return f"{self.status} {json.dumps(self.body) if isinstance(self.body, dict) else self.body}"
        return str(self.status)


class Rest:
    """The REST side of one account."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers.update({"APCA-API-KEY-ID": access.key, "APCA-API-SECRET-KEY": access.secret})

    def ask(self, method: str, path: str, **options: Any) -> Answer:
        """Ask the trading host."""
        return self._send(method, self._access.trading + path, **options)

    def latest_price(self, symbol: str) -> float | None:
        """Return the close of the newest minute bar."""
        answer = self._send("GET", f"{self._access.data}/v2/stocks/{symbol}/bars/latest", params={"feed": "iex"})
        try:
            return float(answer.body["bar"]["c"])
        except (KeyError, TypeError, ValueError):
            return None

    def place(self, number: str, symbol: str, **terms: Any) -> Answer:
        """Place an order of one share, unless the terms say otherwise."""
        order = {"symbol": symbol, "qty": "1", "side": "buy", "time_in_force": "day", "client_order_id": number}
        return self.ask("POST", "/v2/orders", json=order | terms)

    def order(self, number: str) -> Answer:
        """Return the order with our id."""
        return self.ask("GET", "/v2/orders:by_client_order_id", params={"client_order_id": number})

    def cancel(self, answer: Answer) -> Answer:
        """Cancel the order that an answer told of."""
        return self.ask("DELETE", f"/v2/orders/{answer.body['id']}")

    def wait_for(self, number: str, *statuses: str) -> str:
        """Return the order's status as soon as it is one of these, or what it is after a while."""
        status = ""

        def is_there() -> bool:
            nonlocal status
            answer = self.order(number)
            status = str(answer.body.get("status")) if answer.status == 200 else str(answer)
            return status in statuses

        wait_until(is_there)
        return status

    def _send(self, method: str, url: str, **options: Any) -> Answer:
        time.sleep(LEAST_SECONDS_BETWEEN)
        response = self._session.request(method, url, timeout=TIMEOUT, **options)
        try:
            body = response.json()
        except ValueError:
            body = response.text[:300]
        return Answer(response.status_code, {name.lower(): value for name, value in response.headers.items()}, body)


class OrderStream:
    """The order stream of one account: every frame is kept, with what kind of frame it was."""

    def __init__(self, access: Access) -> None:
        self.frames: list[dict[str, Any]] = []
        self.kinds: set[str] = set()
        self._socket: ClientConnection = connect(
            "ws" + access.trading.removeprefix("http") + "/stream", proxy=None, open_timeout=LONGEST_WAIT_SECONDS
        )
        keys = {"key_id": access.key, "secret_key": access.secret}
        self._say({"action": "authenticate", "data": keys})
        self._hear()
        self._say({"action": "listen", "data": {"streams": ["trade_updates"]}})
        self._hear()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def events(self, number: str) -> list[dict[str, Any]]:
        """Return what was told of the order with our id, in the order in which it came."""
        updates = [frame["data"] for frame in list(self.frames) if frame.get("stream") == "trade_updates"]
        return [update for update in updates if update.get("order", {}).get("client_order_id") == number]

    def wait_for(self, number: str, event: str) -> list[str]:
        """Return the names of the events of an order, as soon as one is this, or what has come after a while."""
        wait_until(lambda: event in [update.get("event") for update in self.events(number)])
        return [str(update.get("event")) for update in self.events(number)]

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()
        self._thread.join(LONGEST_WAIT_SECONDS)

    def _say(self, message: dict[str, Any]) -> None:
        self._socket.send(json.dumps(message))

    def _hear(self) -> None:
        frame = self._socket.recv(LONGEST_WAIT_SECONDS)
        self.kinds.add("binary" if isinstance(frame, bytes) else "text")
        self.frames.append(json.loads(frame))

    def _listen(self) -> None:
        while True:
            try:
                frame = self._socket.recv()
            except ConnectionClosed:
                return
            self.kinds.add("binary" if isinstance(frame, bytes) else "text")
            self.frames.append(json.loads(frame))


def wait_until(is_true: Callable[[], bool]) -> None:
    """Wait until something is true, but not for ever."""
    ends_at = time.monotonic() + LONGEST_WAIT_SECONDS
    while not is_true() and time.monotonic() < ends_at:
        time.sleep(PAUSE_SECONDS)
