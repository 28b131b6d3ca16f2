"""Decisions of an algorithm over HTTP: all of them page by page, and one minute with everything that came of it."""

from flask import Blueprint

from database.bar import MINUTE
from database.timestamps import iso_minute
from orchestra.api.answers import Refused, Reply, reply
from orchestra.api.api_context import ApiContext
from orchestra.api.feed.state_json import State
from orchestra.api.protocol import ROUTES
from orchestra.api.request_body import limit_argument, minute_argument
from orchestra.api.routes.algorithm.absence import why_nothing
from orchestra.api.routes.algorithm.known import known_algorithm, market_now
from orchestra.api.routes.algorithm.told_order import order_json, plain_values
from system_databse.algorithm_record import AlgorithmRecord
from system_databse.decision import Verdict
from system_databse.history import order_lives
from system_databse.rows import decision_history, fills, signals
from system_databse.rows.decision_history import FOR_EVER, SeenMinutes


def routes(api: ApiContext) -> Blueprint:
    """Return the routes that explain."""
    blueprint = Blueprint("decisions", __name__)

    @blueprint.get(ROUTES["decisions"])
    def decisions(algorithm_id: int) -> Reply:
        limit = limit_argument(default=50, largest=500)
        before = minute_argument("before")
        known_algorithm(api, algorithm_id)
        with api.parts.system.reader() as connection:
            rows = decision_history.newest_first(
                connection, algorithm_id, limit, before=FOR_EVER if before is None else before
            )
        return reply({"decisions": [_decision_json(row) for row in rows], "has_older": len(rows) == limit})

    @blueprint.get(ROUTES["why"])
    def why(algorithm_id: int) -> Reply:
        minute = minute_argument("minute")
        if minute is None:
            raise Refused(400, "'minute' is missing: send it as text, such as 2026-11-20T15:31:00Z.")
        return reply(_explained(api, known_algorithm(api, algorithm_id), minute - minute % MINUTE))

    return blueprint


def _explained(api: ApiContext, record: AlgorithmRecord, minute: int) -> State:
    with api.parts.system.reader() as connection:
        row = decision_history.at(connection, record.id, minute)
        earlier, later = decision_history.around(connection, record.id, minute)
        verdict = signals.verdict_of(connection, record.id, minute)
        orders = order_lives.of_minute(connection, record.id, minute)
        booked = fills.of_orders(connection, [each.order.client_order_id for each in orders])
    bar = api.parts.bars.bar_at(record.ticker, minute - MINUTE) if minute <= market_now(api) else None
    return {
        "algorithm": {"id": record.id, "name": record.name, "ticker": record.ticker},
        "minute": iso_minute(minute),
        "decision": _decision_json(row) if row else None,
        "verdict": _verdict_json(verdict) if verdict else None,
        "nothing": None if row else why_nothing(api, record, minute),
        "bar": [bar.open, bar.high, bar.low, bar.close, bar.volume] if bar else None,
        "orders": [order_json(order, booked) for order in orders],
        "earlier": iso_minute(earlier) if earlier is not None else None,
        "later": iso_minute(later) if later is not None else None,
    }


def _verdict_json(verdict: Verdict) -> State:
    return {
        "stage": verdict.stage,
        "outcome": verdict.outcome,
        "reasons": list(verdict.reasons),
        "score": verdict.score,
        "inputs": dict(verdict.inputs),
    }


def _decision_json(row: SeenMinutes) -> State:
    minutes = row.explained
    return {
        "minute": iso_minute(minutes.minute),
        "until": iso_minute(minutes.until_minute),
        "action": minutes.action,
        "shares": minutes.shares,
        "outcome": minutes.outcome,
        "reason": minutes.reason,
        "gate": minutes.gate,
        "saw": plain_values(row.saw),
    }
