"""One client of a data stream: its spelling, its authentication, its subscriptions.

Frames are text with JSON when the upgrade asks for `Content-Type: application/json`, otherwise binary MessagePack;
every message of the server is an array. Keys come in the first message or in the headers of the upgrade.

Thread: messages on the connection's request thread, `tell` on the exchange's.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import Protocol

import msgpack

from orchestra.paper_exchange.wire.market_shapes import packed, written
from orchestra.paper_exchange.wire.shapes import Json
from orchestra.paper_exchange.wire.sockets.connection import Connection, Frame
from orchestra.paper_exchange.wire.sockets.subscriptions import Subscriptions

# A frame stays far below the megabyte at which clients stop reading.
LARGEST_ARRAY = 2000
ERRORS = {
    400: "invalid syntax",
    401: "not authenticated",
    402: "auth failed",
    403: "already authenticated",
    404: "auth timeout",
    405: "symbol limit exceeded",
    406: "connection limit exceeded",
    407: "slow client",
    409: "insufficient subscription",
    410: "invalid subscribe action for this feed",
}
ENDS_THE_CONNECTION = {406, 409}


class Doorkeeper(Protocol):
    """Who lets clients in."""

    def admit(self, client: "DataClient", key: str, secret: str) -> int | None:
        """Let the client in, or return the number of the error."""


class DataClient:
    """A connection that may listen once it is authenticated."""

    def __init__(
        self, connection: Connection, doorkeeper: Doorkeeper, *, is_json: bool, subscriptions: Subscriptions
    ) -> None:
        self.connection = connection
        self.subscriptions = subscriptions
        self.is_authenticated = False
        self._doorkeeper = doorkeeper
        self._is_json = is_json

    def greet(self, keys: tuple[str, str] | None) -> None:
        """Say that the connection stands; keys that came with the upgrade are checked unasked."""
        self.tell([{"T": "success", "msg": "connected"}])
        if keys:
            self._authenticate(*keys)

    def on_message(self, frame: Frame) -> None:
        """Act on one message of the client."""
        message = self._decoded(frame)
        action = message.get("action") if message else None
        if message and action == "auth":
            self._authenticate(str(message.get("key")), str(message.get("secret")))
        elif not self.is_authenticated:
            self.refuse(401)
        elif message and action in {"subscribe", "unsubscribe"}:
            error = self.subscriptions.change(message, is_adding=action == "subscribe")
            self.tell([_error(error) if error else self.subscriptions.state()])
        else:
            self.refuse(400)

    def tell(self, messages: Sequence[Json]) -> bool:
        """Queue messages; return False when the client reads too slowly or is gone."""
        starts = range(0, len(messages), LARGEST_ARRAY)
        return all(self.connection.send(self._spelled(messages[at : at + LARGEST_ARRAY])) for at in starts)

    def refuse(self, code: int) -> None:
        """Answer with an error."""
        self.tell([_error(code)])

    def dismiss(self, code: int) -> None:
        """Close with an error as the last word."""
        self.connection.close(self._spelled([_error(code)]))

    def _authenticate(self, key: str, secret: str) -> None:
        if self.is_authenticated:
            self.refuse(403)
            return
        error = self._doorkeeper.admit(self, key, secret)
        if error in ENDS_THE_CONNECTION:
            self.dismiss(error)
        elif error:
            self.refuse(error)

    def welcome(self) -> None:
        """Say that the client is in; from here on it may be told of anything it asks for."""
        self.is_authenticated = True
        self.tell([{"T": "success", "msg": "authenticated"}])

    def _spelled(self, messages: Sequence[Json]) -> Frame:
        return written(messages) if self._is_json else packed(messages)

    def _decoded(self, frame: Frame) -> Mapping[str, object] | None:
        try:
            if self._is_json:
                message = json.loads(frame)
            else:
                message = msgpack.unpackb(frame) if isinstance(frame, bytes) else None
        except (ValueError, RecursionError, msgpack.UnpackException):
            return None
        return message if isinstance(message, dict) else None


def is_json_asked(environ: Mapping[str, object]) -> bool:
    """Tell whether an upgrade asks for text frames."""
    return str(environ.get("CONTENT_TYPE", "")).partition(";")[0].strip().lower() == "application/json"


def keys_of(environ: Mapping[str, object]) -> tuple[str, str] | None:
    """Return the key and secret in the headers of an upgrade, None without them."""
    key, secret = environ.get("HTTP_APCA_API_KEY_ID"), environ.get("HTTP_APCA_API_SECRET_KEY")
    if key is not None or secret is not None:
        return str(key or ""), str(secret or "")
    scheme, _, text = str(environ.get("HTTP_AUTHORIZATION", "")).partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        given_key, _, given_secret = base64.b64decode(text).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return given_key, given_secret


def _error(code: int) -> Json:
    return {"T": "error", "code": code, "msg": ERRORS[code]}
