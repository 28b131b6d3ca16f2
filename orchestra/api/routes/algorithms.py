"""Algorithms over HTTP, to look at: what they own and how they are (S2-09)."""

from flask import Blueprint

from orchestra.api.answers import Refused, Reply, decimal_text, reply
from orchestra.api.api_context import ApiContext
from orchestra.api.feed.state_json import algorithm_json
from orchestra.api.protocol import ROUTES
from orchestra.api.routes.algorithm.known import card_of


def routes(api: ApiContext) -> Blueprint:
    """Return the routes that read algorithms."""
    blueprint = Blueprint("algorithms", __name__)

    @blueprint.get(ROUTES["algorithms"])
    def show_all() -> Reply:
        snapshot = api.parts.board.snapshot
        account = snapshot.account if snapshot else None
        return reply(
            {
                "algorithms": [algorithm_json(card) for card in snapshot.algorithms] if snapshot else [],
                "total_account_value": decimal_text(account.equity) if account else None,
                "market_open": snapshot.market.is_open if snapshot else False,
            }
        )

    @blueprint.get(ROUTES["algorithm"])
    def show(algorithm_id: int) -> Reply:
        card = card_of(api, algorithm_id)
        if card is None:
            raise Refused(404, "There is no algorithm with this id.")
        return reply(algorithm_json(card))

    return blueprint
