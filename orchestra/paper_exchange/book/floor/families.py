"""Orders that belong together: what an execution or a cancellation of one means for the others.

Alpaca's rules: the legs of a bracket or OTO are *held* until the entry is filled completely. Then the take-profit leg
becomes `new` and claims the shares, while a stop beside it stays held until it is touched. Whichever of the two fills
cancels the other; a partial fill of the target reduces the stop. An OCO is the same without an entry: its parent is the
target. Canceling any part cancels the rest.
"""

from dataclasses import replace

from database.bar import MINUTE
from orchestra.paper_exchange.book.draft import Draft
from orchestra.paper_exchange.book.orders import Leg, Order, OrderClass, OrderStatus, microseconds


def members(draft: Draft, order: Order) -> list[Order]:
    """Return the working orders of the order's family, itself included, oldest first."""
    if order.order_class is OrderClass.SIMPLE:
        current = draft.order(order)
        return [current] if current.is_working else []
    return [each for each in draft.working if each.family_id == order.family_id]


def cancel(draft: Draft, order: Order) -> None:
    """Cancel the order and what is left of its family."""
    draft.step(order, OrderStatus.CANCELED)
    cancel_others(draft, order)


def cancel_others(draft: Draft, order: Order) -> None:
    """Cancel what is left of the order's family beside itself."""
    for other in members(draft, order):
        if other.id != order.id:
            draft.step(other, OrderStatus.CANCELED)


def after_fill(draft: Draft, order: Order, ts: int, *, is_at_open: bool) -> None:
    """Draw the consequences of an execution at the bar [ts, ts + 60). order: as it is after it."""
    if order.order_class is OrderClass.SIMPLE:
        return
    if is_target(order):
        _shrink_stop(draft, order)
    elif is_entry(order) and order.status is OrderStatus.FILLED:
        _wake_legs(draft, order, ts, is_at_open=is_at_open)


def trigger(draft: Draft, order: Order) -> Order:
    """Keep that a stop was touched; a held stop takes the shares over from its target and becomes `new`."""
    triggered = draft.put(replace(order, is_triggered=True))
    if order.status is not OrderStatus.HELD:
        return triggered
    cancel_others(draft, order)
    return draft.step(triggered, OrderStatus.NEW)


def is_entry(order: Order) -> bool:
    """Tell whether legs wait for the order."""
    return order.parent_id is None and order.order_class in {OrderClass.BRACKET, OrderClass.OTO}


def is_target(order: Order) -> bool:
    """Tell whether the order takes the profit of its family."""
    return order.leg is Leg.TAKE_PROFIT


def is_stop(order: Order) -> bool:
    """Tell whether the order stops the loss of its family."""
    return order.leg is Leg.STOP_LOSS


def _shrink_stop(draft: Draft, target: Order) -> None:
    for stop in filter(is_stop, members(draft, target)):
        if target.status is OrderStatus.FILLED:
            draft.step(stop, OrderStatus.CANCELED)
        else:
            shrunk = replace(stop, qty=target.open_qty, updated_at=microseconds(draft.minute))
            draft.put(shrunk, "restated")


def _wake_legs(draft: Draft, entry: Order, ts: int, *, is_at_open: bool) -> None:
    """Let the legs work: the stop from this bar on, the target from the first bar that is surely later."""
    legs = [order for order in members(draft, entry) if order.parent_id]
    # All have their hour before one wakes up: a target without shares is rejected and takes its stop along.
    for leg in legs:
        begins = ts if is_stop(leg) or is_at_open else ts + MINUTE
        draft.put(replace(leg, eligible_from=begins))
    for leg in legs:
        if is_target(leg) or len(legs) == 1:
            _wake(draft, draft.order(leg))


def _wake(draft: Draft, leg: Order) -> None:
    """Make a leg `new`, or reject it when other orders have claimed the shares meanwhile."""
    account = draft.result
    if leg.open_qty <= account.position(leg.symbol).qty - account.held_for_orders(leg.symbol):
        draft.step(leg, OrderStatus.NEW)
        return
    draft.step(leg, OrderStatus.REJECTED)
    cancel_others(draft, leg)
