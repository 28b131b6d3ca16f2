"""Orders over HTTP: what works and what has ended, what can be selected, and the cancel of one (S2-32)."""

import re
from collections.abc import Iterator

from flask import Blueprint, Response, request

from orchestra.api.answers import PRICE_STEP, Refused, Reply, decimal_text, reply
from orchestra.api.api_context import ApiContext
from orchestra.api.feed.state_json import State
from orchestra.api.paging import paged
from orchestra.api.protocol import ROUTES
from orchestra.api.request_body import read_body
from orchestra.api.routes.trading.csv_file import PAGE_ROWS, Cell, all_rows, csv_answer
from orchestra.api.routes.trading.selected import page_and_selection, selection
from orchestra.messages.commands import CancelOrder
from system_databse.history import order_history
from system_databse.history.order_history import PastOrder
from system_databse.history.selection import Selection

ORDER_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
STATES = {None: None, "working": False, "ended": True}
MOST_DAYS = 30
COLUMNS = (
    *("created_at", "ended_at", "order", "algorithm_id", "algorithm", "symbol", "side", "shares", "type"),
    *("limit_price", "stop_price", "purpose", "status", "filled_shares", "average_price", "reason", "refusal"),
)


def routes(api: ApiContext) -> Blueprint:
    """Return the routes of orders."""
    blueprint = Blueprint("orders", __name__)

    def read(wanted: Selection) -> list[PastOrder]:
        with api.parts.system.reader() as connection:
            return order_history.newest_first(connection, wanted, is_over=_state())

    @blueprint.get(ROUTES["orders"])
    def orders() -> Reply:
        page, wanted = page_and_selection()
        return reply(paged("orders", [order_json(order) for order in read(wanted)], page))

    @blueprint.get(ROUTES["orders_file"])
    def file() -> Response:
        rows = all_rows(read, selection(limit=PAGE_ROWS), lambda order: order.id)
        return csv_answer("orders", COLUMNS, _cells(rows), now=api.parts.clock.now())

    @blueprint.get(ROUTES["order_choices"])
    def choices() -> Reply:
        with api.parts.system.reader() as connection:
            found = order_history.algorithms(connection)
            symbols, days = order_history.symbols(connection), order_history.days(connection, MOST_DAYS)
        algorithms = [{"id": id_, "name": name, "ticker": ticker} for id_, name, ticker in found]
        return reply({"algorithms": algorithms, "symbols": symbols, "days": days})

    @blueprint.post(ROUTES["cancel_order"])
    def cancel(client_order_id: str) -> Reply:
        read_body()
        if not ORDER_ID.fullmatch(client_order_id):
            raise Refused(404, "AutoTrader knows no order with this number.")
        return api.relay.act(CancelOrder(client_order_id))

    return blueprint


def order_json(order: PastOrder) -> State:
    """Return an order as the page shows it. reason: why it was wanted; refusal: why it was denied or rejected."""
    return {
        "id": order.id,
        "client_order_id": order.client_order_id,
        "algorithm_id": order.algorithm_id,
        "algorithm": order.algorithm,
        "symbol": order.symbol,
        "side": order.side,
        "qty": decimal_text(order.qty),
        "purpose": order.purpose,
        "type": order.order_type,
        "limit_price": order.limit_price,
        "stop_price": order.stop_price,
        "status": str(order.status),
        "is_cancel_wanted": order.cancel_wanted_at is not None,
        "filled_qty": decimal_text(order.filled_qty),
        "average_price": decimal_text(order.average_price, step=PRICE_STEP),
        "reason": order.reason,
        "refusal": order.reject_reason,
        "at": order.created_at,
        "ended_at": order.ended_at,
    }


def _state() -> bool | None:
    state = request.args.get("state")
    if state not in STATES:
        raise Refused(400, "'state' must be 'working' or 'ended'.")
    return STATES[state]


def _cells(orders: Iterator[PastOrder]) -> Iterator[list[Cell]]:
    for order in orders:
        yield [
            *(order.created_at, order.ended_at, order.client_order_id, order.algorithm_id, order.algorithm),
            *(order.symbol, order.side, order.qty, order.order_type, order.limit_price, order.stop_price),
            *(order.purpose, str(order.status), order.filled_qty, order.average_price),
            *(order.reason, order.reject_reason),
        ]
