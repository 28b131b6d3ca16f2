"""Algorithms over HTTP, to look at: what they own, and why each minute went as it did (S2-09)."""

from flask import Blueprint

from database.timestamps import iso_minute
from orchestra.api.answers import Refused, Reply, decimal_text, reply
from orchestra.api.api_context import ApiContext
from orchestra.api.feed.state_json import State, algorithm_json
from orchestra.api.protocol import ROUTES
from orchestra.api.request_body import limit_argument
from orchestra.messages.live_snapshot import AlgorithmCard
from system_databse.rows import decision_history


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
        return reply(algorithm_json(_card(api, algorithm_id)))

    @blueprint.get(ROUTES["decisions"])
    def decisions(algorithm_id: int) -> Reply:
        limit = limit_argument(default=50, largest=500)
        _card(api, algorithm_id)
        return reply({"decisions": _decisions(api, algorithm_id, limit)})

    return blueprint


def _card(api: ApiContext, algorithm_id: int) -> AlgorithmCard:
    snapshot = api.parts.board.snapshot
    for card in snapshot.algorithms if snapshot else ():
        if card.record.id == algorithm_id:
            return card
    raise Refused(404, "There is no algorithm with this id.")


def _decisions(api: ApiContext, algorithm_id: int, limit: int) -> list[State]:
    with api.parts.system.reader() as connection:
        rows = decision_history.newest_first(connection, algorithm_id, limit)
    return [
        {
            "minute": iso_minute(row.minute),
            "until": iso_minute(row.until_minute),
            "action": row.action,
            "shares": row.shares,
            "outcome": row.outcome,
            "reason": row.reason,
            "gate": row.gate,
        }
        for row in rows
    ]
