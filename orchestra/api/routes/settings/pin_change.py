"""The PIN of an owner who is in, over HTTP: given again for what wants it fresh, or changed for another one."""

from flask import Blueprint

from orchestra.api.answers import Refused, Reply, reply
from orchestra.api.api_context import ApiContext, session
from orchestra.api.protocol import ROUTES
from orchestra.api.request_body import read_body
from orchestra.api.routes.pin import give_cookies, new_digest, pin_field, require_pin
from orchestra.messages.commands import ChangePin


def routes(api: ApiContext) -> Blueprint:
    """Return the routes that confirm the PIN, and change it."""
    blueprint = Blueprint("pin_change", __name__)

    @blueprint.post(ROUTES["change_pin"])
    def change() -> Reply:
        body = read_body("old_pin", "pin")
        old, new = pin_field(body, "old_pin"), pin_field(body)
        require_pin(api, old)
        if old == new:
            raise Refused(400, "This is the PIN you have: choose another one.")
        digest = new_digest(api, new)
        response, status = api.relay.act(ChangePin(digest), shape=lambda _values: {"changed": True})
        if status == 200:
            api.sessions.end_all()
            give_cookies(api, response)
        return response, status

    @blueprint.post(ROUTES["confirm_pin"])
    def confirm() -> Reply:
        require_pin(api, pin_field(read_body("pin")))
        api.fresh_pins.note(session())
        return reply({"valid": True})

    return blueprint
