"""The JSON objects of Alpaca's protocol that tell of orders: the order, its events, the account's activities."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from orchestra.paper_exchange.book.orders import Order, OrderFill, OrderStatus, OrderUpdate, Side, microseconds
from orchestra.paper_exchange.book.records.activities import Activity, ActivityKind
from orchestra.paper_exchange.market.assets import asset_id
from orchestra.paper_exchange.market.market import decimal_text
from orchestra.paper_exchange.wire.shapes import NEW_YORK, Json, utc_text

TIMES = ("filled_at", "expired_at", "canceled_at", "failed_at", "replaced_at")
AMOUNTS = ("notional", "filled_avg_price", "limit_price", "stop_price", "trail_price", "trail_percent", "hwm")


def order_json(order: Order, legs: Sequence[Order] | None = None) -> Json:
    """Return one Order object. legs: to be shown inside it, None for not."""
    return {
        "id": order.id,
        "client_order_id": order.client_order_id,
        "created_at": utc_text(order.submitted_at),
        "updated_at": utc_text(order.updated_at),
        "submitted_at": utc_text(order.submitted_at),
        **{name: _time(getattr(order, name)) for name in TIMES},
        "expires_at": utc_text(microseconds(order.expires_at)),
        "replaced_by": order.replaced_by,
        "replaces": order.replaces,
        "asset_id": asset_id(order.symbol),
        "symbol": order.symbol,
        "asset_class": "us_equity",
        **{name: _amount(getattr(order, name)) for name in AMOUNTS},
        "qty": None if order.notional is not None else decimal_text(order.qty),
        "filled_qty": decimal_text(order.filled_qty),
        "order_class": order.order_class.value,
        "order_type": order.type.value,
        "type": order.type.value,
        "side": order.side.value,
        "position_intent": "buy_to_open" if order.side is Side.BUY else "sell_to_close",
        "time_in_force": order.time_in_force.value,
        "status": order.status.value,
        "extended_hours": order.extended_hours,
        "legs": [order_json(leg) for leg in legs] if legs else None,
        **dict.fromkeys(("subtag", "source")),
    }


def accepted_order_json(order: Order, legs: Sequence[Order] | None = None) -> Json:
    """Return the answer to POST /v2/orders: a live order is not acknowledged yet, as at Alpaca."""
    is_live = order.status is OrderStatus.NEW
    return order_json(order, legs) | ({"status": "pending_new"} if is_live else {})


def update_json(update: OrderUpdate) -> Json:
    """Return the data of one trade update."""
    fill = update.fill
    at = microseconds(fill.at) if fill else update.order.updated_at
    data: Json = {"event": update.event, "timestamp": utc_text(at), "order": order_json(update.order)}
    if fill is None:
        return data
    return data | {
        "execution_id": fill.execution_id,
        "price": decimal_text(fill.price),
        "qty": decimal_text(fill.qty),
        "position_qty": decimal_text(fill.position_qty),
    }


def fill_json(fill: OrderFill) -> Json:
    """Return one FILL of the account's activities."""
    is_last = fill.leaves_qty == 0
    return {
        "id": f"{_stamp(fill.at)}::{fill.execution_id}",
        "activity_type": "FILL",
        "transaction_time": utc_text(microseconds(fill.at)),
        "type": "fill" if is_last else "partial_fill",
        "price": decimal_text(fill.price),
        "qty": decimal_text(fill.qty),
        "side": fill.side.value,
        "symbol": fill.symbol,
        "leaves_qty": decimal_text(fill.leaves_qty),
        "order_id": fill.order_id,
        "cum_qty": decimal_text(fill.cumulative_qty),
        "order_status": "filled" if is_last else "partially_filled",
    }


def activity_json(activity: Activity) -> Json:
    """Return one dividend or split of the account's activities."""
    is_dividend = activity.kind is ActivityKind.DIVIDEND
    return {
        "id": f"{activity.day:%Y%m%d}000000000::{activity.id}",
        "activity_type": activity.kind.value,
        **({"activity_sub_type": "CDIV"} if is_dividend else {}),
        "date": activity.day.isoformat(),
        "net_amount": decimal_text(activity.net_amount),
        "symbol": activity.symbol,
        "qty": decimal_text(activity.qty),
        **({"per_share_amount": _amount(activity.per_share_amount)} if is_dividend else {}),
        "status": "executed",
        "currency": "USD",
        "created_at": utc_text(microseconds(activity.at)),
        "description": activity.description,
    }


def _stamp(ts: int) -> str:
    """Return the New York wall clock as activity ids begin with it, to the millisecond."""
    return datetime.fromtimestamp(ts, NEW_YORK).strftime("%Y%m%d%H%M%S000")


def _time(at: int | None) -> str | None:
    return None if at is None else utc_text(at)


def _amount(value: Decimal | None) -> str | None:
    return None if value is None else decimal_text(value)
