"""Let bars meet the working orders, and do what follows of it.

In: the bars of one minute, or of the hours between two sessions. Out: changes in a draft. Thread: the exchange's.
"""

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal

from database.bar import Bar
from orchestra.paper_exchange.book.draft import CANCELED_AT_THE_END, Draft
from orchestra.paper_exchange.book.fill_model import FillModel
from orchestra.paper_exchange.book.floor import families
from orchestra.paper_exchange.book.floor.trailing import trailed
from orchestra.paper_exchange.book.matching import is_first_second, meet
from orchestra.paper_exchange.book.orders import (
    ZERO,
    Leg,
    NewId,
    Order,
    OrderFill,
    OrderStatus,
    OrderType,
    Side,
    TimeInForce,
    is_eligible,
)
from orchestra.paper_exchange.market.market import MinuteBars


class Matcher:
    """Match by the rule of book/matching.py and a fill model."""

    def __init__(self, market: MinuteBars, model: FillModel, new_id: NewId) -> None:
        self._market = market
        self._model = model
        self._new_id = new_id

    def match_first_second(self, draft: Draft, ts: int, earlier: Sequence[OrderFill] = ()) -> None:
        """Fill market orders at the open of [ts, ts + 60). earlier: what was filled at this minute of the clock."""
        for order in draft.working:
            if is_first_second(order) and is_eligible(order, ts):
                self._play(draft, order, self._market.bar(order.symbol, ts), earlier=earlier)

    def match_bar(self, draft: Draft, ts: int, earlier: Sequence[OrderFill] = ()) -> None:
        """Let every working order meet its bar: the oldest family first, in it the stop before the target."""
        for order in _in_turn(draft.working):
            current = draft.order(order)
            if is_eligible(current, ts):
                self._play(draft, current, self._market.bar(current.symbol, ts), earlier=earlier)

    def match_extended(self, draft: Draft, start: int, end: int) -> None:
        """Let the orders that ask for extended hours meet the bars with start <= ts < end."""
        symbols = {order.symbol for order in draft.working if order.extended_hours}
        bars = [bar for symbol in sorted(symbols) for bar in self._market.bars(symbol, start, end)]
        for bar in sorted(bars, key=lambda bar: (bar.ts, bar.symbol)):
            for order in draft.working:
                if order.extended_hours and order.symbol == bar.symbol and is_eligible(order, bar.ts):
                    self._play(draft, order, bar, earlier=())

    def _play(self, draft: Draft, order: Order, bar: Bar | None, *, earlier: Sequence[OrderFill]) -> None:
        """Let an eligible order meet its bar; what lives for one bar only ends with it."""
        if bar is not None:
            self._meet(draft, order, bar, earlier=earlier)
        left = draft.order(order)
        if not left.is_working:
            return
        if left.time_in_force in CANCELED_AT_THE_END:
            draft.step(left, OrderStatus.CANCELED)
        elif bar is not None and left.type is OrderType.TRAILING_STOP and not left.is_triggered:
            draft.put(trailed(left, bar))

    def _meet(self, draft: Draft, order: Order, bar: Bar, *, earlier: Sequence[OrderFill]) -> None:
        meeting = meet(order, bar)
        if meeting.is_triggered and not order.is_triggered:
            order = families.trigger(draft, order)
        if meeting.price is None:
            return
        price = self._price(order, meeting.price)
        taken = _taken(bar, [*earlier, *draft.fills]) if earlier or draft.fills else ZERO
        qty = self._qty(order, price, self._model.available(bar.volume, taken))
        if not qty or (order.time_in_force is TimeInForce.FOK and qty < order.wanted_at(price)):
            return
        filled = draft.execute(order, price, qty=qty, at=bar.ts, execution_id=str(self._new_id()))
        families.after_fill(draft, filled, bar.ts, is_at_open=meeting.is_at_open)

    def _price(self, order: Order, price: Decimal) -> Decimal:
        worsened = self._model.worsened(price, order.side)
        if order.limit_price is None:
            return worsened
        return (min if order.side is Side.BUY else max)(worsened, order.limit_price)

    def _qty(self, order: Order, price: Decimal, available: Decimal | None) -> Decimal:
        """Return what the order gets; an order for whole shares gets whole shares."""
        wanted = order.wanted_at(price)
        if available is None or wanted <= available:
            return wanted
        return available.to_integral_value(ROUND_DOWN) if wanted % 1 == 0 else available


def _in_turn(orders: list[Order]) -> list[Order]:
    first: dict[str, int] = {}
    for index, order in enumerate(orders):
        first.setdefault(order.family_id, index)
    rank = {None: 0, Leg.STOP_LOSS: 1, Leg.TAKE_PROFIT: 2}
    return sorted(orders, key=lambda order: (first[order.family_id], rank[order.leg]))


def _taken(bar: Bar, fills: Sequence[OrderFill]) -> Decimal:
    """Return the shares that this bar has given already."""
    return sum((fill.qty for fill in fills if (fill.symbol, fill.at) == (bar.symbol, bar.ts)), ZERO)
