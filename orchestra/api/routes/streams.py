"""The raw WebSockets: /ws, /ws/signals, /ws/trades, /stream/events (protocol.py says what goes over them).

In: upgrades. Out: sockets that the hub serves. Thread: the connection's. Who asks is judged before the upgrade, like
any read, so that a stranger gets an HTTP answer and no thread of ours; 4401 is for sessions and keys that end later.
"""

from collections.abc import Callable
from socket import SO_SNDBUF, SOL_SOCKET
from typing import Any

from flask import Blueprint, Response, request

from orchestra.api.answers import Refused
from orchestra.api.api_context import ApiContext, reader, session
from orchestra.api.auth.own_origin import may_open_stream
from orchestra.api.auth.readers.reader_keys import Reader
from orchestra.api.protocol import STREAMS
from orchestra.api.streams.event_hub import EventHub
from orchestra.api.streams.log_reader import LogReader
from orchestra.api.streams.selection import EVERYTHING, SIGNALS, TRADES, Selection
from orchestra.api.streams.stream_socket import StreamSocket
from orchestra.api.wire.web_socket import BoundedWebSocket

LONGEST_ID = 18
SESSION, KEY = "session", "key"
# Frames that are made once cannot be compressed for each socket anew.
# What the kernel keeps for whoever does not read comes on top of the queue.
MOST_IN_KERNEL = 64 * 1024
COMPRESSION = "HTTP_SEC_WEBSOCKET_EXTENSIONS"


class SocketAnswer(Response):
    """An answer that is a WebSocket: the server sends nothing after it."""

    def __init__(self, serve: Callable[[BoundedWebSocket], None]) -> None:
        super().__init__()
        self._serve = serve

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Shake hands and serve until the end, which the server is told as a ConnectionError."""
        plain = {name: value for name, value in environ.items() if name != COMPRESSION}
        environ["werkzeug.socket"].setsockopt(SOL_SOCKET, SO_SNDBUF, MOST_IN_KERNEL)
        return BoundedWebSocket(self._serve, None)(plain, start_response)


def hub_of(context: ApiContext) -> EventHub:
    """Return the hub of the streams; a session that ends, or a key that is revoked, takes its streams along."""
    parts = context.parts

    def is_live(principal: str) -> bool:
        kind, _, id_ = principal.partition(" ")
        return context.sessions.is_live(id_) if kind == SESSION else context.reader_keys.is_live(Reader(id_))

    hub = EventHub(LogReader(parts.system), parts.board, parts.clock, is_live=is_live)
    context.sessions.on_end(lambda session_id: hub.drop(f"{SESSION} {session_id or ''}"))
    context.reader_keys.on_end(lambda key_id: hub.drop(f"{KEY} {key_id}"))
    return hub


def routes(context: ApiContext, hub: EventHub) -> Blueprint:
    """Return the streams."""
    blueprint = Blueprint("streams", __name__)

    def events() -> SocketAnswer:
        return _stream(context, hub, EVERYTHING)

    def signals() -> SocketAnswer:
        return _stream(context, hub, SIGNALS)

    def trades() -> SocketAnswer:
        return _stream(context, hub, TRADES)

    for view in (events, signals, trades):
        for path in STREAMS[view.__name__]:
            # A rule is for upgrades or for everything else, which is told what this address is.
            for is_upgrade in (True, False):
                blueprint.add_url_rule(path, view_func=view, methods=["GET"], websocket=is_upgrade)
    return blueprint


def _stream(context: ApiContext, hub: EventHub, prefixes: tuple[str, ...]) -> SocketAnswer:
    _require_room(context, hub)
    after = _after()
    selection = Selection(prefixes, has_bars=request.args.get("bars") == "1")
    principal = _principal()

    def serve(web_socket: BoundedWebSocket) -> None:
        socket = StreamSocket(web_socket, selection, principal=principal, clock=context.parts.clock)
        hub.serve(socket, after=after)

    return SocketAnswer(serve)


def _require_room(context: ApiContext, hub: EventHub) -> None:
    if request.headers.get("Upgrade", "").lower() != "websocket":
        raise Refused(426, "This address is a WebSocket: connect to it with ws://, not http://.")
    if not may_open_stream(request.environ, context.parts.readers.origins, has_key=reader() is not None):
        raise Refused(403, "A stream is opened by AutoTrader's own page, or by a program that sends a key.")
    if hub.count >= context.limits.streams:
        raise Refused(503, "Too many streams are open: close one.")


def _after() -> int | None:
    text = request.args.get("after")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_ID):
        raise Refused(400, "after: the id of the last event you have, a whole number.")
    return int(text)


def _principal() -> str:
    """Return whose stream it is: a session's, or a program's with a key."""
    if found := reader():
        return f"{KEY} {found.id}"
    owner = session()
    return f"{SESSION} {owner.id if owner else ''}"
