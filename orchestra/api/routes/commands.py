"""What came of an act that answered 202."""

from flask import Blueprint

from orchestra.api.answers import Refused, Reply, reply
from orchestra.api.api_context import ApiContext
from orchestra.api.protocol import ROUTES
from system_databse.rows import algorithms


def routes(api: ApiContext) -> Blueprint:
    """Return the route of commands."""
    blueprint = Blueprint("commands", __name__)

    @blueprint.get(ROUTES["command"])
    def command(command_id: str) -> Reply:
        kept = api.kept_answers.result(command_id)
        if kept is not None:
            return kept
        try:
            return api.relay.result(command_id)
        except Refused:
            # Of an earlier run nothing is remembered but what it has started.
            algorithm_id = _started(api, command_id)
            if algorithm_id is None:
                raise
            return reply({"status": 201, "body": {"id": algorithm_id}})

    return blueprint


def _started(api: ApiContext, command_id: str) -> int | None:
    with api.parts.system.reader() as connection:
        return algorithms.started_by(connection, command_id)
