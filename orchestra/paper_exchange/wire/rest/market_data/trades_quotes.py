"""Trades and quotes, derived from the minute bars as the stream tells them: history page by page, and the latest."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from flask import Blueprint

from database.bar import MINUTE, Bar
from orchestra.paper_exchange.book.orders import MICROSECONDS
from orchestra.paper_exchange.tape.bar_history import BarHistory
from orchestra.paper_exchange.tape.prints import Print, Quote, prints_of, quotes_of
from orchestra.paper_exchange.wire.data_plan import DataPlan
from orchestra.paper_exchange.wire.market_shapes import print_json, quote_json
from orchestra.paper_exchange.wire.rest.answers import Answer, answer, list_parameter
from orchestra.paper_exchange.wire.rest.market_data.paging import Kind, answer_many, answer_one
from orchestra.paper_exchange.wire.rest.market_data.query import (
    DataQuery,
    read_query,
    read_symbols,
    require_known_feed,
)
from orchestra.paper_exchange.wire.shapes import Json

Event = TypeVar("Event", Print, Quote)


@dataclass(frozen=True, slots=True)
class _Noun(Generic[Event]):
    """What a bar is told as. singular: the key of a latest one."""

    name: str
    singular: str
    of_bar: Callable[[Bar], Sequence[Event]]
    to_json: Callable[[Event], Json]


def routes(history: BarHistory, plan: DataPlan) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("trades_quotes", __name__)
    _add(blueprint, _Noun("trades", "trade", prints_of, print_json), history=history, plan=plan)
    _add(blueprint, _Noun("quotes", "quote", quotes_of, quote_json), history=history, plan=plan)
    return blueprint


def _add(blueprint: Blueprint, noun: _Noun[Event], *, history: BarHistory, plan: DataPlan) -> None:
    def of_many() -> Answer:
        query = read_query(read_symbols(list_parameter("symbols")), history.now, plan)
        return answer_many(query, _kind(history, noun, query))

    def of_one(symbol: str) -> Answer:
        query = read_query(read_symbols((symbol,)), history.now, plan)
        return answer_one(query, _kind(history, noun, query))

    def latest_of_many() -> Answer:
        require_known_feed()
        found = {symbol: _latest(history, noun, symbol) for symbol in read_symbols(list_parameter("symbols"))}
        return answer({noun.name: {symbol: event for symbol, event in found.items() if event}})

    def latest_of_one(symbol: str) -> Answer:
        require_known_feed()
        known = read_symbols((symbol,))[0]
        return answer({"symbol": known, noun.singular: _latest(history, noun, known)})

    for path, view in (
        (f"/v2/stocks/{noun.name}", of_many),
        (f"/v2/stocks/<symbol>/{noun.name}", of_one),
        (f"/v2/stocks/{noun.name}/latest", latest_of_many),
        (f"/v2/stocks/<symbol>/{noun.name}/latest", latest_of_one),
    ):
        blueprint.add_url_rule(path, f"{noun.name}_{view.__name__}", view)


def _latest(history: BarHistory, noun: _Noun[Event], symbol: str) -> Json | None:
    bar = history.last_minute(symbol)
    return noun.to_json(noun.of_bar(bar)[-1]) if bar else None


def _kind(history: BarHistory, noun: _Noun[Event], query: DataQuery) -> Kind[Event]:
    def read(symbol: str, start: int, end: int) -> Iterator[Event]:
        first, last = start // MICROSECONDS // MINUTE * MINUTE, end // MICROSECONDS
        bars = (history.minutes_back if query.is_descending else history.minutes)(symbol, first, last + 1)
        for bar in bars:
            events = noun.of_bar(bar)
            for event in reversed(events) if query.is_descending else events:
                if start <= event.at <= end:
                    yield event

    return Kind(noun.name, read, at=lambda event: event.at, to_json=noun.to_json)
