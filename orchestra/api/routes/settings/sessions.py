"""Sessions over HTTP: which screens are unlocked, and end one or all the others (ASVS 7.4)."""

from flask import Blueprint

from orchestra.api.answers import Refused, Reply, reply, time_text
from orchestra.api.api_context import ApiContext, session
from orchestra.api.protocol import ROUTES
from orchestra.api.request_body import read_body
from system_databse.door.session_rows import SessionRow

# Of the digest that is kept: enough to tell sessions apart, and no token.
SHOWN_ID = 16


def routes(api: ApiContext) -> Blueprint:
    """Return the routes of the sessions."""
    blueprint = Blueprint("sessions", __name__)

    @blueprint.get(ROUTES["sessions"])
    def show() -> Reply:
        own = session()
        return reply(
            {"sessions": [_shown(row, is_this=bool(own and row.id == own.id)) for row in api.sessions.open_ones()]}
        )

    @blueprint.delete(ROUTES["one_session"])
    def end(session_id: str) -> Reply:
        read_body()
        found = [row.id for row in api.sessions.open_ones() if row.id[:SHOWN_ID] == session_id]
        if not found:
            raise Refused(404, "This session has ended already.")
        api.sessions.end(found[0])
        return reply({"ended": 1})

    @blueprint.post(ROUTES["end_other_sessions"])
    def end_others() -> Reply:
        read_body()
        own = session()
        return reply({"ended": api.sessions.end_others(own.id if own else "")})

    return blueprint


def _shown(row: SessionRow, *, is_this: bool) -> dict[str, object]:
    return {
        "id": row.id[:SHOWN_ID],
        "kind": row.kind,
        "address": row.address,
        "browser": row.user_agent,
        "created_at": time_text(row.created_at),
        "last_seen_at": time_text(row.last_seen_at),
        "is_this": is_this,
    }
