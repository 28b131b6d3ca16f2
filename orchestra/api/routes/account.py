"""The account over HTTP: what a new algorithm may be given (S2-12)."""

from flask import Blueprint

from orchestra.api.answers import Reply, decimal_text, reply
from orchestra.api.api_context import ApiContext
from orchestra.api.protocol import ROUTES


def routes(api: ApiContext) -> Blueprint:
    """Return the route of the account's cash."""
    blueprint = Blueprint("account", __name__)

    @blueprint.get(ROUTES["account_cash"])
    def cash() -> Reply:
        snapshot = api.parts.board.snapshot
        account = snapshot.account if snapshot else None
        return reply(
            {
                "available": decimal_text(account.available if account else None),
                "cash": decimal_text(account.cash if account else None),
                "equity": decimal_text(account.equity if account else None),
                "allocated": decimal_text(account.allocated if account else None),
            }
        )

    return blueprint
