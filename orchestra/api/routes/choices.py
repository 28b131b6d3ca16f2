"""What can be chosen for a new algorithm: a strategy and a ticker (S2-11, S2-13)."""

from flask import Blueprint, request

from orchestra.api.answers import Refused, Reply, reply
from orchestra.api.api_context import ApiContext
from orchestra.api.feed.state_json import number
from orchestra.api.protocol import ROUTES
from orchestra.api.request_body import read_body, text_field
from orchestra.messages.live_snapshot import AlgorithmCard
from system_databse.algorithm_record import AlgorithmStatus

LONGEST_QUESTION = 40


def routes(api: ApiContext) -> Blueprint:
    """Return the routes of strategies and tickers."""
    blueprint = Blueprint("choices", __name__)

    @blueprint.get(ROUTES["available_algorithms"])
    def available_algorithms() -> Reply:
        return reply({"algorithms": list(api.parts.strategies())})

    @blueprint.get(ROUTES["validate_ticker"])
    def look_up() -> Reply:
        ticker = request.args.get("ticker") or request.args.get("symbol")
        if not ticker:
            raise Refused(400, "Ask with ?ticker=AAPL.")
        return _answer(api, ticker)

    @blueprint.post(ROUTES["validate_ticker"])
    def validate() -> Reply:
        body = read_body("ticker", "symbol")
        return _answer(api, text_field(body, "ticker" if "ticker" in body else "symbol"))

    @blueprint.get(ROUTES["tickers"])
    def tickers() -> Reply:
        found = api.assets.search(request.args.get("q", "")[:LONGEST_QUESTION])
        listed = [{"symbol": each.symbol, "name": each.name} for each in found.assets]
        return reply({"tickers": listed, "sentence": found.sentence})

    return blueprint


def _answer(api: ApiContext, text: str) -> Reply:
    found = api.tickers.check(text)
    snapshot = api.parts.board.snapshot
    cards = snapshot.algorithms if snapshot else ()
    return reply(
        {
            "ticker": found.symbol,
            "valid": found.is_valid,
            "tradable": found.is_tradable,
            "name": found.name,
            "reason": found.reason,
            "fractionable": found.is_fractionable,
            "used_by": [card.record.id for card in cards if _uses(card, found.symbol)],
            "last_price": number(api.tickers.latest_price(found.symbol)) if found.is_valid else None,
        }
    )


def _uses(card: AlgorithmCard, symbol: str) -> bool:
    return card.record.ticker == symbol and card.record.status is not AlgorithmStatus.STOPPED
