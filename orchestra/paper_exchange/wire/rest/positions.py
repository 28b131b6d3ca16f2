"""Positions: what is held, and selling it."""

from datetime import timedelta
from decimal import Decimal

from flask import Blueprint

from orchestra.paper_exchange.book.floor.corporate_actions import split_factor
from orchestra.paper_exchange.book.orders import Order
from orchestra.paper_exchange.book.positions import Position
from orchestra.paper_exchange.book.refusal import Refusal, invalid, not_allowed, not_found
from orchestra.paper_exchange.exchange import PaperExchange
from orchestra.paper_exchange.market.assets import symbol_of
from orchestra.paper_exchange.market.market import exact
from orchestra.paper_exchange.wire.order_shapes import accepted_order_json
from orchestra.paper_exchange.wire.rest.answers import (
    Answer,
    BadRequest,
    amount_parameter,
    answer,
    flag_parameter,
    refused,
)
from orchestra.paper_exchange.wire.shapes import Json, position_json

WHOLE_PERCENT = Decimal(100)


def routes(exchange: PaperExchange) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("positions", __name__)

    @blueprint.get("/v2/positions")
    def positions() -> Answer:
        held = exchange.account.positions
        return answer([_position(exchange, held[symbol]) for symbol in sorted(held)])

    @blueprint.delete("/v2/positions")
    def close_all() -> Answer:
        closed = exchange.desk.close_all(cancel_orders=flag_parameter("cancel_orders"))
        return answer([_closed_json(symbol, result) for symbol, result in closed], 207)

    @blueprint.get("/v2/positions/<symbol_or_id>")
    def position(symbol_or_id: str) -> Answer:
        symbol = symbol_of(exchange.market, symbol_or_id)
        held = exchange.account.positions.get(symbol or "")
        return answer(_position(exchange, held)) if held else refused(not_found("position does not exist"))

    @blueprint.delete("/v2/positions/<symbol_or_id>")
    def close(symbol_or_id: str) -> Answer:
        qty, percentage = amount_parameter("qty"), amount_parameter("percentage")
        if qty is not None and percentage is not None:
            raise BadRequest(invalid("only one of qty or percentage is accepted"))
        if percentage is not None and percentage > WHOLE_PERCENT:
            raise BadRequest(invalid("percentage must be between 0 and 100"))
        symbol = symbol_of(exchange.market, symbol_or_id) or ""
        order = exchange.desk.close_position(symbol, qty=qty, percentage=percentage)
        return refused(order) if isinstance(order, Refusal) else answer(accepted_order_json(order))

    @blueprint.post("/v2/positions/<symbol_or_id>/exercise")
    @blueprint.post("/v2/positions/<symbol_or_id>/do-not-exercise")
    def exercise(symbol_or_id: str) -> Answer:
        return refused(not_allowed(f"{symbol_or_id} is no option contract: this exchange trades stocks only"))

    return blueprint


def _closed_json(symbol: str, result: Order | Refusal) -> Json:
    if isinstance(result, Refusal):
        return {"symbol": symbol, "status": result.status, "body": result.body}
    return {"symbol": symbol, "status": 200, "body": accepted_order_json(result)}


def _position(exchange: PaperExchange, position: Position) -> Json:
    price = exchange.last_price(position.symbol)
    return position_json(
        position,
        available=position.qty - exchange.account.held_for_orders(position.symbol),
        price=price,
        day_before=_close_of_the_day_before(exchange, position.symbol) or price,
    )


def _close_of_the_day_before(exchange: PaperExchange, symbol: str) -> Decimal | None:
    """Return the last close of the session before this one, on the terms of today's shares."""
    session = exchange.schedule.session_of(exchange.now)
    before = exchange.schedule.session_before(session)
    bar = exchange.market.last_bar(symbol, before.close) if before else None
    if before is None or bar is None or bar.ts < before.open:
        return None
    actions = exchange.market.actions({symbol}, before.day + timedelta(days=1), session.day)
    return exact(bar.close) / split_factor(actions)
