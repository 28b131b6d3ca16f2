"""Notices over HTTP: whom to tell, how loudly, when not, and a test; from this machine only, addresses masked."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint

from orchestra.api.answers import Refused, Reply, reply
from orchestra.api.api_context import ApiContext, peer
from orchestra.api.api_parts import Notifications
from orchestra.api.protocol import ROUTES
from orchestra.api.request_body import read_body, text_field
from orchestra.api.routes.pin import pin_field, require_pin

# An address holds tokens: whoever may change where notices go could read them.
SECRETS = ("add", "remove", "heartbeat")
CHOICES = ("loudness", "quiet_hours")
LONGEST_ADDRESS = 1000


def routes(api: ApiContext) -> Blueprint:
    """Return the routes of the notices."""
    blueprint = Blueprint("notifications", __name__)

    @blueprint.get(ROUTES["notifications"])
    def notifications() -> Reply:
        why = _why_not(api)
        return reply({"available": False, "why": why}) if why else reply(_told(_desk(api)))

    @blueprint.put(ROUTES["notifications"])
    def change() -> Reply:
        desk = _desk(api)
        body = read_body("pin", *SECRETS, *CHOICES)
        [part] = _parts_of(body)
        if part in SECRETS:
            require_pin(api, pin_field(body))
        problem = _change(desk, part, body)
        if problem:
            raise Refused(409 if part == "remove" else 400, problem)
        return reply(_told(desk))

    @blueprint.post(ROUTES["test_notification"])
    def test() -> Reply:
        problem = _desk(api).test(text_field(read_body("key"), "key"))
        return reply({"delivered": problem is None, "error": problem or ""})

    return blueprint


def _why_not(api: ApiContext) -> str:
    """Return why there is nothing to see here, empty when there is."""
    if not peer().is_loopback:
        return "Whom AutoTrader tells is shown on the machine's own screen only."
    return "" if api.parts.notifications else "A replay of recorded days tells nobody."


def _desk(api: ApiContext) -> Notifications:
    why, desk = _why_not(api), api.parts.notifications
    if why or desk is None:
        raise Refused(409, why)
    return desk


def _told(desk: Notifications) -> dict[str, object]:
    return {"available": True, **desk.describe()}


def _parts_of(body: Mapping[str, Any]) -> list[str]:
    """Return what is to be changed, which must be one thing."""
    found = [name for name in (*SECRETS, *CHOICES) if name in body]
    if len(found) != 1:
        raise Refused(400, f"Send one of {', '.join((*SECRETS, *CHOICES))}.")
    return found


def _change(desk: Notifications, part: str, body: Mapping[str, Any]) -> str | None:
    value = body[part]
    if part == "quiet_hours":
        hours = {} if value is None else value
        if not isinstance(hours, dict) or set(hours) - {"from", "to"}:
            raise Refused(400, "'quiet_hours' must be {from, to}, or null for none.")
        return desk.set_quiet_hours(hours.get("from"), hours.get("to"))
    if part == "loudness":
        if not isinstance(value, dict):
            raise Refused(400, "'loudness' must be an object of topics.")
        return desk.set_loudness(value)
    if not isinstance(value, str) or len(value) > LONGEST_ADDRESS:
        raise Refused(400, f"'{part}' must be text of at most {LONGEST_ADDRESS} characters.")
    acts = {"add": desk.add, "remove": desk.remove, "heartbeat": desk.set_heartbeat}
    return acts[part](value.strip())
