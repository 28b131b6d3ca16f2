"""What the account may order now: its money, its shares, and the wash-trade rule."""

from decimal import Decimal

from orchestra.paper_exchange.book.account import Account, PriceOf, cost_price
from orchestra.paper_exchange.book.orders import Order, OrderType, Side
from orchestra.paper_exchange.book.refusal import Refusal, forbidden
from orchestra.paper_exchange.market.market import decimal_text


def refuse_for_account(order: Order, account: Account, price_of: PriceOf) -> Refusal | None:
    """Return why the account cannot place the order, or None."""
    wash_trade = _refuse_wash_trade(order, account)
    if wash_trade:
        return wash_trade
    if order.side is Side.BUY:
        return _refuse_without_money(order, account, price_of)
    return _refuse_without_shares(order, account)


def _refuse_wash_trade(order: Order, account: Account) -> Refusal | None:
    """Alpaca's table for simple orders: one of the two a market order, or two limits that would meet."""
    for other in account.orders_in(order.symbol, order.side.opposite):
        limits = [each.limit_price for each in (order, other)]
        if None not in limits and not _would_meet(order, other):
            continue
        kind = "limit" if other.type is OrderType.LIMIT else "market/stop"
        return forbidden(
            "potential wash trade detected. use complex orders",
            existing_order_id=other.id,
            reject_reason=f"opposite side {kind} order exists",
        )
    return None


def _would_meet(order: Order, other: Order) -> bool:
    buy, sell = (order, other) if order.side is Side.BUY else (other, order)
    return (buy.limit_price or Decimal(0)) >= (sell.limit_price or Decimal(0))


def _refuse_without_money(order: Order, account: Account, price_of: PriceOf) -> Refusal | None:
    buying_power = account.buying_power(price_of)
    cost = order.qty * cost_price(order, price_of)
    if cost <= buying_power:
        return None
    return forbidden(
        "insufficient buying power", buying_power=decimal_text(buying_power), cost_basis=decimal_text(cost)
    )


def _refuse_without_shares(order: Order, account: Account) -> Refusal | None:
    """Refuse a short sale as Alpaca refuses selling shares that other orders hold."""
    held, claimed = account.position(order.symbol).qty, account.held_for_orders(order.symbol)
    available = held - claimed
    if order.qty <= available:
        return None
    asked, left = decimal_text(order.qty), decimal_text(available)
    return forbidden(
        f"insufficient qty available for order (requested: {asked}, available: {left})",
        available=left,
        existing_qty=decimal_text(held),
        held_for_orders=decimal_text(claimed),
        related_orders=[other.id for other in account.orders_in(order.symbol, Side.SELL)],
        symbol=order.symbol,
    )
