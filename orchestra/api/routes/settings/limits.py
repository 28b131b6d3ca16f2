"""Limits over HTTP: what the owner has limited, and one limit set or lifted; the engine writes it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask import Blueprint

from orchestra.api.answers import Refused, Reply, reply
from orchestra.api.api_context import ApiContext, session
from orchestra.api.protocol import ROUTES
from orchestra.api.request_body import command_id, read_body, text_field
from orchestra.messages.commands import SetLimit
from system_databse.control import limit_rows
from system_databse.control.limit import MEANINGS, Limit, LimitName, limit_named, number_of, why_not

LARGEST_ID = 1 << 31


def routes(api: ApiContext) -> Blueprint:
    """Return the routes of the limits."""
    blueprint = Blueprint("limits", __name__)

    @blueprint.get(ROUTES["limits"])
    def limits() -> Reply:
        with api.parts.system.reader() as connection:
            found = limit_rows.load(connection)
        known = [{"name": str(name), "meaning": words} for name, words in MEANINGS.items()]
        return reply({"limits": [limit.to_values() for limit in found], "known": known})

    @blueprint.put(ROUTES["limits"])
    def set_limit() -> Reply:
        body = read_body("name", "value", "algorithm_id")
        name = _name(body)
        wanted = SetLimit(name, _value(body, name), _algorithm(body), command_id())
        with api.parts.system.reader() as connection:
            is_looser = _is_looser(wanted, limit_rows.load(connection))
        if is_looser:
            api.fresh_pins.require(session())
        return api.relay.act(wanted)

    return blueprint


def _is_looser(wanted: SetLimit, limits: list[Limit]) -> bool:
    """Say whether more would be allowed than before: that is a slow path, a tighter limit never is."""
    before = [each.value for each in limits if (each.name, each.algorithm_id) == (wanted.name, wanted.algorithm_id)]
    return bool(before) and (wanted.value is None or wanted.value > before[0])


def _name(body: Mapping[str, Any]) -> LimitName:
    name = limit_named(text_field(body, "name"))
    if name is None:
        raise Refused(400, f"There is no such limit: send one of {', '.join(MEANINGS)} as 'name'.")
    return name


def _value(body: Mapping[str, Any], name: LimitName) -> Decimal | None:
    """Return the limit, None to lift it; it must be said which."""
    if "value" not in body:
        raise Refused(400, "'value' is missing: send the limit, or null to lift it.")
    value = body["value"]
    if value is None:
        return None
    is_number = isinstance(value, int | Decimal | str) and not isinstance(value, bool)
    number = number_of(str(value)) if is_number else None
    if number is None:
        raise Refused(400, "'value' must be a number, such as 1000, or null to lift the limit.")
    reason = why_not(name, number)
    if reason:
        raise Refused(400, reason)
    return number


def _algorithm(body: Mapping[str, Any]) -> int | None:
    value = body.get("algorithm_id")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= LARGEST_ID:
        raise Refused(400, "'algorithm_id' must be the number of an algorithm, or null for all together.")
    return value
