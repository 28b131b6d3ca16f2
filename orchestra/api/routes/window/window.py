"""Every route of the window in one blueprint: GET only, for a session or a reader's key."""

from flask import Blueprint

from orchestra.api.api_context import ApiContext
from orchestra.api.routes.window import bars, day_trades, figures, orders, positions, signals, strategies


def routes(api: ApiContext) -> Blueprint:
    """Return the routes for other programs; every one is listed in `access.READER_READS`."""
    blueprint = Blueprint("window", __name__)
    for module in (bars, day_trades, figures, orders, positions, signals, strategies):
        module.add(blueprint, api)
    return blueprint
