"""Keys of other programs over HTTP: which there are, a new one, shown this once, and one revoked."""

from flask import Blueprint

from orchestra.api.answers import Refused, Reply, reply, time_text
from orchestra.api.api_context import ApiContext, session
from orchestra.api.auth.readers.reader_keys import LONGEST_NAME, MOST_DAYS
from orchestra.api.protocol import ROUTES
from orchestra.api.request_body import read_body, text_field
from system_databse.door.key_rows import KeyRow

# So that a page that went wild cannot fill the list.
MOST_KEYS = 50


def routes(api: ApiContext) -> Blueprint:
    """Return the routes of the keys; making and revoking one wants the PIN of the last five minutes."""
    blueprint = Blueprint("reader_keys", __name__)

    @blueprint.get(ROUTES["reader_keys"])
    def show() -> Reply:
        keys = [_shown(api, row) for row in api.reader_keys.listing()]
        return reply({"keys": keys, "is_open": api.parts.readers.is_open})

    @blueprint.post(ROUTES["reader_keys"])
    def make() -> Reply:
        body = read_body("name", "days")
        name, days = text_field(body, "name"), body.get("days")
        if len(name) > LONGEST_NAME:
            raise Refused(400, f"The name may have {LONGEST_NAME} characters at most.")
        if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= MOST_DAYS:
            raise Refused(400, f"'days' must be a whole number from 1 to {MOST_DAYS}.")
        api.fresh_pins.require(session())
        known = api.reader_keys.listing()
        if name in {row.name for row in known}:
            raise Refused(409, f"There is a key named {name} already: choose another name, or revoke that one first.")
        if len(known) >= MOST_KEYS:
            raise Refused(409, f"There are {MOST_KEYS} keys already: revoke one first.")
        row, key = api.reader_keys.make(name, days=days)
        return reply({**_shown(api, row), "key": key}, 201)

    @blueprint.delete(ROUTES["one_reader_key"])
    def revoke(key_id: str) -> Reply:
        read_body()
        api.fresh_pins.require(session())
        if not api.reader_keys.revoke(key_id):
            raise Refused(404, "There is no such key, or it was revoked already.")
        return reply({"revoked": key_id})

    return blueprint


def _shown(api: ApiContext, row: KeyRow) -> dict[str, object]:
    return {
        "id": row.id,
        "name": row.name,
        "created_at": time_text(row.created_at),
        "expires_at": time_text(row.expires_at),
        "last_used_at": time_text(row.last_used_at),
        "is_expired": api.parts.clock.now() >= row.expires_at,
    }
