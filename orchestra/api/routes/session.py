"""The session over HTTP: until when, and lock again."""

from flask import Blueprint, request

from orchestra.api.answers import Reply, reply, time_text
from orchestra.api.api_context import ApiContext, peer, session
from orchestra.api.auth.cookies import SESSION_COOKIE, drop_session
from orchestra.api.protocol import ROUTES
from orchestra.api.request_body import read_body


def routes(api: ApiContext) -> Blueprint:
    """Return the routes of the session."""
    blueprint = Blueprint("session", __name__)

    @blueprint.get(ROUTES["session"])
    def show() -> Reply:
        found = session()
        return reply({"expires_at": time_text(found.expires_at if found else None), "is_loopback": peer().is_loopback})

    @blueprint.delete(ROUTES["session"])
    def end() -> Reply:
        read_body()
        session_id = api.watchers.find(request.cookies.get(SESSION_COOKIE), peer())
        if session_id is not None:
            api.sessions.end(session_id)
        response, status = reply({"ended": True})
        drop_session(response)
        return response, status

    return blueprint
