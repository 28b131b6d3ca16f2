"""Alpaca's trade-updates WebSocket: JSON objects in binary frames, as the paper host sends them.

Thread: messages of a client on its request thread, `send_update` on the exchange's.
"""

import json
import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus

from orchestra.paper_exchange.book.orders import OrderUpdate
from orchestra.paper_exchange.wire.faults.board import FaultBoard
from orchestra.paper_exchange.wire.faults.fault import FaultKind, FaultTarget
from orchestra.paper_exchange.wire.faults.stream_faults import Message, StreamFaults, cut
from orchestra.paper_exchange.wire.shapes import Json, update_json
from orchestra.paper_exchange.wire.sockets.connection import Connection, Frame, HandshakeRefused

TRADE_UPDATES = "trade_updates"


class TradeClient:
    """One connection, its authorization, and whether it listens."""

    def __init__(self, connection: Connection, is_known: Callable[[str, str], bool]) -> None:
        self.connection = connection
        self.is_listening = False
        self._is_authorized = False
        self._is_known = is_known

    def on_message(self, frame: Frame) -> None:
        """Act on one message of the client; what cannot be understood is an unauthorized request."""
        message = _decoded(frame)
        action = str(message.get("action"))
        if action in {"authenticate", "auth"}:
            self._authenticate(message, action)
        elif action == "listen" and self._is_authorized:
            self._listen(message)
        else:
            self._authorization("unauthorized", action)

    def send(self, message: Json) -> bool:
        """Queue one message; return False when the client reads too slowly or is gone."""
        return self.connection.send(json.dumps(message).encode())

    def _authenticate(self, message: Mapping[str, object], action: str) -> None:
        """Accept both spellings: keys inside `data`, or beside the action."""
        data = message.get("data")
        keys = data if isinstance(data, dict) else message
        key, secret = keys.get("key_id", keys.get("key")), keys.get("secret_key", keys.get("secret"))
        self._is_authorized = self._is_known(str(key), str(secret))
        self._authorization("authorized" if self._is_authorized else "unauthorized", action)

    def _authorization(self, status: str, action: str) -> None:
        self.send({"stream": "authorization", "data": {"status": status, "action": action}})

    def _listen(self, message: Mapping[str, object]) -> None:
        """Replace the set of streams; those that do not exist are left out of the answer."""
        data = message.get("data")
        streams = data.get("streams") if isinstance(data, dict) else None
        self.is_listening = isinstance(streams, list) and TRADE_UPDATES in streams
        listening = [TRADE_UPDATES] if self.is_listening else []
        self.send({"stream": "listening", "data": {"streams": listening}})


class TradeStream:
    """Every trade-updates connection of the account."""

    def __init__(self, is_known: Callable[[str, str], bool], board: FaultBoard) -> None:
        self._is_known = is_known
        self._board = board
        self._faults = StreamFaults(board, FaultTarget.ORDERS)
        self._lock = threading.Lock()
        self._clients: set[TradeClient] = set()

    def serve(self, environ: dict[str, object]) -> None:
        """Serve one connection until it ends. Raises HandshakeRefused when it gets none."""
        if self._board.take_at_connecting(FaultTarget.ORDERS, FaultKind.REFUSE_429):
            raise HandshakeRefused("too many requests", HTTPStatus.TOO_MANY_REQUESTS)
        client = TradeClient(Connection(environ), self._is_known)
        with self._lock:
            self._clients.add(client)
        try:
            client.connection.run(client.on_message)
        finally:
            with self._lock:
                self._clients.discard(client)

    def send_update(self, update: OrderUpdate) -> None:
        """Queue one order event for everybody who listens; whoever reads too slowly is closed."""
        with self._lock:
            listeners = [client for client in self._clients if client.is_listening]
        if not listeners:
            return
        message = Message(TRADE_UPDATES, update.order.symbol, {"stream": TRADE_UPDATES, "data": update_json(update)})
        bent = self._faults.bend([message])
        for client in listeners:
            if not all(client.send(each.body) for each in bent.messages):
                client.connection.close()
            if bent.cut:
                cut(client.connection, bent.cut)

    def heal(self) -> None:
        """Let mute and half-open connections speak again."""
        with self._lock:
            clients = list(self._clients)
        for client in clients:
            client.connection.heal()

    def close(self) -> None:
        """End every connection, politely where the client still reads."""
        with self._lock:
            clients = list(self._clients)
        for client in clients:
            client.connection.close()
        for client in clients:
            client.connection.wait_closed()


def _decoded(frame: Frame) -> Mapping[str, object]:
    try:
        message = json.loads(frame)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}
