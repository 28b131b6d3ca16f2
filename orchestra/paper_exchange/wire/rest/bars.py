"""Minute bars: history page by page, and the latest one. Nothing is served before its minute is over."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from flask import Blueprint, request

from database.bar import MINUTE, Bar
from orchestra.paper_exchange.book.orders import MICROSECONDS
from orchestra.paper_exchange.book.refusal import Refusal
from orchestra.paper_exchange.exchange import PaperExchange
from orchestra.paper_exchange.wire.market_shapes import bar_json
from orchestra.paper_exchange.wire.rest.answers import (
    Answer,
    BadRequest,
    answer,
    list_parameter,
    number_parameter,
    time_parameter,
)
from orchestra.paper_exchange.wire.shapes import Json

LARGEST_PAGE = 10_000
DEFAULT_PAGE = 1_000
DAY = 24 * 3600
MINUTE_TIMEFRAMES = {"1Min", "1T"}
SYMBOL = re.compile(r"[A-Z][A-Z0-9./-]{0,20}")


@dataclass(frozen=True, slots=True)
class BarQuery:
    """One page of bars. start <= ts < end, epoch seconds. after: the symbol and bar the page before ended with."""

    symbols: tuple[str, ...]
    start: int
    end: int
    limit: int
    is_descending: bool
    after: tuple[str, int] | None


def routes(exchange: PaperExchange) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("bars", __name__)

    @blueprint.get("/v2/stocks/bars")
    def bars_of_many() -> Answer:
        page, token = _page(exchange, _query(exchange, _symbols(list_parameter("symbols"))))
        by_symbol: dict[str, list[Json]] = {}
        for bar in page:
            by_symbol.setdefault(bar.symbol, []).append(bar_json(bar))
        return answer({"bars": by_symbol, "next_page_token": token})

    @blueprint.get("/v2/stocks/<symbol>/bars")
    def bars_of_one(symbol: str) -> Answer:
        page, token = _page(exchange, _query(exchange, _symbols((symbol,))))
        return answer({"bars": [bar_json(bar) for bar in page], "symbol": symbol, "next_page_token": token})

    @blueprint.get("/v2/stocks/bars/latest")
    def latest_of_many() -> Answer:
        found = (exchange.market.last_bar(symbol, exchange.now) for symbol in _symbols(list_parameter("symbols")))
        return answer({"bars": {bar.symbol: bar_json(bar) for bar in found if bar}})

    @blueprint.get("/v2/stocks/<symbol>/bars/latest")
    def latest_of_one(symbol: str) -> Answer:
        bar = exchange.market.last_bar(_symbols((symbol,))[0], exchange.now)
        return answer({"symbol": symbol, "bar": bar_json(bar) if bar else None})

    return blueprint


def _symbols(given: tuple[str, ...]) -> tuple[str, ...]:
    symbols = tuple(sorted({symbol.upper() for symbol in given}))
    wrong = [symbol for symbol in symbols if not SYMBOL.fullmatch(symbol)]
    if wrong or not symbols:
        raise BadRequest(_bad(f"invalid symbol: {', '.join(wrong)}"))
    return symbols


def _query(exchange: PaperExchange, symbols: tuple[str, ...]) -> BarQuery:
    if request.args.get("timeframe", "") not in MINUTE_TIMEFRAMES:
        raise BadRequest(_bad("invalid timeframe: this exchange serves 1Min bars"))
    now = exchange.now
    start, end = time_parameter("start"), time_parameter("end", is_end=True)
    return BarQuery(
        symbols=symbols,
        start=now - now % DAY if start is None else -(-start // MICROSECONDS),
        # The protocol's end is inclusive; a bar whose minute is not over does not exist yet.
        end=min(now - MINUTE, now if end is None else end // MICROSECONDS) + 1,
        limit=number_parameter("limit", default=DEFAULT_PAGE, largest=LARGEST_PAGE),
        is_descending=request.args.get("sort") == "desc",
        after=_read_token(request.args.get("page_token")),
    )


def _page(exchange: PaperExchange, query: BarQuery) -> tuple[list[Bar], str | None]:
    """Return the page and the token of the next one; the limit is shared by all symbols, sorted by symbol."""
    bars = list(islice(_bars(exchange, query), query.limit + 1))
    page = bars[: query.limit]
    return page, _token(page[-1]) if len(bars) > query.limit else None


def _bars(exchange: PaperExchange, query: BarQuery) -> Iterator[Bar]:
    for symbol in query.symbols:
        start, end = query.start, query.end
        if query.after and symbol < query.after[0]:
            continue
        if query.after and symbol == query.after[0]:
            start, end = (start, query.after[1]) if query.is_descending else (query.after[1] + 1, end)
        bars = exchange.market.bars(symbol, start, end)
        yield from reversed(bars) if query.is_descending else bars


def _token(bar: Bar) -> str:
    return urlsafe_b64encode(f"{bar.symbol}|M|{bar.ts}".encode()).decode()


def _read_token(text: str | None) -> tuple[str, int] | None:
    if not text:
        return None
    try:
        symbol, _, ts = urlsafe_b64decode(text).decode().split("|")
        return symbol, int(ts)
    except (Base64Error, UnicodeDecodeError, ValueError):
        raise BadRequest(_bad("invalid page_token")) from None


def _bad(message: str) -> Refusal:
    return Refusal(400, 40010001, message)
