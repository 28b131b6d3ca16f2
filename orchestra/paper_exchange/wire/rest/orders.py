"""Orders: place, list, look up, replace, cancel."""

from uuid import UUID

from flask import Blueprint, request

from orchestra.paper_exchange.book.entry.replacement import read_change
from orchestra.paper_exchange.book.order_request import read_order_request
from orchestra.paper_exchange.book.orders import Order, Side
from orchestra.paper_exchange.book.refusal import Refusal, invalid, not_found
from orchestra.paper_exchange.book.store import OrderQuery, OrderView
from orchestra.paper_exchange.exchange import PaperExchange
from orchestra.paper_exchange.wire.order_shapes import accepted_order_json, order_json
from orchestra.paper_exchange.wire.rest.answers import (
    Answer,
    BadRequest,
    answer,
    choice_parameter,
    flag_parameter,
    json_body,
    list_parameter,
    number_parameter,
    refused,
    time_parameter,
)
from orchestra.paper_exchange.wire.shapes import Json

LARGEST_LIST = 500
ASSET_CLASSES = ("us_equity", "us_option", "crypto")


def routes(exchange: PaperExchange) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("orders", __name__)
    _add_routes_of_all(blueprint, exchange)
    _add_routes_of_one(blueprint, exchange)
    return blueprint


def _add_routes_of_all(blueprint: Blueprint, exchange: PaperExchange) -> None:
    @blueprint.post("/v2/orders")
    def submit() -> Answer:
        wanted = read_order_request(json_body())
        order = wanted if isinstance(wanted, Refusal) else exchange.submit(wanted)
        return refused(order) if isinstance(order, Refusal) else _accepted(exchange, order)

    @blueprint.get("/v2/orders")
    def orders() -> Answer:
        query = _query(exchange)
        is_stock = choice_parameter("asset_class", ASSET_CLASSES, "us_equity") == "us_equity"
        found = exchange.store.orders(query) if is_stock else []
        return answer(_listed(exchange, found, is_nested=query.is_nested))

    @blueprint.delete("/v2/orders")
    def cancel_all() -> Answer:
        return answer([{"id": order.id, "status": 200} for order in exchange.desk.cancel_all()], 207)


def _add_routes_of_one(blueprint: Blueprint, exchange: PaperExchange) -> None:
    @blueprint.get("/v2/orders:by_client_order_id")
    def order_by_client_id() -> Answer:
        client_order_id = request.args.get("client_order_id", "")
        return _found(exchange, exchange.store.order_by_client_id(client_order_id), client_order_id)

    @blueprint.get("/v2/orders/<order_id>")
    def order(order_id: str) -> Answer:
        known_id = _order_id(order_id)
        return _found(exchange, exchange.store.order(known_id), known_id)

    @blueprint.patch("/v2/orders/<order_id>")
    def replace(order_id: str) -> Answer:
        known_id, change = _order_id(order_id), read_change(json_body())
        order = change if isinstance(change, Refusal) else exchange.desk.replace(known_id, change)
        return refused(order) if isinstance(order, Refusal) else _accepted(exchange, order)

    @blueprint.delete("/v2/orders/<order_id>")
    def cancel(order_id: str) -> Answer:
        canceled = exchange.cancel(_order_id(order_id))
        return refused(canceled) if isinstance(canceled, Refusal) else answer(None, 204)


def _accepted(exchange: PaperExchange, order: Order) -> Answer:
    return answer(accepted_order_json(order, exchange.store.legs([order.id]).get(order.id)))


def _found(exchange: PaperExchange, order: Order | None, wanted: str) -> Answer:
    if order is None:
        return refused(not_found(f"order not found for {wanted}"))
    return answer(_listed(exchange, [order], is_nested=flag_parameter("nested"))[0])


def _listed(exchange: PaperExchange, orders: list[Order], *, is_nested: bool) -> list[Json]:
    legs = exchange.store.legs([order.id for order in orders]) if is_nested else {}
    return [order_json(order, legs.get(order.id)) for order in orders]


def _order_id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise BadRequest(invalid("order_id is missing")) from None


def _query(exchange: PaperExchange) -> OrderQuery:
    """Return the filters of the list."""
    after, until = _time_bounds(exchange)
    side = choice_parameter("side", ("", *Side), "")
    return OrderQuery(
        view=OrderView(choice_parameter("status", tuple(OrderView), OrderView.OPEN)),
        limit=number_parameter("limit", default=50, largest=LARGEST_LIST),
        after=after,
        until=until,
        is_ascending=choice_parameter("direction", ("asc", "desc"), "desc") == "asc",
        symbols=tuple(symbol.upper() for symbol in list_parameter("symbols")),
        side=Side(side) if side else None,
        is_nested=flag_parameter("nested"),
    )


def _time_bounds(exchange: PaperExchange) -> tuple[int | None, int | None]:
    """Return after and until in microseconds; the ids of orders stand for the times of their submission."""
    after, until = time_parameter("after"), time_parameter("until")
    by_id = {name: request.args.get(name) for name in ("after_order_id", "before_order_id")}
    if not any(by_id.values()):
        return after, until
    if after is not None or until is not None:
        raise BadRequest(invalid("before_order_id and after_order_id exclude after and until"))
    return _submitted_at(exchange, by_id["after_order_id"]), _submitted_at(exchange, by_id["before_order_id"])


def _submitted_at(exchange: PaperExchange, order_id: str | None) -> int | None:
    if not order_id:
        return None
    order = exchange.store.order(_order_id(order_id))
    if order is None:
        raise BadRequest(not_found(f"order not found for {order_id}"))
    return order.submitted_at
