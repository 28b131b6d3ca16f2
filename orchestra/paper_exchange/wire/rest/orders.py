"""Orders: place, list, look up, cancel."""

from uuid import UUID

from flask import Blueprint, request

from orchestra.paper_exchange.book.order_request import read_order_request
from orchestra.paper_exchange.book.orders import Order, Side
from orchestra.paper_exchange.book.refusal import Refusal, invalid, not_found
from orchestra.paper_exchange.book.store import OrderQuery, OrderView
from orchestra.paper_exchange.exchange import PaperExchange
from orchestra.paper_exchange.wire.rest.answers import (
    Answer,
    BadRequest,
    answer,
    list_parameter,
    number_parameter,
    refused,
    time_parameter,
)
from orchestra.paper_exchange.wire.shapes import accepted_order_json, order_json

LARGEST_LIST = 500


def routes(exchange: PaperExchange) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("orders", __name__)

    @blueprint.post("/v2/orders")
    def submit() -> Answer:
        wanted = read_order_request(request.get_json(force=True, silent=True))
        order = wanted if isinstance(wanted, Refusal) else exchange.submit(wanted)
        return refused(order) if isinstance(order, Refusal) else answer(accepted_order_json(order))

    @blueprint.get("/v2/orders")
    def orders() -> Answer:
        return answer([order_json(order) for order in exchange.store.orders(_query())])

    @blueprint.get("/v2/orders:by_client_order_id")
    def order_by_client_id() -> Answer:
        client_order_id = request.args.get("client_order_id", "")
        return _found(exchange.store.order_by_client_id(client_order_id), client_order_id)

    @blueprint.get("/v2/orders/<order_id>")
    def order(order_id: str) -> Answer:
        known_id = _order_id(order_id)
        return _found(exchange.store.order(known_id), known_id)

    @blueprint.delete("/v2/orders/<order_id>")
    def cancel(order_id: str) -> Answer:
        canceled = exchange.cancel(_order_id(order_id))
        return refused(canceled) if isinstance(canceled, Refusal) else answer(None, 204)

    @blueprint.delete("/v2/orders")
    def cancel_all() -> Answer:
        canceled = [(order_id, exchange.cancel(order_id)) for order_id in list(exchange.account.working)]
        return answer(
            [{"id": key, "status": result.status if isinstance(result, Refusal) else 200} for key, result in canceled],
            207,
        )

    return blueprint


def _found(order: Order | None, wanted: str) -> Answer:
    return answer(order_json(order)) if order else refused(not_found(f"order not found for {wanted}"))


def _order_id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise BadRequest(invalid("order_id is missing")) from None


def _query() -> OrderQuery:
    view, side = request.args.get("status", "open"), request.args.get("side")
    if view not in set(OrderView) or side not in {None, *Side}:
        raise BadRequest(invalid(f"invalid status or side: {view}, {side}"))
    return OrderQuery(
        view=OrderView(view),
        limit=number_parameter("limit", default=50, largest=LARGEST_LIST),
        after=time_parameter("after"),
        until=time_parameter("until"),
        is_ascending=request.args.get("direction") == "asc",
        symbols=list_parameter("symbols"),
        side=Side(side) if side else None,
    )
