"""The price that a trailing stop drags behind itself."""

from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal

from database.bar import Bar
from orchestra.paper_exchange.book.orders import ZERO, Order, Side
from orchestra.paper_exchange.market.market import exact

CENT = Decimal("0.01")
HUNDREDTH_CENT = Decimal("0.0001")
PERCENT = Decimal(100)


def on_tick(price: Decimal) -> Decimal:
    """Return the price on Alpaca's price steps: a cent from one dollar on, a hundredth of it below."""
    return price.quantize(CENT if price >= 1 else HUNDREDTH_CENT, ROUND_HALF_EVEN)


def marked(order: Order, price: Decimal) -> Order:
    """Return a trailing stop whose high (sell) or low (buy) water mark is this price."""
    distance = order.trail_price if order.trail_price is not None else price * (order.trail_percent or ZERO) / PERCENT
    # A trail wider than the price itself would put the stop below nothing.
    stop_price = max(HUNDREDTH_CENT, on_tick(price + order.side.sign * distance))
    return replace(order, hwm=price, stop_price=stop_price)


def trailed(order: Order, bar: Bar) -> Order:
    """Return a trailing stop after a bar that did not touch it."""
    best = exact(bar.low if order.side is Side.BUY else bar.high)
    if order.hwm is not None and order.side.sign * best >= order.side.sign * order.hwm:
        return order
    return marked(order, best)
