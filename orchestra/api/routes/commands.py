"""What came of an act that answered 202."""

from flask import Blueprint

from orchestra.api.answers import Reply
from orchestra.api.api_context import ApiContext
from orchestra.api.protocol import ROUTES


def routes(api: ApiContext) -> Blueprint:
    """Return the route of commands."""
    blueprint = Blueprint("commands", __name__)

    @blueprint.get(ROUTES["command"])
    def command(command_id: str) -> Reply:
        return api.relay.result(command_id)

    return blueprint
