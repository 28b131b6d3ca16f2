"""Alpaca's table of wash trades: which new order may not meet which resting one of the other side."""

from orchestra.paper_exchange.book.account import Account
from orchestra.paper_exchange.book.orders import ZERO, Order, OrderClass, OrderType, Side
from orchestra.paper_exchange.book.refusal import Refusal, forbidden

LIMITED = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT})


def refuse_wash_trade(order: Order, account: Account) -> Refusal | None:
    """Return why the order could trade against one of the account's own, or None.

    With a market or plain stop order among the two always; with two limits when they would meet. Complex orders and
    trailing stops are exempt.
    """
    if _is_exempt(order):
        return None
    for other in account.orders_in(order.symbol, order.side.opposite):
        if _is_exempt(other) or ({order.type, other.type} <= LIMITED and not _would_meet(order, other)):
            continue
        kind = "limit" if other.type in LIMITED else "market/stop"
        return forbidden(
            "potential wash trade detected. use complex orders",
            existing_order_id=other.id,
            reject_reason=f"opposite side {kind} order exists",
        )
    return None


def _is_exempt(order: Order) -> bool:
    return order.order_class is not OrderClass.SIMPLE or order.type is OrderType.TRAILING_STOP


def _would_meet(order: Order, other: Order) -> bool:
    buy, sell = (order, other) if order.side is Side.BUY else (other, order)
    return (buy.limit_price or ZERO) >= (sell.limit_price or ZERO)
