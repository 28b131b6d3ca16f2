"""How one algorithm was set up, over HTTP: its money, its parameters, its file, since when."""

import json
from typing import Any

from flask import Blueprint

from orchestra.api.answers import Reply, decimal_text, reply
from orchestra.api.api_context import ApiContext
from orchestra.api.protocol import ROUTES
from orchestra.api.routes.algorithm.known import known_algorithm
from orchestra.api.routes.algorithm.told_order import plain_values
from system_databse.rows import algorithms


def routes(api: ApiContext) -> Blueprint:
    """Return the route of the set-up."""
    blueprint = Blueprint("algorithm_setup", __name__)

    @blueprint.get(ROUTES["algorithm_setup"])
    def setup(algorithm_id: int) -> Reply:
        record = known_algorithm(api, algorithm_id)
        with api.parts.system.reader() as connection:
            created, stopped = algorithms.life(connection, algorithm_id)
        return reply(
            {
                "id": record.id,
                "name": record.name,
                "ticker": record.ticker,
                "initial_capital": decimal_text(record.initial_capital),
                "status": str(record.status),
                "parameters": _parameters(record.params),
                "help": _help(api, record.name),
                "file": record.file,
                "file_sha256": record.file_sha256,
                "created_at": created,
                "stopped_at": stopped,
            }
        )

    return blueprint


def _parameters(text: str) -> dict[str, Any]:
    """Return what the owner set; the rest has the strategy's own defaults."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return plain_values(found) if isinstance(found, dict) else {}


def _help(api: ApiContext, name: str) -> list[Any]:
    """Return what the strategy's file says of its parameters, nothing when it is not there any more."""
    found = next((each for each in api.parts.strategies() if each.get("name") == name), {})
    told = found.get("parameters")
    return told if isinstance(told, list) else []
