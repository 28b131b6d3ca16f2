"""What the account may order now: its settings, its money, its shares, and the wash-trade rule."""

from collections.abc import Sequence
from decimal import Decimal

from orchestra.paper_exchange.book.account import Account, PriceOf, cost_of
from orchestra.paper_exchange.book.entry.order_terms import OrderRequest
from orchestra.paper_exchange.book.entry.wash_trades import refuse_wash_trade
from orchestra.paper_exchange.book.orders import Order, OrderClass, Side
from orchestra.paper_exchange.book.refusal import Refusal, forbidden, not_allowed
from orchestra.paper_exchange.market.market import decimal_text

SMALLEST_DISTANCE = Decimal("0.01")


def refuse_by_settings(request: OrderRequest, account: Account) -> Refusal | None:
    """Return which of the account's own settings forbids the order, or None."""
    if account.configuration.suspend_trade:
        return forbidden("new orders are rejected by user request")
    if request.is_fractional and not account.configuration.fractional_trading:
        return forbidden("fractional trading is disabled by user request")
    return None


def refuse_for_account(order: Order, account: Account, price_of: PriceOf) -> Refusal | None:
    """Return why the account cannot place the order, or None. price_of: what a share costs a buyer now."""
    wash_trade = refuse_wash_trade(order, account)
    if wash_trade:
        return wash_trade
    if order.side is Side.BUY:
        return _refuse_without_money(order, account, price_of)
    return _refuse_without_shares(order, account)


def refuse_stop_price(orders: Sequence[Order], last_price: Decimal) -> Refusal | None:
    """Return why the stop of a new bracket or OTO would be touched by its own entry, or None."""
    entry, legs = orders[0], orders[1:]
    if entry.order_class not in {OrderClass.BRACKET, OrderClass.OTO}:
        return None
    base_price = last_price if entry.limit_price is None else entry.limit_price
    for leg in legs:
        if leg.stop_price is not None and leg.stop_price > base_price - SMALLEST_DISTANCE:
            return not_allowed("stop_loss.stop_price must be <= base_price - 0.01")
    return None


def _refuse_without_money(order: Order, account: Account, price_of: PriceOf) -> Refusal | None:
    buying_power = account.buying_power(price_of)
    cost = cost_of(order, price_of)
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
        related_orders=[other.id for other in account.claiming(order.symbol)],
        symbol=order.symbol,
    )
