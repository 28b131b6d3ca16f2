"""Make orders of a request: which bar may fill them first, when they die, and which legs come with them."""

from dataclasses import dataclass, replace
from decimal import ROUND_UP, Decimal

from database.bar import MINUTE
from database.calendar_manager import Session
from orchestra.paper_exchange.book.entry.order_terms import OrderRequest
from orchestra.paper_exchange.book.floor.trailing import marked, on_tick
from orchestra.paper_exchange.book.orders import (
    SMALLEST_SHARE,
    ZERO,
    Leg,
    NewId,
    Order,
    OrderClass,
    OrderStatus,
    OrderType,
    Side,
    TimeInForce,
    microseconds,
)

GTC_SECONDS = 90 * 24 * 3600
# Alpaca turns buy stops into stop-limits, so that a gap does not buy at any price.
DEAR_STOP = Decimal(50)
LIMIT_OF_DEAR_STOP = Decimal("1.025")
LIMIT_OF_CHEAP_STOP = Decimal("1.04")


@dataclass(frozen=True, slots=True)
class Entry:
    """Where and when an order arrives.

    session: the one it can trade in, under way or the next. is_settled: the engine is done with `now`, so that minute's
    bar fills nothing new. last_price: the symbol's. newest_order_at: microseconds of the order before; the new one is
    later, so that no two orders share a time. after_hours: start and end of the extended hours that begin at the close
    of the session under way or just over, epoch seconds; both the same when they are not played.
    """

    symbol: str
    session: Session
    now: int
    is_settled: bool
    newest_order_at: int
    last_price: Decimal
    after_hours: tuple[int, int]


def new_orders(request: OrderRequest, entry: Entry, *, client_order_id: str, new_id: NewId) -> list[Order]:
    """Return the order as the exchange takes it in, its legs behind it, not yet checked against the account."""
    parent = _parent(request, entry, order_id=str(new_id()), client_order_id=client_order_id)
    legs = [_priced(_leg(parent, leg, new_id), request) for leg in _wanted_legs(request)]
    times = range(parent.submitted_at + 1, parent.submitted_at + 1 + len(legs))
    return [parent, *(replace(leg, submitted_at=at, updated_at=at) for leg, at in zip(legs, times, strict=True))]


def _parent(request: OrderRequest, entry: Entry, *, order_id: str, client_order_id: str) -> Order:
    submitted_at = max(microseconds(entry.now), entry.newest_order_at + 1)
    begins, ends = lifetime(request.time_in_force, entry, is_extended=request.extended_hours)
    is_oco = request.order_class is OrderClass.OCO
    order = Order(
        id=order_id,
        client_order_id=client_order_id,
        symbol=entry.symbol,
        side=request.side,
        type=request.type,
        time_in_force=request.time_in_force,
        qty=_qty(request, entry.last_price),
        limit_price=request.take_profit if is_oco else request.limit_price,
        status=OrderStatus.NEW if is_live(entry, begins) else OrderStatus.ACCEPTED,
        submitted_at=submitted_at,
        updated_at=submitted_at,
        eligible_from=begins,
        expires_at=ends,
        notional=request.notional,
        stop_price=request.stop_price,
        trail_price=request.trail_price,
        trail_percent=request.trail_percent,
        extended_hours=request.extended_hours,
        order_class=request.order_class,
        leg=Leg.TAKE_PROFIT if is_oco else None,
    )
    return with_derived_prices(order, entry.last_price)


def lifetime(life: TimeInForce, entry: Entry, *, is_extended: bool) -> tuple[int, int]:
    """Return the start of the first bar that may fill an order, and the end of its life, epoch seconds."""
    session, (after_close, after_hours_end) = entry.session, entry.after_hours
    first_bar = entry.now + MINUTE if entry.is_settled else entry.now
    begins = entry.now if is_extended and entry.now >= after_close else max(first_bar, session.open)
    if life is TimeInForce.GTC:
        return begins, entry.now + GTC_SECONDS
    if life is TimeInForce.DAY:
        return begins, after_hours_end if is_extended else session.close
    if life is TimeInForce.CLS:
        return max(begins, session.close - MINUTE), session.close
    return begins, min(begins + MINUTE, session.close)


def is_live(entry: Entry, begins: int) -> bool:
    """Tell whether an order can trade at once, rather than wait for the next session."""
    return entry.session.contains(entry.now) or begins < entry.session.open


def with_derived_prices(order: Order, last_price: Decimal) -> Order:
    """Return the order with the prices Alpaca derives: the limit of a buy stop, the stop of a trailing one."""
    if order.type is OrderType.TRAILING_STOP:
        return marked(order, last_price)
    if order.type is not OrderType.STOP or order.side is Side.SELL or order.stop_price is None:
        return order
    factor = LIMIT_OF_DEAR_STOP if order.stop_price >= DEAR_STOP else LIMIT_OF_CHEAP_STOP
    return replace(order, type=OrderType.STOP_LIMIT, limit_price=on_tick(order.stop_price * factor))


def _qty(request: OrderRequest, last_price: Decimal) -> Decimal:
    """Return the shares asked for; a notional sell claims what its dollars are worth now, a buy none."""
    if request.qty is not None:
        return request.qty
    if request.side is Side.BUY or request.notional is None or not last_price:
        return ZERO
    return (request.notional / last_price).quantize(SMALLEST_SHARE, ROUND_UP)


def _wanted_legs(request: OrderRequest) -> list[Leg]:
    """Return the legs beside the parent; an OCO's parent is its target itself."""
    targets = [Leg.TAKE_PROFIT] if request.take_profit and request.order_class is not OrderClass.OCO else []
    return targets + ([Leg.STOP_LOSS] if request.stop_loss else [])


def _leg(parent: Order, leg: Leg, new_id: NewId) -> Order:
    """Return a held leg, unpriced. A leg of an OCO can be touched at once, another only when its entry has filled."""
    is_oco = parent.order_class is OrderClass.OCO
    return replace(
        parent,
        id=str(new_id()),
        client_order_id=str(new_id()),
        side=parent.side if is_oco else parent.side.opposite,
        status=OrderStatus.HELD,
        eligible_from=parent.eligible_from if is_oco else parent.expires_at,
        parent_id=parent.id,
        leg=leg,
        limit_price=None,
        stop_price=None,
    )


def _priced(leg: Order, request: OrderRequest) -> Order:
    if leg.leg is Leg.TAKE_PROFIT:
        return replace(leg, type=OrderType.LIMIT, limit_price=request.take_profit)
    stop = request.stop_loss
    if stop is None:
        return leg
    order_type = OrderType.STOP if stop.limit_price is None else OrderType.STOP_LIMIT
    return replace(leg, type=order_type, stop_price=stop.stop_price, limit_price=stop.limit_price)
