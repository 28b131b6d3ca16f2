"""The one pessimistic rule by which a minute bar meets an order.

A bar does not tell the order of its prices, so whatever it leaves open is decided against the order. All of it holds
before the fill model, which may only worsen a price, and never beyond a limit.

- **Market**: at the open of the first bar it is eligible for. A minute without a trade fills nothing; the order waits.
- **Limit**: the open is at the limit or better: at the open. Else the bar trades *through* the limit (buy: low < limit,
  sell: high > limit): at the limit. A bar that only touches the limit fills nothing, others were in line before us.
- **Stop**: touching is enough. The open is at the stop or beyond it (a gap): at the open. Else the bar reaches the stop
  (buy: high >= stop, sell: low <= stop): at the stop.
- **Stop-limit**: woken like a stop. Woken at the open it is a limit order for the whole bar; woken inside the bar it
  deals at the stop if its limit allows that, else it waits for the next bar, for the bar may have been at the limit
  earlier. Once woken it stays a limit order.
- **Trailing stop**: meets the bar with the stop price of the bar before; only then does the bar's extreme move the high
  or low water mark. Prices inside one bar therefore never lift the stop that they hit.
- **opg** and **ioc/fok** know only the open of their bar, **cls** only the close of the session's last bar; what that
  does not fill is canceled. fok fills wholly or not at all.
- **A family**: its stop meets a bar before its target, so a bar that holds both prices costs the stop. A bracket's
  entry that fills at the open has the whole bar ahead of it; after one that fills inside the bar, the same bar can
  still hit the stop (it lies beyond the entry) but the target waits for the next bar.

So before the model no order gets a price outside [low, high] of its bar, nor ever one beyond its limit.
Market orders meet [T, T + 60) as soon as the engine is done with T, all others once it is done with the bar's first
second; extended hours are met only by limit orders that ask for it, by the same rule.
"""

from dataclasses import dataclass
from decimal import Decimal

from database.bar import Bar
from orchestra.paper_exchange.book.orders import Order, OrderType, Side, TimeInForce
from orchestra.paper_exchange.market.market import exact

ONLY_THE_OPEN = frozenset({TimeInForce.OPG, TimeInForce.IOC, TimeInForce.FOK})


@dataclass(frozen=True, slots=True)
class Meeting:
    """What one bar does to one order. price: None when nothing is dealt; is_triggered: the stop is, or was, touched."""

    price: Decimal | None = None
    is_at_open: bool = False
    is_triggered: bool = False


@dataclass(frozen=True, slots=True)
class _Prices:
    """A bar seen from one direction. worst: the price that hurts most, the high for a buyer; best: the other end."""

    sign: int
    opening: Decimal
    worst: Decimal
    best: Decimal

    @classmethod
    def of(cls, bar: Bar, side: Side) -> "_Prices":
        high, low = exact(bar.high), exact(bar.low)
        worst, best = (high, low) if side is Side.BUY else (low, high)
        return cls(side.sign, exact(bar.open), worst, best)

    def is_beyond(self, price: Decimal, mark: Decimal) -> bool:
        """Tell whether the price is worse for this side than the mark."""
        return self.sign * price > self.sign * mark


def meet(order: Order, bar: Bar) -> Meeting:
    """Return what the bar does to an order that is eligible for it."""
    if order.type is OrderType.MARKET and order.time_in_force is not TimeInForce.CLS:
        return Meeting(exact(bar.open), is_at_open=True, is_triggered=order.is_triggered)
    prices = _Prices.of(bar, order.side)
    if order.time_in_force is TimeInForce.CLS:
        closing = exact(bar.close)
        is_bad = order.limit_price is not None and prices.is_beyond(closing, order.limit_price)
        return Meeting(None if is_bad else closing)
    if order.stop_price is not None and not order.is_triggered:
        return _meet_stop(order, order.stop_price, prices)
    return _meet_limit(order, prices, is_triggered=order.is_triggered)


def fill_price(order: Order, bar: Bar) -> Decimal | None:
    """Return the price at which the bar fills the order, or None."""
    return meet(order, bar).price


def _meet_limit(order: Order, prices: _Prices, *, is_triggered: bool) -> Meeting:
    limit = order.limit_price
    if limit is None or not prices.is_beyond(prices.opening, limit):
        return Meeting(prices.opening, is_at_open=True, is_triggered=is_triggered)
    is_through = prices.is_beyond(limit, prices.best) and order.time_in_force not in ONLY_THE_OPEN
    return Meeting(limit if is_through else None, is_triggered=is_triggered)


def _meet_stop(order: Order, stop: Decimal, prices: _Prices) -> Meeting:
    if not prices.is_beyond(stop, prices.opening):
        return _meet_limit(order, prices, is_triggered=True)
    if prices.is_beyond(stop, prices.worst):
        return Meeting()
    is_bad = order.limit_price is not None and prices.is_beyond(stop, order.limit_price)
    return Meeting(None if is_bad else stop, is_triggered=True)


def is_first_second(order: Order) -> bool:
    """Tell whether the order meets a bar's open as soon as the engine is done with the minute."""
    return order.type is OrderType.MARKET and order.time_in_force is not TimeInForce.CLS
