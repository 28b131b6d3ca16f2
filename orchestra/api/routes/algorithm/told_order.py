"""Orders, fills and an algorithm's own values as JSON, for whoever looks back."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from database.bar import MINUTE
from database.timestamps import iso_milliseconds, iso_minute
from orchestra.api.answers import PRICE_STEP, decimal_text
from orchestra.api.feed.state_json import State
from system_databse.fill import Fill
from system_databse.history.order_lives import ToldOrder

DEEPEST = 4


def order_json(told: ToldOrder, booked: Iterable[Fill]) -> State:
    """Return an order with the moments of its life and its fills. minute: of the decision it came from."""
    order = told.order
    average = order.filled_notional / order.filled_qty if order.filled_qty else None
    return {
        "number": told.number,
        "client_order_id": order.client_order_id,
        "symbol": order.symbol,
        "side": str(order.side),
        "shares": decimal_text(order.qty),
        "filled": decimal_text(order.filled_qty),
        "average_price": decimal_text(average, step=PRICE_STEP),
        "type": order.order_type,
        "purpose": str(order.purpose),
        "status": str(order.status),
        "reason": order.reject_reason,
        "attempts": order.attempts,
        "minute": iso_minute(order.minute + MINUTE),
        "created_at": told.created_at,
        "sent_at": told.first_sent_at,
        "cancel_wanted_at": told.cancel_wanted_at,
        "ended_at": told.terminal_at,
        "fills": [fill_json(fill) for fill in booked if fill.client_order_id == order.client_order_id],
    }


def fill_json(fill: Fill) -> State:
    """Return one execution."""
    return {
        "at": iso_milliseconds(fill.at),
        "side": str(fill.side),
        "shares": decimal_text(fill.qty),
        "price": decimal_text(fill.price),
        "fee": decimal_text(fill.fee),
    }


def plain_values(values: Mapping[str, Any], depth: int = 0) -> State:
    """Return a strategy's values as JSON can carry them: what is no number is null, what lies too deep is left out."""
    return {str(name): _plain(value, depth + 1) for name, value in values.items()}


def _plain(value: object, depth: int) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if depth > DEEPEST:
        return None
    if isinstance(value, dict):
        return plain_values(value, depth)
    return [_plain(each, depth + 1) for each in value] if isinstance(value, list) else value
