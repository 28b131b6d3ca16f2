"""Alpaca's market-data WebSocket: binary msgpack arrays, subscriptions by channel, minute bars as they close.

Thread: messages of a client on its request thread, `send_bars` on the exchange's.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgpack

from database.bar import Bar
from orchestra.paper_exchange.wire.shapes import Json, bar_numbers
from orchestra.paper_exchange.wire.sockets.connection import Connection, Frame

CHANNELS = ("trades", "quotes", "bars", "updatedBars", "dailyBars", "statuses", "lulds")
FOLLOW_TRADES = ("corrections", "cancelErrors")
EVERYTHING = "*"
AUTH_SECONDS = 10

ERRORS = {
    400: "invalid syntax",
    401: "not authenticated",
    402: "auth failed",
    403: "already authenticated",
    404: "auth timeout",
    406: "connection limit exceeded",
    407: "slow client",
}


class DataClient:
    """One connection and what it listens to."""

    def __init__(self, connection: Connection, hub: "DataStream") -> None:
        self.connection = connection
        self.is_authenticated = False
        self._hub = hub
        self._channels: dict[str, set[str]] = {channel: set() for channel in CHANNELS}

    def wants(self, symbol: str) -> bool:
        """Tell whether the client listens to the minute bars of a symbol."""
        bars = self._channels["bars"]
        return symbol in bars or EVERYTHING in bars

    def symbols(self) -> frozenset[str] | None:
        """Return the symbols of all its channels; None when one of them is the wildcard."""
        named = frozenset().union(*self._channels.values())
        return None if EVERYTHING in named else named

    def on_message(self, frame: Frame) -> None:
        """Act on one message of the client."""
        message = _decoded(frame)
        action = message.get("action") if message else None
        if message and action == "auth":
            self._authenticate(message)
        elif not self.is_authenticated:
            self._error(401)
        elif message and action in {"subscribe", "unsubscribe"}:
            self._change(message, is_adding=action == "subscribe")
        else:
            self._error(400)

    def _authenticate(self, message: Mapping[str, object]) -> None:
        if self.is_authenticated:
            self._error(403)
        elif not self._hub.is_known(str(message.get("key")), str(message.get("secret"))):
            self._error(402)
        elif not self._hub.admit(self):
            self.connection.close(_packed([_error(406)]))
        else:
            self.connection.send(_packed([{"T": "success", "msg": "authenticated"}]))

    def _change(self, message: Mapping[str, object], *, is_adding: bool) -> None:
        """Add or remove all or, when any part is malformed, nothing; answer with the complete state."""
        named = {channel: message.get(channel) or [] for channel in CHANNELS}
        if not all(_is_symbol_list(symbols) for symbols in named.values()):
            self._error(400)
            return
        changed = {
            channel: self._channels[channel].union(symbols)
            if is_adding
            else self._channels[channel].difference(symbols)
            for channel, symbols in named.items()
            if isinstance(symbols, list)
        }
        self._channels = changed
        state: Json = {"T": "subscription", **{channel: sorted(symbols) for channel, symbols in changed.items()}}
        state |= {channel: sorted(changed["trades"]) for channel in FOLLOW_TRADES}
        self.connection.send(_packed([state]))

    def _error(self, code: int) -> None:
        self.connection.send(_packed([_error(code)]))


class DataStream:
    """Every data connection of one feed; at most one is authenticated, as Alpaca allows."""

    def __init__(self, is_known: Callable[[str, str], bool]) -> None:
        self.is_known = is_known
        self._lock = threading.Lock()
        self._clients: set[DataClient] = set()
        self._admitted: DataClient | None = None

    def serve(self, environ: dict[str, object]) -> None:
        """Serve one connection until it ends."""
        client = DataClient(Connection(environ), self)
        timer = threading.Timer(AUTH_SECONDS, self._time_out, (client,))
        timer.daemon = True
        timer.start()
        with self._lock:
            self._clients.add(client)
        try:
            client.connection.send(_packed([{"T": "success", "msg": "connected"}]))
            client.connection.run(client.on_message)
        finally:
            timer.cancel()
            self._leave(client)

    def admit(self, client: DataClient) -> bool:
        """Give the feed's one place to the client, if it is free."""
        with self._lock:
            if self._admitted is not None and not self._admitted.connection.is_closing:
                return False
            self._admitted = client
            client.is_authenticated = True
            return True

    def wanted(self) -> frozenset[str] | None:
        """Return the symbols that the client listens to; None when it listens to all."""
        with self._lock:
            client = self._admitted
        return client.symbols() if client else frozenset()

    def send_bars(self, bars: Sequence[Bar]) -> frozenset[str]:
        """Queue one array of bars for the client that wants them; return the symbols that went out."""
        with self._lock:
            client = self._admitted
        wanted = [bar for bar in bars if client and client.wants(bar.symbol)]
        if client is None or not wanted:
            return frozenset()
        if client.connection.send(_packed(_bar_message(bar) for bar in wanted)):
            return frozenset(bar.symbol for bar in wanted)
        client.connection.close(_packed([_error(407)]))
        return frozenset()

    def close(self) -> None:
        """End every connection, politely where the client still reads."""
        with self._lock:
            clients = list(self._clients)
        for client in clients:
            client.connection.close()
        for client in clients:
            client.connection.wait_closed()

    def _leave(self, client: DataClient) -> None:
        with self._lock:
            self._clients.discard(client)
            if self._admitted is client:
                self._admitted = None

    def _time_out(self, client: DataClient) -> None:
        if not client.is_authenticated:
            client.connection.close(_packed([_error(404)]))


def _packed(messages: Iterable[Json]) -> bytes:
    return bytes(msgpack.packb(list(messages)))


def _error(code: int) -> Json:
    return {"T": "error", "code": code, "msg": ERRORS[code]}


def _bar_message(bar: Bar) -> Json:
    return {"T": "b", "S": bar.symbol, **bar_numbers(bar), "t": msgpack.Timestamp(bar.ts)}


def _decoded(frame: Frame) -> Mapping[str, object] | None:
    try:
        message = msgpack.unpackb(frame) if isinstance(frame, bytes) else None
    except (ValueError, msgpack.UnpackException):
        return None
    return message if isinstance(message, dict) else None


def _is_symbol_list(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(symbol, str) and symbol for symbol in value)
