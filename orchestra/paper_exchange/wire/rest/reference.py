"""What stays the same whoever asks: the market's clock, its calendar, its assets."""

from datetime import date, timedelta

from flask import Blueprint, request

from database.calendar_manager import Session
from orchestra.paper_exchange.book.refusal import not_found
from orchestra.paper_exchange.exchange import PaperExchange
from orchestra.paper_exchange.market.assets import symbol_of
from orchestra.paper_exchange.wire.rest.answers import (
    Answer,
    answer,
    choice_parameter,
    day_parameter,
    list_parameter,
    refused,
)
from orchestra.paper_exchange.wire.shapes import ATTRIBUTES, EXCHANGE, Json, asset_json, new_york_text, session_json

LONGEST_WAIT = 10
WEEKEND = frozenset({5, 6})


def routes(exchange: PaperExchange) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("reference", __name__)

    @blueprint.get("/v2/clock")
    def clock() -> Answer:
        return answer(_clock(exchange))

    @blueprint.get("/v2/calendar")
    def calendar() -> Answer:
        start, end = day_parameter("start") or date.min, day_parameter("end") or date.max
        kind = choice_parameter("date_type", ("TRADING", "SETTLEMENT"), "TRADING")
        field = "date" if kind == "TRADING" else "settlement_date"
        # A trade settles days after it was made, so that the first sessions asked for may be earlier ones.
        near = [each for each in exchange.schedule.sessions if each.day.toordinal() > start.toordinal() - LONGEST_WAIT]
        days = [session_json(each, _settlement_day(exchange, each)) for each in near if each.day <= end]
        return answer([day for day in days if start.isoformat() <= str(day[field]) <= end.isoformat()])

    @blueprint.get("/v2/assets")
    def assets() -> Answer:
        if not _is_offered():
            return answer([])
        return answer([asset_of(exchange, symbol) for symbol in exchange.market.symbols])

    @blueprint.get("/v2/assets/<symbol_or_id>")
    def asset(symbol_or_id: str) -> Answer:
        symbol = symbol_of(exchange.market, symbol_or_id)
        if symbol is None:
            return refused(not_found(f"asset not found for {symbol_or_id}"))
        return answer(asset_of(exchange, symbol))

    @blueprint.get("/v2/options/contracts")
    def contracts() -> Answer:
        return answer({"option_contracts": [], "next_page_token": None})

    @blueprint.get("/v2/options/contracts/<symbol_or_id>")
    def contract(symbol_or_id: str) -> Answer:
        return refused(not_found(f"option contract {symbol_or_id} not found: this exchange trades stocks only"))

    return blueprint


def asset_of(exchange: PaperExchange, symbol: str) -> Json:
    """Return the Asset object of a symbol that the market knows."""
    return asset_json(symbol, exchange.market.name_of(symbol), is_tradable=exchange.is_tradable(symbol))


def _is_offered() -> bool:
    """Tell whether the filters leave anything: every asset here is an active stock of one exchange."""
    wanted = {
        "status": ("active",),
        "asset_class": ("us_equity",),
        "exchange": (EXCHANGE,),
    }
    is_offered = all(request.args.get(name) in (None, "", *values) for name, values in wanted.items())
    attributes = list_parameter("attributes")
    return is_offered and (not attributes or not set(ATTRIBUTES).isdisjoint(attributes))


def _settlement_day(exchange: PaperExchange, session: Session) -> date:
    """Return the day trades of the session settle, T+1: the next session, or weekday where the market ends."""
    later = exchange.schedule.session_after(session.open)
    if later:
        return later.day
    day = session.day + timedelta(days=1)
    while day.weekday() in WEEKEND:
        day += timedelta(days=1)
    return day


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
