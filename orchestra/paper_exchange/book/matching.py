"""The one rule by which a minute bar fills orders.

A **market order** fills wholly at the open of the first bar it is eligible for. Accepted at minute T before T is
settled, that is the bar [T, T + 60), else the next minute's; a minute without a trade fills nothing and the order waits
for the next bar of its session.

A **limit order** is matched against a bar it is eligible for only once the engine is done with the bar's first second,
pessimistically, because a bar does not tell the order of its prices:
- the open is at the limit or better: the order fills at the open;
- else the bar trades *through* the limit (buy: low < limit, sell: high > limit): the order fills at its limit;
- a bar that only touches the limit fills nothing, for others were in line before us.

So no order ever gets a price that its bar did not show, nor one beyond its limit. Fills are whole: no volume cap,
spread or slippage. A DAY order that no bar of its session filled expires at the close.
"""

from collections.abc import Callable, Collection
from decimal import Decimal
from uuid import UUID

from database.bar import Bar
from orchestra.paper_exchange.book.draft import Draft
from orchestra.paper_exchange.book.orders import Order, OrderType, Side, is_eligible
from orchestra.paper_exchange.market.market import Market, exact


def match(draft: Draft, market: Market, ts: int, *, types: Collection[OrderType], new_id: Callable[[], UUID]) -> None:
    """Fill the working orders of these types that the bars [ts, ts + 60) fill, oldest first."""
    for order in draft.account.working.values():
        if order.type not in types or not is_eligible(order, ts):
            continue
        bar = market.bar(order.symbol, ts)
        price = fill_price(order, bar) if bar else None
        if price is not None:
            draft.execute(order, price, at=ts, execution_id=str(new_id()))


def fill_price(order: Order, bar: Bar) -> Decimal | None:
    """Return the price at which the bar fills the order, or None."""
    opening = exact(bar.open)
    if order.type is OrderType.MARKET or order.limit_price is None:
        return opening
    if order.side is Side.BUY:
        if opening <= order.limit_price:
            return opening
        return order.limit_price if exact(bar.low) < order.limit_price else None
    if opening >= order.limit_price:
        return opening
    return order.limit_price if exact(bar.high) > order.limit_price else None
