"""The Socket.IO side of the feed: sockets carry reads only, acts go through REST.

In: sockets that passed the gate. Out: their places in the live feed. Thread: one or two for each socket, and a sweep.
The session of a socket is looked at again with each of its messages and every 30 s; a session that ends takes its
sockets along.
"""

import logging
import threading
from collections.abc import Sequence
from typing import Any

from flask import Flask, request
from flask_socketio import SocketIO

from orchestra.api.auth.own_origin import is_own_origin
from orchestra.api.auth.sessions import Sessions
from orchestra.api.auth.watchers import Watchers
from orchestra.api.feed.live_feed import LiveFeed
from orchestra.api.protocol import RESYNC
from orchestra.api.wire.gate import SESSION_KEY
from orchestra.api.wire.web_socket import BoundedWebSocket

log = logging.getLogger(__name__)

# What the library says about every packet and every odd client is of no use to the owner. Not a name of ours:
# those get their level back after each turn of a strategy.
quiet = logging.getLogger("socketio.of-autotrader")
quiet.setLevel(logging.CRITICAL)

PING_SECONDS = 5
SWEEP_SECONDS = 30.0
LARGEST_MESSAGE = 64 * 1024


class Sockets:
    """Own the Socket.IO server of an app."""

    def __init__(self, app: Flask, sessions: Sessions, watchers: Watchers) -> None:
        self._watchers = watchers
        self._stop = threading.Event()
        self.socketio = SocketIO(
            app,
            # Named, because a library that happens to be installed would change the server otherwise.
            async_mode="threading",
            async_handlers=False,
            always_connect=True,
            manage_session=False,
            cors_allowed_origins=is_own_origin,
            ping_interval=PING_SECONDS,
            ping_timeout=PING_SECONDS,
            max_http_buffer_size=LARGEST_MESSAGE,
            logger=quiet,
            engineio_logger=quiet,
        )
        self._engine = self.socketio.server.eio
        self._engine._async = {**self._engine._async, "websocket": BoundedWebSocket}  # noqa: SLF001 - no option for it
        sessions.on_end(self.drop)

    def serve(self, feed: LiveFeed) -> None:
        """Give every socket its place in the feed."""

        def on_resync(*_anything: object) -> None:
            session_id = str(request.environ.get(SESSION_KEY))
            if self._watchers.goes_on(session_id):
                feed.join(_screen())
            else:
                self.drop(session_id)

        self.socketio.on_event("connect", lambda *_: feed.join(_screen()))
        self.socketio.on_event("disconnect", lambda *_: feed.leave(_screen()))
        self.socketio.on_event(RESYNC, on_resync)

    @property
    def count(self) -> int:
        """Return how many sockets are open, whether or not they have said anything yet."""
        return sum(not socket.closed for socket in list(self._engine.sockets.values()))

    def send(self, name: str, body: dict[str, Any], screens: Sequence[str]) -> None:
        """Queue an event for these screens."""
        if screens:
            self.socketio.emit(name, body, to=list(screens))

    def waiting(self, screen: str) -> int:
        """Return how many packets that screen has not taken yet."""
        identifier = self.socketio.server.manager.eio_sid_from_sid(screen, "/")
        socket = self._engine.sockets.get(identifier)
        return int(socket.queue.qsize()) if socket else 0

    def drop(self, session_id: str | None) -> None:
        """Close the sockets of a session; None: of every session."""
        for identifier, environ in list(self.socketio.server.environ.items()):
            socket = self._engine.sockets.get(identifier)
            if socket is not None and session_id in (None, environ.get(SESSION_KEY)):
                # Not `disconnect`: that waits until the other side has read everything, which it may never do.
                socket.close(wait=False, reason=self._engine.reason.SERVER_DISCONNECT)

    def sweep(self) -> None:
        """Close the sockets whose session has run out."""
        living: dict[object, bool] = {}
        for environ in list(self.socketio.server.environ.values()):
            session_id = environ.get(SESSION_KEY)
            if session_id not in living:
                living[session_id] = self._watchers.goes_on(str(session_id))
        for session_id, is_live in living.items():
            if not is_live:
                self.drop(str(session_id))

    def run(self) -> None:
        """Sweep every 30 s until `stop`; the thread of the sweep."""
        while not self._stop.wait(SWEEP_SECONDS):
            try:
                self.sweep()
            except Exception:
                log.exception("Looking through the sockets failed; they are looked through again.")

    def stop(self) -> None:
        """End the sweep and say goodbye to every socket."""
        self._stop.set()
        self.drop(None)


def _screen() -> str:
    return str(request.sid)  # type: ignore[attr-defined]  # added by Flask-SocketIO
