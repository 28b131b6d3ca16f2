"""The account, its positions, and its fills as activities."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

from flask import Blueprint, request

from orchestra.paper_exchange.book.orders import OrderFill, microseconds
from orchestra.paper_exchange.book.positions import Position
from orchestra.paper_exchange.book.refusal import not_found
from orchestra.paper_exchange.exchange import PaperExchange
from orchestra.paper_exchange.market.assets import symbol_of
from orchestra.paper_exchange.market.market import exact
from orchestra.paper_exchange.wire.rest.answers import (
    Answer,
    answer,
    list_parameter,
    number_parameter,
    refused,
    time_parameter,
)
from orchestra.paper_exchange.wire.shapes import Json, account_json, activity_json, position_json

LARGEST_PAGE = 100


def routes(exchange: PaperExchange) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("account", __name__)

    @blueprint.get("/v2/account")
    def account() -> Answer:
        return answer(account_json(exchange.account, exchange.last_price))

    @blueprint.get("/v2/positions")
    def positions() -> Answer:
        held = exchange.account.positions
        return answer([_position(exchange, held[symbol]) for symbol in sorted(held)])

    @blueprint.get("/v2/positions/<symbol_or_id>")
    def position(symbol_or_id: str) -> Answer:
        symbol = symbol_of(exchange.market, symbol_or_id)
        held = exchange.account.positions.get(symbol or "")
        return answer(_position(exchange, held)) if held else refused(not_found("position does not exist"))

    @blueprint.get("/v2/account/activities")
    def activities() -> Answer:
        return answer(_activities(exchange, list_parameter("activity_types") or ("FILL",)))

    @blueprint.get("/v2/account/activities/<kind>")
    def activities_of(kind: str) -> Answer:
        return answer(_activities(exchange, (kind,)))

    return blueprint


def _position(exchange: PaperExchange, position: Position) -> Json:
    price = exchange.last_price(position.symbol)
    return position_json(
        position,
        available=position.qty - exchange.account.held_for_orders(position.symbol),
        price=price,
        day_before=_close_of_the_day_before(exchange, position.symbol) or price,
    )


def _close_of_the_day_before(exchange: PaperExchange, symbol: str) -> Decimal | None:
    before = exchange.schedule.session_before(exchange.schedule.session_of(exchange.now))
    bars = exchange.market.bars(symbol, before.open, before.close) if before else ()
    return exact(bars[-1].close) if bars else None


def _activities(exchange: PaperExchange, kinds: tuple[str, ...]) -> list[Json]:
    """Return one page. No other activity than a fill happens at this exchange."""
    if "FILL" not in kinds:
        return []
    fills = [fill for fill in exchange.store.fills() if _in_range()(fill)]
    rows = [activity_json(fill) for fill in fills]
    if request.args.get("direction") != "asc":
        rows.reverse()
    page_token = request.args.get("page_token")
    ids = [row["id"] for row in rows]
    start = ids.index(page_token) + 1 if page_token in ids else 0
    return rows[start : start + number_parameter("page_size", default=LARGEST_PAGE, largest=LARGEST_PAGE)]


def _in_range() -> Callable[[OrderFill], bool]:
    after, until, day = time_parameter("after"), time_parameter("until", is_end=True), request.args.get("date")

    def is_wanted(fill: OrderFill) -> bool:
        at = microseconds(fill.at)
        is_on_day = day is None or datetime.fromtimestamp(fill.at, UTC).date().isoformat() == day
        return (after is None or at > after) and (until is None or at < until) and is_on_day

    return is_wanted
