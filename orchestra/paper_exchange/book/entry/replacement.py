"""The body of PATCH /v2/orders/{id}, and the order that takes the old one's place."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from orchestra.paper_exchange.book.entry import field_reader as read
from orchestra.paper_exchange.book.entry.field_reader import RefusedField
from orchestra.paper_exchange.book.entry.order_entry import Entry, is_live, lifetime
from orchestra.paper_exchange.book.entry.request_rules import LASTING, PRICES_OF
from orchestra.paper_exchange.book.floor.trailing import marked
from orchestra.paper_exchange.book.orders import (
    ZERO,
    Order,
    OrderClass,
    OrderStatus,
    OrderType,
    TimeInForce,
    microseconds,
)
from orchestra.paper_exchange.book.refusal import Refusal, invalid, not_allowed

REPLACEABLE = frozenset({OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED, OrderStatus.HELD, OrderStatus.DONE_FOR_DAY})


@dataclass(frozen=True, slots=True)
class Change:
    """What a client wants to be different; None stays. trail: a trailing stop's distance, in dollars or percent."""

    qty: Decimal | None = None
    time_in_force: TimeInForce | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail: Decimal | None = None
    client_order_id: str = ""


def read_change(body: object) -> Change | Refusal:
    """Return the change, or why the body cannot be one."""
    if not isinstance(body, Mapping):
        return invalid("request body format is invalid")
    try:
        qty = read.number(body, "qty")
        read.require(qty is None or qty % 1 == 0, lambda: invalid("qty must be integer"))
        return Change(
            qty=qty,
            time_in_force=read.choice(body, "time_in_force", TimeInForce) if body.get("time_in_force") else None,
            limit_price=read.price(body, "limit_price"),
            stop_price=read.price(body, "stop_price"),
            trail=read.number(body, "trail"),
            client_order_id=read.client_order_id(body),
        )
    except RefusedField as refused:
        return refused.refusal


def refuse_change(order: Order, change: Change) -> Refusal | None:
    """Return why the order cannot be changed like that, or None."""
    if order.status not in REPLACEABLE:
        return not_allowed(f"cannot replace order in {order.status} status")
    if order.notional is not None:
        return not_allowed("notional orders cannot be replaced")
    return _refuse_size(order, change) or _refuse_life(order, change) or _refuse_prices(order, change)


def successor(order: Order, change: Change, entry: Entry, *, order_id: str, client_order_id: str) -> Order | Refusal:
    """Return the order that takes the place of another one, or why nothing would change.

    qty is the whole order's; the successor is for what the old one has not filled, so that the fills of both add up.
    """
    if change.stop_price is not None and order.is_triggered:
        return not_allowed("the stop of this order was touched already")
    changed = replace(
        order,
        qty=order.open_qty if change.qty is None else change.qty - order.filled_qty,
        time_in_force=change.time_in_force or order.time_in_force,
        limit_price=order.limit_price if change.limit_price is None else change.limit_price,
        stop_price=order.stop_price if change.stop_price is None else change.stop_price,
        trail_price=order.trail_price if change.trail is None or order.trail_price is None else change.trail,
        trail_percent=order.trail_percent if change.trail is None or order.trail_percent is None else change.trail,
    )
    if changed == replace(order, qty=order.open_qty):
        return not_allowed("order parameters are not changed")
    return _renewed(changed, entry, order_id=order_id, client_order_id=client_order_id)


def _renewed(order: Order, entry: Entry, *, order_id: str, client_order_id: str) -> Order:
    """Return the changed order as one that arrives now."""
    submitted_at = max(microseconds(entry.now), entry.newest_order_at + 1)
    begins, ends = lifetime(order.time_in_force, entry, is_extended=order.extended_hours)
    is_held = order.status is OrderStatus.HELD
    renewed = replace(
        order,
        id=order_id,
        client_order_id=client_order_id,
        status=OrderStatus.HELD if is_held else _status(entry, begins),
        submitted_at=submitted_at,
        updated_at=submitted_at,
        # A leg that sleeps goes on sleeping, one whose family is awake can be touched from the next possible bar on.
        eligible_from=order.eligible_from if is_held and order.eligible_from >= order.expires_at else begins,
        expires_at=order.expires_at if order.order_class is not OrderClass.SIMPLE else ends,
        filled_qty=ZERO,
        filled_avg_price=None,
        filled_at=None,
        replaces=order.id,
    )
    return marked(renewed, order.hwm) if order.hwm is not None and not order.is_triggered else renewed


def _status(entry: Entry, begins: int) -> OrderStatus:
    return OrderStatus.NEW if is_live(entry, begins) else OrderStatus.ACCEPTED


def _refuse_size(order: Order, change: Change) -> Refusal | None:
    if change.qty is None:
        return None
    if order.order_class is not OrderClass.SIMPLE:
        return not_allowed("qty of complex orders cannot be replaced")
    if order.qty % 1:
        return invalid("qty of fractional orders cannot be replaced")
    return None if change.qty > order.filled_qty else not_allowed("qty must be > filled_qty")


def _refuse_life(order: Order, change: Change) -> Refusal | None:
    if change.time_in_force in {None, order.time_in_force}:
        return None
    if order.order_class is not OrderClass.SIMPLE:
        return not_allowed("time_in_force of complex orders cannot be replaced")
    if change.time_in_force not in LASTING or order.time_in_force not in LASTING:
        return not_allowed("time_in_force can be replaced by day or gtc only")
    is_for_ever = change.time_in_force is TimeInForce.GTC
    return not_allowed("fractional orders must be DAY orders") if order.qty % 1 and is_for_ever else None


def _refuse_prices(order: Order, change: Change) -> Refusal | None:
    used = PRICES_OF[order.type]
    for name in ("limit_price", "stop_price"):
        if getattr(change, name) is not None and name not in used:
            return invalid(f"{order.type.replace('_', ' ')} orders require no {name.replace('_', ' ')}")
    if change.trail is None:
        return None
    if order.type is not OrderType.TRAILING_STOP:
        return invalid("trail is for trailing stop orders only")
    if order.is_triggered:
        return not_allowed("the stop of this order was touched already")
    return invalid("trail must be < 100") if order.trail_percent is not None and change.trail >= 100 else None
