"""The PIN over HTTP: is there one, make the first one, unlock (S2-08)."""

from flask import Blueprint, Response, request

from orchestra.api.answers import Refused, Reply, reply
from orchestra.api.api_context import ApiContext, peer, session
from orchestra.api.auth.cookies import DEVICE_COOKIE, set_device, set_session
from orchestra.api.auth.login import BUSY_WAIT_S
from orchestra.api.auth.pin_rules import why_refused
from orchestra.api.protocol import ROUTES
from orchestra.api.request_body import read_body
from orchestra.messages.commands import SetPin


def routes(api: ApiContext) -> Blueprint:
    """Return the routes of the PIN."""
    blueprint = Blueprint("pin", __name__)

    @blueprint.get(ROUTES["pin"])
    def exists() -> Reply:
        # To the network there always is one: whether this box can still be claimed is nobody's business there.
        return reply({"exists": not peer().is_loopback or api.pins.get_pin() is not None})

    @blueprint.post(ROUTES["pin"])
    def create() -> Reply:
        if api.pins.get_pin() is not None:
            raise Refused(409, "There is a PIN already: unlock with it.")
        digest = new_digest(api, pin_field(read_body("pin")))
        response, status = api.relay.act(SetPin(digest), status=201, shape=lambda _values: {"created": True})
        if status == 201:
            api.sessions.end_all()
            give_cookies(api, response)
        return response, status

    @blueprint.post(ROUTES["validate_pin"])
    def validate() -> Reply:
        is_trusted = api.sessions.is_trusted(request.cookies.get(DEVICE_COOKIE))
        result = api.login.attempt(pin_field(read_body("pin")), peer(), is_trusted=is_trusted)
        if result.wait_s:
            sentence = f"Too many wrong PINs: wait {result.wait_s} seconds."
            return reply({"valid": False, "wait_s": result.wait_s, "error": sentence}, 429)
        if not result.is_right:
            return reply({"valid": False, "tries_left": result.tries_left, "error": "The PIN is wrong."}, 401)
        response, status = reply({"valid": True})
        earlier = session()
        if earlier is not None:
            api.sessions.end(earlier.id)
        give_cookies(api, response, has_device=is_trusted)
        return response, status

    return blueprint


def new_digest(api: ApiContext, pin: str) -> str:
    """Return the digest of a new PIN, or refuse it."""
    reason = why_refused(pin)
    if reason is not None:
        raise Refused(400, reason)
    digest = api.login.digest(pin)
    if digest is None:
        raise Refused(429, "Too many PINs are being looked at: wait a moment.", wait_s=BUSY_WAIT_S)
    return digest


def pin_field(body: dict[str, object], name: str = "pin") -> str:
    """Return the digits of a body, as text; they are never part of a message."""
    pin = body.get(name)
    if not isinstance(pin, str) or not 1 <= len(pin) <= 64:
        raise Refused(400, f"'{name}' is missing: send the digits as text.")
    return pin


def require_pin(api: ApiContext, pin: str) -> None:
    """Raise what a wrong or slowed-down PIN is answered with."""
    result = api.login.attempt(pin, peer(), is_trusted=True)
    if result.wait_s:
        raise Refused(429, f"Too many wrong PINs: wait {result.wait_s} seconds.", wait_s=result.wait_s)
    if not result.is_right:
        # The tries tell it from a session that has ended.
        raise Refused(401, "The PIN is wrong.", tries_left=result.tries_left)


def give_cookies(api: ApiContext, response: Response, *, has_device: bool = False) -> None:
    """Give the browser a session that begins now, and remember that it knew the PIN."""
    agent = request.headers.get("User-Agent", "")
    set_session(response, api.sessions.open(peer(), agent))
    if not has_device:
        set_device(response, api.sessions.trust(peer(), agent))
