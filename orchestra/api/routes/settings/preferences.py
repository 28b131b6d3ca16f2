"""Preferences over HTTP: what the owner chose, and a choice made; the engine keeps it."""

from flask import Blueprint

from orchestra.api.answers import Refused, Reply, reply
from orchestra.api.api_context import ApiContext
from orchestra.api.protocol import ROUTES
from orchestra.api.request_body import read_body
from orchestra.messages.commands import SetPreferences
from system_databse.control import preference_rows
from system_databse.control.preferences import NAMES, SCALES, why_not


def routes(api: ApiContext) -> Blueprint:
    """Return the routes of the preferences."""
    blueprint = Blueprint("preferences", __name__)

    @blueprint.get(ROUTES["preferences"])
    def show() -> Reply:
        with api.parts.system.reader() as connection:
            chosen = preference_rows.chosen(connection)
        return reply({"preferences": api.state()["preferences"], "chosen": sorted(chosen), "scales": SCALES})

    @blueprint.put(ROUTES["preferences"])
    def choose() -> Reply:
        changes = read_body(*NAMES)
        if not changes:
            raise Refused(400, f"Say what you prefer: send one of {', '.join(NAMES)}.")
        for name, value in changes.items():
            if reason := why_not(name, value):
                raise Refused(400, reason)
        return api.relay.act(SetPreferences(changes))

    return blueprint
