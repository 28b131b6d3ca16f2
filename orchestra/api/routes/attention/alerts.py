"""Alerts over HTTP: seen, dealt with, and those that are over; the open ones are in the live state."""

from flask import Blueprint

from orchestra.api.answers import Reply, reply
from orchestra.api.api_context import ApiContext
from orchestra.api.feed.alert_json import resolved_json
from orchestra.api.protocol import ROUTES
from orchestra.api.request_body import before_argument, limit_argument, read_body
from orchestra.messages.commands import AcknowledgeAlert, ResolveAlert
from system_databse.alerts import alert_rows


def routes(api: ApiContext) -> Blueprint:
    """Return the routes of alerts."""
    blueprint = Blueprint("alerts", __name__)

    @blueprint.get(ROUTES["alerts"])
    def history() -> Reply:
        limit = limit_argument(default=50, largest=200)
        with api.parts.system.reader() as connection:
            # One more than is wanted tells whether there are more.
            found = alert_rows.resolved(connection, before=before_argument(), limit=limit + 1)
        page = found[:limit]
        next_before = page[-1].id if len(found) > limit else None
        return reply({"alerts": [resolved_json(alert) for alert in page], "next_before": next_before})

    @blueprint.post(ROUTES["acknowledge_alert"])
    def acknowledge(alert_id: int) -> Reply:
        read_body()
        return api.relay.act(AcknowledgeAlert(alert_id))

    @blueprint.post(ROUTES["resolve_alert"])
    def resolve(alert_id: int) -> Reply:
        read_body()
        return api.relay.act(ResolveAlert(alert_id))

    return blueprint
