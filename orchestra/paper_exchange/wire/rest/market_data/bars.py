"""Bars of every timeframe: history page by page, and the latest minute. Nothing is served before its minute is over."""

from collections.abc import Iterator

from flask import Blueprint, request

from database.bar import Bar
from orchestra.paper_exchange.book.orders import MICROSECONDS, microseconds
from orchestra.paper_exchange.tape.adjustment import Adjustment
from orchestra.paper_exchange.tape.bar_history import BarHistory, Span
from orchestra.paper_exchange.tape.timeframe import Timeframe
from orchestra.paper_exchange.wire.data_plan import DataPlan
from orchestra.paper_exchange.wire.market_shapes import bar_json
from orchestra.paper_exchange.wire.rest.answers import Answer, answer, list_parameter
from orchestra.paper_exchange.wire.rest.market_data.paging import Kind, answer_many, answer_one
from orchestra.paper_exchange.wire.rest.market_data.query import (
    DataQuery,
    bad,
    read_query,
    read_symbols,
    require_known_feed,
)


def routes(history: BarHistory, plan: DataPlan) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("bars", __name__)

    @blueprint.get("/v2/stocks/bars")
    def bars_of_many() -> Answer:
        query = read_query(read_symbols(list_parameter("symbols")), history.now, plan)
        return answer_many(query, _kind(history, query))

    @blueprint.get("/v2/stocks/<symbol>/bars")
    def bars_of_one(symbol: str) -> Answer:
        query = read_query(read_symbols((symbol,)), history.now, plan)
        return answer_one(query, _kind(history, query))

    @blueprint.get("/v2/stocks/bars/latest")
    def latest_of_many() -> Answer:
        require_known_feed()
        found = (history.last_minute(symbol) for symbol in read_symbols(list_parameter("symbols")))
        return answer({"bars": {bar.symbol: bar_json(bar) for bar in found if bar}})

    @blueprint.get("/v2/stocks/<symbol>/bars/latest")
    def latest_of_one(symbol: str) -> Answer:
        require_known_feed()
        known = read_symbols((symbol,))[0]
        bar = history.last_minute(known)
        return answer({"symbol": known, "bar": bar_json(bar) if bar else None})

    return blueprint


def _kind(history: BarHistory, query: DataQuery) -> Kind[Bar]:
    timeframe, adjustment = _timeframe(), _adjustment()

    def read(symbol: str, start: int, end: int) -> Iterator[Bar]:
        span = Span(-(-start // MICROSECONDS), end // MICROSECONDS, query.is_descending)
        return history.bars(symbol, span, timeframe, adjustment=adjustment)

    return Kind("bars", read, at=lambda bar: microseconds(bar.ts), to_json=bar_json)


def _timeframe() -> Timeframe:
    text = request.args.get("timeframe", "")
    try:
        return Timeframe.read(text)
    except ValueError:
        raise bad(f"invalid timeframe: {text}") from None


def _adjustment() -> frozenset[Adjustment]:
    names = list_parameter("adjustment") or (Adjustment.RAW,)
    if not all(name in tuple(Adjustment) for name in names):
        raise bad(f"invalid adjustment: {','.join(names)}")
    return frozenset(Adjustment(name) for name in names)
