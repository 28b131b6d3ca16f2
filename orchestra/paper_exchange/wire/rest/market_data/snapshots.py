"""Snapshots: the newest trade, quote, minute and day of a symbol, and the day before; and the auctions of a day."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint

from database.bar import Bar
from database.calendar_manager import Session
from orchestra.paper_exchange.book.orders import MICROSECONDS, microseconds
from orchestra.paper_exchange.tape.bar_history import BarHistory
from orchestra.paper_exchange.tape.prints import Print, prints_of, quotes_of
from orchestra.paper_exchange.wire.data_plan import DataPlan
from orchestra.paper_exchange.wire.market_shapes import bar_json, print_json, quote_json, shares
from orchestra.paper_exchange.wire.rest.answers import Answer, answer, list_parameter
from orchestra.paper_exchange.wire.rest.market_data.paging import Kind, answer_many, answer_one
from orchestra.paper_exchange.wire.rest.market_data.query import (
    DataQuery,
    read_query,
    read_symbols,
    require_known_feed,
)
from orchestra.paper_exchange.wire.shapes import Json, utc_text

PRIMARY_EXCHANGE, OPENING, CLOSING = "Q", "O", "6"


@dataclass(frozen=True, slots=True)
class Auctions:
    """The opening and, once it is over, the closing print of a session."""

    session: Session
    opening: Print
    closing: Print | None


def routes(history: BarHistory, plan: DataPlan) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("snapshots", __name__)

    @blueprint.get("/v2/stocks/snapshots")
    def snapshots() -> Answer:
        require_known_feed()
        symbols = read_symbols(list_parameter("symbols"))
        return answer({symbol: _snapshot(history, bar) for symbol in symbols if (bar := history.last_minute(symbol))})

    @blueprint.get("/v2/stocks/<symbol>/snapshot")
    def snapshot(symbol: str) -> Answer:
        require_known_feed()
        known = read_symbols((symbol,))[0]
        bar = history.last_minute(known)
        return answer({"symbol": known, **(_snapshot(history, bar) if bar else {})})

    @blueprint.get("/v2/stocks/auctions")
    def auctions_of_many() -> Answer:
        query = read_query(read_symbols(list_parameter("symbols")), history.now, plan)
        return answer_many(query, _auctions_kind(history, query))

    @blueprint.get("/v2/stocks/<symbol>/auctions")
    def auctions_of_one(symbol: str) -> Answer:
        query = read_query(read_symbols((symbol,)), history.now, plan)
        return answer_one(query, _auctions_kind(history, query))

    return blueprint


def _snapshot(history: BarHistory, bar: Bar) -> Json:
    days = history.day_bars_back(bar.symbol, history.now + 1)
    today, day_before = next(days, None), next(days, None)
    return {
        "latestTrade": print_json(prints_of(bar)[-1]),
        "latestQuote": quote_json(quotes_of(bar)[-1]),
        "minuteBar": bar_json(bar),
        "dailyBar": bar_json(today) if today else None,
        "prevDailyBar": bar_json(day_before) if day_before else None,
    }


def _auctions_kind(history: BarHistory, query: DataQuery) -> Kind[Auctions]:
    def read(symbol: str, start: int, end: int) -> Iterator[Auctions]:
        sessions = history.sessions(start // MICROSECONDS, end // MICROSECONDS)
        for session in reversed(sessions) if query.is_descending else sessions:
            bars = list(history.minutes(symbol, session.open, session.close))
            if bars and start <= microseconds(session.open) <= end:
                closing = prints_of(bars[-1])[-1] if session.close <= history.now else None
                yield Auctions(session, prints_of(bars[0])[0], closing)

    return Kind("auctions", read, at=lambda each: microseconds(each.session.open), to_json=_auctions_json)


def _auctions_json(auctions: Auctions) -> Json:
    return {
        "d": auctions.session.day.isoformat(),
        "o": [_auction_json(auctions.opening, OPENING)],
        "c": [_auction_json(auctions.closing, CLOSING)] if auctions.closing else [],
    }


def _auction_json(trade: Print, condition: str) -> Json:
    size = shares(trade.size)
    return {"t": utc_text(trade.at), "x": PRIMARY_EXCHANGE, "p": trade.price, "s": size, "c": condition}
