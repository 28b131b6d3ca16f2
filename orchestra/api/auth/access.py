"""Which request needs what: nothing is reachable without a session except what is listed here.

In: every request that has a route. Out: None, or Refused. Thread: the request's.
"""

from flask import Request

from orchestra.api.answers import Refused
from orchestra.api.auth.own_origin import may_change_state
from orchestra.api.auth.peer import Peer

READS = frozenset({"GET", "HEAD"})
# Endpoint names, as the blueprints give them.
OPEN_READS = frozenset({"pages.page", "pages.dashboard", "pages.file", "health.health", "pin.exists"})
OPEN_ACTS = frozenset({"pin.validate"})
OPEN_ACTS_HERE = frozenset({"pin.create", "safety.halt", "safety.stop_entries"})
# Over plain HTTP a listener in the network owns whatever is sent, so from there nothing is started (4.9).
LAN_ACTS = frozenset({"pin.validate", "session.end", "safety.halt", "safety.stop_entries"})


def require(request: Request, peer: Peer, *, has_session: bool) -> None:
    """Raise Refused unless this request may go on."""
    endpoint = request.endpoint
    if endpoint is None or request.routing_exception is not None:
        return
    if not has_session and not is_open(request, peer):
        raise Refused(401, "Unlock with the PIN first.")
    if request.method not in READS:
        _require_own_page(request)
        if not peer.is_loopback and endpoint not in LAN_ACTS:
            raise Refused(403, "From the network AutoTrader can be read and halted only: use the machine's own screen.")


def is_open(request: Request, peer: Peer) -> bool:
    """Say whether the request needs no session."""
    if request.method in READS:
        return request.endpoint in OPEN_READS
    return request.endpoint in OPEN_ACTS or (peer.is_loopback and request.endpoint in OPEN_ACTS_HERE)


def _require_own_page(request: Request) -> None:
    """Keep foreign pages out: they can neither send our header nor hide their Origin."""
    if request.mimetype != "application/json":
        raise Refused(415, "Send JSON with the header 'Content-Type: application/json'.")
    if request.headers.get("X-AutoTrader") != "1":
        raise Refused(403, "Send the header 'X-AutoTrader: 1' with every act.")
    if not may_change_state(request.environ):
        raise Refused(403, "Acts come from AutoTrader's own page: send its Origin, or 'Sec-Fetch-Site: none'.")
