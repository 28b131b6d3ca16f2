"""Which request needs what: nothing is reachable without a session or a key except what is listed here.

Three may ask: the owner with a session, a reader with a key, and anybody for what is open.

In: every request that has a route. Out: None, or Refused. Thread: the request's.
"""

from collections.abc import Collection

from flask import Request

from orchestra.api.answers import Refused
from orchestra.api.auth.own_origin import may_change_state, may_open_socket
from orchestra.api.auth.peer import Peer

READS = frozenset({"GET", "HEAD"})
# Endpoint names, as the blueprints give them.
OPEN_READS = frozenset({"pages.page", "pages.dashboard", "pages.file", "health.health", "pin.exists"})
# The description of the window tells nothing of this installation, and whoever writes a program wants it first. The
# figures for monitors are told to this machine alone, which their own route sees to.
OPEN_READS |= {"document.document", "document.page", "document.style", "prometheus.figures"}
OPEN_ACTS = frozenset({"pin.validate"})
OPEN_ACTS_HERE = frozenset({"pin.create", "safety.halt", "safety.stop_entries"})
# Over plain HTTP a listener in the network owns whatever is sent, so from there nothing is started (4.9).
LAN_ACTS = frozenset({"pin.validate", "session.end", "safety.halt", "safety.stop_entries"})

# What a screen that only shows the live feed may still ask: whether it may, and to be locked.
OF_WATCHERS = frozenset({"session.show", "session.end"})

KEY_HEADER = "x-api-key"
# What a key opens, to GET and as a socket, and nothing else: every endpoint that other programs are offered stands
# here. One that acts, or tells of keys, PINs or logs, never does.
READER_READS: frozenset[str] = frozenset(
    {
        *("streams.events", "streams.signals", "streams.trades"),
        *("window.positions", "window.signals", "window.recent_signals", "window.orders", "window.strategies"),
        *("window.metrics", "window.analytics", "window.day_trades", "window.bars"),
    }
)

# What a locked hour does not ask the PIN for: stopping, locking, and what brings the PIN along.
NEVER_WATCHED = LAN_ACTS | {"pin.create", "pin_change.confirm", "pin_change.change", "safety.resume"}


def require(
    request: Request, peer: Peer, *, has_session: bool, is_reader: bool = False, origins: Collection[str] = ()
) -> None:
    """Raise Refused unless this request may go on. origins: of pages elsewhere that the owner names."""
    endpoint = request.endpoint
    if endpoint is None or request.routing_exception is not None:
        return
    if KEY_HEADER in request.headers:
        _require_read(request, is_reader=is_reader)
        return
    may_read = is_reader and _is_read(request, READER_READS)
    if not has_session and not may_read and not is_open(request, peer):
        offered = ", or send a key as 'x-api-key'" if is_offered(endpoint) else ""
        raise Refused(401, f"Unlock with the PIN first{offered}.")
    if _is_foreign_socket(request, () if has_session else origins):
        raise Refused(403, "Sockets without a key are for AutoTrader's own page.")
    if request.method not in READS:
        _require_own_page(request)
        if not peer.is_loopback and endpoint not in LAN_ACTS:
            raise Refused(403, "From the network AutoTrader can be read and halted only: use the machine's own screen.")


def is_offered(endpoint: str | None) -> bool:
    """Say whether other programs are offered this endpoint."""
    return endpoint in READER_READS


def is_watched(request: Request) -> bool:
    """Say whether this is an act for which a locked hour asks the PIN."""
    return request.endpoint is not None and request.method not in READS and request.endpoint not in NEVER_WATCHED


def is_open(request: Request, peer: Peer) -> bool:
    """Say whether the request needs no session."""
    if request.method in READS:
        return _is_read(request, OPEN_READS)
    return request.endpoint in OPEN_ACTS or (peer.is_loopback and request.endpoint in OPEN_ACTS_HERE)


def _require_read(request: Request, *, is_reader: bool) -> None:
    """Hold whoever shows a key to what a key opens, also beside a session: a key never acts."""
    if _is_read(request, OPEN_READS):
        return
    if not is_reader:
        raise Refused(403, "Invalid API key")
    if not _is_read(request, READER_READS):
        raise Refused(403, "A key opens what other programs may read, and nothing else.")


def _is_read(request: Request, endpoints: frozenset[str]) -> bool:
    return request.method in READS and request.endpoint in endpoints


def _is_foreign_socket(request: Request, origins: Collection[str]) -> bool:
    """Say whether another page opens a socket: a browser sends cookies along, and asks nobody first."""
    if "Upgrade" not in request.headers or "Origin" not in request.headers:
        return False
    return not may_open_socket(request.environ) and request.headers["Origin"].lower() not in origins


def _require_own_page(request: Request) -> None:
    """Keep foreign pages out: they can neither send our header nor hide their Origin."""
    if request.mimetype != "application/json":
        raise Refused(415, "Send JSON with the header 'Content-Type: application/json'.")
    if request.headers.get("X-AutoTrader") != "1":
        raise Refused(403, "Send the header 'X-AutoTrader: 1' with every act.")
    if not may_change_state(request.environ):
        raise Refused(403, "Acts come from AutoTrader's own page: send its Origin, or 'Sec-Fetch-Site: none'.")
