"""Pages over several symbols: sorted by symbol, then time, and one limit for all of them together."""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

from orchestra.paper_exchange.wire.rest.answers import Answer, answer
from orchestra.paper_exchange.wire.rest.market_data.query import DataQuery
from orchestra.paper_exchange.wire.shapes import Json

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Kind(Generic[Item]):
    """One kind of item with a time of its own.

    name: key of the answer. read: the items of a symbol with start <= time <= end in microseconds, in the query's
    order.
    """

    name: str
    read: Callable[[str, int, int], Iterator[Item]]
    at: Callable[[Item], int]
    to_json: Callable[[Item], Json]


def answer_many(query: DataQuery, kind: Kind[Item]) -> Answer:
    """Return a page of the endpoint for several symbols."""
    page, token = _page(query, kind)
    by_symbol: dict[str, list[Json]] = {}
    for symbol, item in page:
        by_symbol.setdefault(symbol, []).append(kind.to_json(item))
    return answer({kind.name: by_symbol, "next_page_token": token})


def answer_one(query: DataQuery, kind: Kind[Item]) -> Answer:
    """Return a page of the endpoint for one symbol."""
    page, token = _page(query, kind)
    items = [kind.to_json(item) for _, item in page]
    return answer({kind.name: items, "symbol": query.symbols[0], "next_page_token": token})


def _page(query: DataQuery, kind: Kind[Item]) -> tuple[list[tuple[str, Item]], str | None]:
    items = list(islice(_items(query, kind), query.limit + 1))
    page = items[: query.limit]
    if len(items) <= query.limit:
        return page, None
    symbol, last = page[-1]
    return page, urlsafe_b64encode(f"{symbol}|{kind.name[0].upper()}|{kind.at(last)}".encode()).decode()


def _items(query: DataQuery, kind: Kind[Item]) -> Iterator[tuple[str, Item]]:
    for symbol in query.symbols:
        start, end = query.start, query.end
        if query.after and symbol < query.after[0]:
            continue
        if query.after and symbol == query.after[0]:
            start, end = (start, query.after[1] - 1) if query.is_descending else (query.after[1] + 1, end)
        for item in kind.read(symbol, start, end):
            yield symbol, item
