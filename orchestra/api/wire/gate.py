"""The gate in front of everything: known Host, own page, a session before any socket (reliability.md 4.4, 4.5).

In: every WSGI request. Out: the app, or a refusal; security headers on every answer. Thread: the connection's.
A peer that opens a transport and never says hello would never meet a Socket.IO handler, so sockets are judged here.
"""

import json
import logging
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from werkzeug.http import parse_cookie

from database.errors import StorageError
from orchestra.api.api_parts import ApiLimits, ApiParts
from orchestra.api.auth.cookies import SESSION_COOKIE
from orchestra.api.auth.own_origin import is_known_host, may_open_socket
from orchestra.api.auth.peer import Peer, is_near, peer_of
from orchestra.api.auth.watchers import Watchers
from orchestra.api.wire.security_headers import DOCUMENT_POLICY, NO_STORE, SECURITY_HEADERS, content_policy
from orchestra.api.wire.token_bucket import TokenBuckets

log = logging.getLogger(__name__)

SOCKET_PATH = "/socket.io"
PEER_KEY = "autotrader.peer"
SESSION_KEY = "autotrader.session"
REPLACED = frozenset({"server", *(name.lower() for name, _ in SECURITY_HEADERS), "content-security-policy"})

Environ = dict[str, Any]
WsgiApp = Callable[[Environ, Any], Iterable[bytes]]
Refusal = tuple[str, str]


class Gate:
    """A WSGI app around the app. count_sockets: how many sockets are open."""

    def __init__(
        self, app: WsgiApp, parts: ApiParts, watchers: Watchers, *, limits: ApiLimits, count_sockets: Callable[[], int]
    ) -> None:
        self._app = app
        self._hostnames = parts.hostnames
        self._is_lan = parts.is_lan
        self._clock = parts.clock
        self._watchers = watchers
        self._limits = limits
        self._count_sockets = count_sockets
        self._handshakes = TokenBuckets(burst=limits.handshake_burst, per_second=1)
        self._all_handshakes = TokenBuckets(burst=2 * limits.handshake_burst, per_second=5)

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Let a request through, or refuse it."""
        environ[PEER_KEY] = peer = peer_of(environ)
        is_known = is_known_host(environ, self._hostnames, is_lan=self._is_lan)
        is_socket = environ["PATH_INFO"].startswith(SOCKET_PATH)
        start = _with_headers(start_response, environ["HTTP_HOST"] if is_known else "", is_socket=is_socket)
        if not is_known:
            return _refuse(
                start,
                ("403 Forbidden", f"This is not an address of AutoTrader: open http://localhost:{_port(environ)}."),
            )
        if not is_near(peer):
            return _refuse(start, ("403 Forbidden", "AutoTrader answers its own network only."))
        if environ["REQUEST_METHOD"] in ("OPTIONS", "TRACE", "CONNECT") and (is_socket or not _is_preflight(environ)):
            return _refuse(start, ("405 Method Not Allowed", "This method is not answered."))
        if is_socket:
            refusal = self._socket_refusal(environ, peer)
            if refusal is not None:
                return _refuse(start, refusal)
        return self._app(environ, start)

    def _socket_refusal(self, environ: Environ, peer: Peer) -> Refusal | None:
        if not may_open_socket(environ):
            return "403 Forbidden", "Sockets are for AutoTrader's own page."
        try:
            session_id = self._watchers.find(parse_cookie(environ).get(SESSION_COOKIE), peer)
        except StorageError:
            log.exception("The session of a socket could not be looked up.")
            return "503 Service Unavailable", "door.db cannot be read: see the log."
        if session_id is None:
            return "401 Unauthorized", "Unlock with the PIN first."
        environ[SESSION_KEY] = session_id
        if "sid" in parse_qs(environ.get("QUERY_STRING", "")):
            # As Engine.IO reads it: anything else, an empty one too, opens another socket.
            return None
        now = self._clock.monotonic()
        if self._count_sockets() >= self._limits.sockets:
            return "503 Service Unavailable", "Too many screens are open: close one."
        if not self._handshakes.take(peer.address, now) or not self._all_handshakes.take("all", now):
            return "429 Too Many Requests", "Too many sockets are opened one after another: wait a moment."
        return None


def _is_preflight(environ: Environ) -> bool:
    """Say whether a browser asks on behalf of another page; the app knows what such a page may read."""
    return environ["REQUEST_METHOD"] == "OPTIONS" and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ


def _with_headers(start_response: Any, host: str, *, is_socket: bool) -> Any:
    """Return a start_response that adds our headers and takes away what libraries say about themselves and others."""

    def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        kept = [
            (name, value)
            for name, value in headers
            if name.lower() not in REPLACED and not (is_socket and name.lower().startswith("access-control-"))
        ]
        # Only one that allows less may take the place of the page's own.
        policy = DOCUMENT_POLICY if DOCUMENT_POLICY in headers else content_policy(host)
        kept += [*SECURITY_HEADERS, policy]
        if not any(name.lower() == "cache-control" for name, _ in kept):
            kept.append(NO_STORE)
        return start_response(status, kept, *rest)

    return start


def _port(environ: Environ) -> str:
    return str(environ.get("SERVER_PORT", ""))


def _refuse(start_response: Any, refusal: Refusal) -> Iterable[bytes]:
    status, sentence = refusal
    body = json.dumps({"error": sentence}).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
