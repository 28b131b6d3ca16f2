"""Alpaca's market-data WebSocket: one feed, its clients, and what they are told each minute.

Thread: messages of a client on its request thread, `send` on the exchange's.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus

from orchestra.paper_exchange.wire.faults.board import FaultBoard
from orchestra.paper_exchange.wire.faults.fault import FaultKind, FaultTarget
from orchestra.paper_exchange.wire.faults.stream_faults import Message, StreamFaults, cut
from orchestra.paper_exchange.wire.sockets.connection import Connection, HandshakeRefused
from orchestra.paper_exchange.wire.sockets.data_client import DataClient, is_json_asked, keys_of
from orchestra.paper_exchange.wire.sockets.subscriptions import CHANNELS, EVERYTHING, Subscriptions

AUTH_SECONDS = 10
SLOW_CLIENT, AUTH_TIMEOUT = 407, 404
BARS = "bars"

News = Callable[[Subscriptions], Iterable[Message]]


@dataclass(frozen=True, slots=True)
class FeedTerms:
    """What a feed offers. is_in_plan: False answers every login with 409, as Alpaca does for a feed not paid for."""

    channels: tuple[str, ...] = CHANNELS
    symbol_limit: int | None = None
    is_in_plan: bool = True


class DataStream:
    """Every data connection of one feed; at most one is authenticated, as Alpaca allows. Satisfies Doorkeeper."""

    def __init__(self, is_known: Callable[[str, str], bool], board: FaultBoard, terms: FeedTerms) -> None:
        self._is_known = is_known
        self._board = board
        self._terms = terms
        self._faults = StreamFaults(board, FaultTarget.DATA)
        self._lock = threading.Lock()
        self._clients: set[DataClient] = set()
        self._admitted: DataClient | None = None

    def serve(self, environ: dict[str, object]) -> None:
        """Serve one connection until it ends. Raises HandshakeRefused when it gets none."""
        if self._board.take_at_connecting(FaultTarget.DATA, FaultKind.REFUSE_429):
            raise HandshakeRefused("too many requests", HTTPStatus.TOO_MANY_REQUESTS)
        subscriptions = Subscriptions(self._terms.channels, self._terms.symbol_limit)
        client = DataClient(Connection(environ), self, is_json=is_json_asked(environ), subscriptions=subscriptions)
        timer = threading.Timer(AUTH_SECONDS, self._time_out, (client,))
        timer.daemon = True
        timer.start()
        with self._lock:
            self._clients.add(client)
        try:
            client.greet(keys_of(environ))
            client.connection.run(client.on_message)
        finally:
            timer.cancel()
            self._leave(client)

    def admit(self, client: DataClient, key: str, secret: str) -> int | None:
        """Give the feed's one place to a client with the right keys, if it is free; else return the error."""
        refusal = self._board.take_at_connecting(FaultTarget.DATA, FaultKind.REFUSE_402, FaultKind.REFUSE_406)
        if refusal is FaultKind.REFUSE_402 or not self._is_known(key, secret):
            return 402
        if not self._terms.is_in_plan:
            return 409
        with self._lock:
            is_taken = self._admitted is not None and not self._admitted.connection.is_closing
            if is_taken or refusal is FaultKind.REFUSE_406:
                return 406
            self._admitted = client
            client.welcome()
        return None

    def wanted(self) -> frozenset[str] | None:
        """Return the symbols the client listens to; None for every listed one."""
        with self._lock:
            client = self._admitted
        symbols = client.subscriptions.symbols() if client else frozenset[str]()
        return None if EVERYTHING in symbols else symbols

    def send(self, minute: int, news: News) -> frozenset[str]:
        """Tell the client what it wants of the news of a minute; return the symbols whose bars went out.

        A planted fault may lose them on the way: the answer says what was promised, not what arrives.
        """
        with self._lock:
            client = self._admitted
        if client is None:
            return frozenset()
        wants = client.subscriptions.wants
        messages = list(news(client.subscriptions))
        bent = self._faults.bend(messages, minute)
        told = [message.body for message in bent.messages if wants(message.channel, message.symbol)]
        if told and not client.tell(told):
            client.dismiss(SLOW_CLIENT)
            return frozenset()
        if bent.cut:
            cut(client.connection, bent.cut)
        return frozenset(message.symbol for message in messages if message.channel == BARS)

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

    def _leave(self, client: DataClient) -> None:
        with self._lock:
            self._clients.discard(client)
            if self._admitted is client:
                self._admitted = None

    def _time_out(self, client: DataClient) -> None:
        if not client.is_authenticated:
            client.dismiss(AUTH_TIMEOUT)
