"""What stays the same whoever asks: the market's clock, its calendar, its assets."""

from datetime import date

from flask import Blueprint, request

from orchestra.paper_exchange.book.refusal import not_found
from orchestra.paper_exchange.exchange import PaperExchange
from orchestra.paper_exchange.market.assets import symbol_of
from orchestra.paper_exchange.wire.rest.answers import Answer, answer, refused
from orchestra.paper_exchange.wire.shapes import Json, asset_json, new_york_text, session_json


def routes(exchange: PaperExchange) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("reference", __name__)

    @blueprint.get("/v2/clock")
    def clock() -> Answer:
        return answer(_clock(exchange))

    @blueprint.get("/v2/calendar")
    def calendar() -> Answer:
        start, end = request.args.get("start", date.min.isoformat()), request.args.get("end", date.max.isoformat())
        days = [session_json(session) for session in exchange.schedule.sessions]
        return answer([day for day in days if start[:10] <= str(day["date"]) <= end[:10]])

    @blueprint.get("/v2/assets")
    def assets() -> Answer:
        is_offered = request.args.get("status", "active") == "active"
        is_offered &= request.args.get("asset_class", "us_equity") == "us_equity"
        return answer([asset_json(symbol) for symbol in exchange.market.symbols] if is_offered else [])

    @blueprint.get("/v2/assets/<symbol_or_id>")
    def asset(symbol_or_id: str) -> Answer:
        symbol = symbol_of(exchange.market, symbol_or_id)
        return answer(asset_json(symbol)) if symbol else refused(not_found(f"asset not found for {symbol_or_id}"))

    return blueprint


def _clock(exchange: PaperExchange) -> Json:
    """While open, next_open is the next session's; while closed, next_close is the close of that session."""
    now, schedule = exchange.now, exchange.schedule
    session, later = schedule.session_of(now), schedule.session_after(now)
    is_open = session.contains(now)
    # After the last session nothing opens any more; the protocol has no word for that but its last close.
    next_open = later.open if later else session.close
    next_close = session.close if is_open or later is None else later.close
    return {
        "timestamp": new_york_text(now),
        "is_open": is_open,
        "next_open": new_york_text(next_open),
        "next_close": new_york_text(next_close),
    }
