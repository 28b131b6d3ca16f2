"""V3: what is filled is what the exchange says, and the executions prove it.

In: a session. Out: findings. Thread: any.
"""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from orchestra.verification.findings import Findings, Invariant, Unchecked, critical
from orchestra.verification.session_rows import ZERO, Execution, Intent, Session, VenueFill, VenueOrder, total

V3 = Invariant.FILLED_ALIKE
# The broker tells average prices, rounded to a hundredth of a cent a share.
ROUNDING = Decimal("0.0001")


def filled_alike(session: Session) -> Findings:
    """Yield V3 of every order."""
    executions = defaultdict[int, list[Execution]](list)
    for execution in session.books.executions:
        executions[execution.order_id].append(execution)
    for intent in session.books.intents:
        yield from _within_bounds(intent)
        yield from _proved(intent, executions[intent.id])
    if session.venue is None:
        yield Unchecked(V3, session.no_venue)
        return
    orders = {order.client_order_id: order for order in session.venue.orders}
    told = {fill.execution_id: fill for fill in session.venue.fills}
    for intent in session.books.intents:
        order = orders.get(intent.client_order_id)
        if order is not None:
            yield from _like_exchange(intent, order, executions[intent.id], session=session)
            settled = [each for each in executions[intent.id] if session.is_settled(each.at)]
            yield from _told_by_exchange(intent, settled, told)


def _within_bounds(intent: Intent) -> Findings:
    if not ZERO <= intent.filled_qty <= intent.qty:
        yield critical(V3, f"Order {intent.client_order_id} filled {intent.filled_qty} of {intent.qty}.", intent)
    elif (intent.status == "FILLED") != (intent.filled_qty == intent.qty) and not intent.is_over:
        yield critical(V3, f"Order {intent.client_order_id} is all filled and says {intent.status}.", intent)
    elif intent.status == "FILLED" and intent.filled_qty != intent.qty:
        yield critical(V3, f"Order {intent.client_order_id} says FILLED and is not.", intent)


def _proved(intent: Intent, executions: Sequence[Execution]) -> Findings:
    """Check that the executions add up in shares and dollars, and that each says how far the order was then."""
    shares = total(execution.qty for execution in executions)
    if shares != intent.filled_qty:
        sentence = f"Order {intent.client_order_id} filled {intent.filled_qty}, its executions add up to {shares}."
        yield critical(V3, sentence, intent, *executions)
        return
    dollars = total(execution.qty * execution.price for execution in executions)
    if abs(dollars - intent.filled_notional) > ROUNDING * max(shares, Decimal(1)):
        sentence = f"Order {intent.client_order_id} cost {intent.filled_notional}, its executions {dollars}."
        yield critical(V3, sentence, intent, *executions)
    so_far = ZERO
    for execution in executions:
        so_far += execution.qty
        if execution.qty <= ZERO or execution.price <= ZERO:
            yield critical(V3, f"Fill {execution.id} of order {intent.client_order_id} is no fill.", execution)
        elif execution.cum_qty not in (None, so_far):
            sentence = f"Fill {execution.id} makes {so_far} shares of its order, and says {execution.cum_qty}."
            yield critical(V3, sentence, execution)


def _like_exchange(intent: Intent, order: VenueOrder, executions: Sequence[Execution], *, session: Session) -> Findings:
    number = intent.client_order_id
    is_ahead = intent.filled_qty > order.filled_qty
    newest = max((execution.at for execution in executions), default=intent.created_at)
    # Our books are read a moment after the exchange's: they may be ahead, and an answer may be on its way.
    if not session.is_settled(max(newest, intent.created_at) if is_ahead else order.updated_at):
        return
    if intent.filled_qty != order.filled_qty:
        sentence = f"Order {number}: our books say {intent.filled_qty} are filled, the exchange {order.filled_qty}."
        yield critical(V3, sentence, intent, order)
    elif order.end is not None and intent.status not in (order.end, "ABANDONED", "DENIED", "REJECTED"):
        yield critical(V3, f"Order {number} is {order.end} at the exchange and {intent.status} in our books.", order)
    elif order.end is None and intent.status in ("FILLED", "CANCELED", "EXPIRED"):
        yield critical(V3, f"Order {number} still works at the exchange; our books say {intent.status}.", order)


def _told_by_exchange(intent: Intent, executions: Sequence[Execution], told: dict[str, VenueFill]) -> Findings:
    """Check each execution id: the exchange's, or made of the order's id where no message told of a fill."""
    for execution in executions:
        fill = told.get(execution.exec_id)
        is_stand_in = execution.exec_id.startswith(f"{intent.broker_order_id}:")
        if fill is None and not is_stand_in:
            yield critical(V3, f"The exchange knows no execution {execution.exec_id}.", intent, execution)
        elif fill is not None and (fill.client_order_id, fill.qty, fill.price) != (
            intent.client_order_id,
            execution.qty,
            execution.price,
        ):
            yield critical(V3, f"Execution {execution.exec_id} is another one at the exchange.", execution, fill)
