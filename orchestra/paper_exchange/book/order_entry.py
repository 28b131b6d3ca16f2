"""Make an order of a request: which bar may fill it first, and when it dies."""

from dataclasses import dataclass

from database.bar import MINUTE
from database.calendar_manager import Session
from orchestra.paper_exchange.book.order_request import OrderRequest
from orchestra.paper_exchange.book.orders import Order, OrderStatus, TimeInForce, microseconds

GTC_SECONDS = 90 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Entry:
    """Where and when an order arrives. session: the one it can trade in, under way or the next.

    is_settled: the engine is done with `now`, so that minute's bar fills nothing new. newest_order_at: microseconds of
    the order before; the new one is later, so that no two orders share a time.
    """

    symbol: str
    session: Session
    now: int
    is_settled: bool
    newest_order_at: int


def new_order(request: OrderRequest, entry: Entry, *, order_id: str, client_order_id: str) -> Order:
    """Return the order as the exchange takes it in, not yet checked against the account."""
    first_bar = entry.now + MINUTE if entry.is_settled else entry.now
    submitted_at = max(microseconds(entry.now), entry.newest_order_at + 1)
    is_day = request.time_in_force is TimeInForce.DAY
    return Order(
        id=order_id,
        client_order_id=client_order_id,
        symbol=entry.symbol,
        side=request.side,
        type=request.type,
        time_in_force=request.time_in_force,
        qty=request.qty,
        limit_price=request.limit_price,
        status=OrderStatus.NEW if entry.session.contains(entry.now) else OrderStatus.ACCEPTED,
        submitted_at=submitted_at,
        updated_at=submitted_at,
        eligible_from=max(first_bar, entry.session.open),
        expires_at=entry.session.close if is_day else entry.now + GTC_SECONDS,
    )
