"""The day trades that are left in a minute: working orders count as filled, reservations are set aside.

In: what the session's fills have come to, orders under way. Out: who may still use one. Thread: engine.
A strategy that always closes on the day it opens reserves a day trade with its entry, so that its exit finds one.
Reservations are no rows: they follow from the fills and orders of the session, and end with it.
"""

from collections.abc import Mapping

from orchestra.risk.scarce.wording import over_limit
from system_databse.day_trades.day_trade_count import DayTradeCount, Trade
from system_databse.day_trades.day_trade_terms import MOST_DAY_TRADES
from system_databse.order import Order, Side


class DayTradeSlots:
    """Three day trades, and who has a claim on them.

    used: in the window, by what was filled. counts: by symbol, of what was traded in the session, or is held by those
    who want to trade; the slots take them over. reserved: the algorithms that will close today what they opened today.
    """

    def __init__(self, used: int, counts: Mapping[str, DayTradeCount], reserved: set[int]) -> None:
        self.used = used
        self.reserved = reserved
        self._counts = counts

    def free(self, algorithm_id: int | None = None) -> int:
        """Return how many are left for an algorithm: what others have reserved is not."""
        others = len(self.reserved - {algorithm_id})
        return MOST_DAY_TRADES - self.used - others

    def is_day_trade(self, symbol: str) -> bool:
        """Say whether selling some of the symbol now would complete a day trade."""
        count = self._counts.get(symbol)
        return count is not None and count.has_opened and count.position > 0

    def why_no_exit(self, algorithm_id: int, symbol: str) -> str | None:
        """Return in words why an exit would go beyond the limit, None when it would not."""
        if not self.is_day_trade(symbol) or self.has_one_for(algorithm_id):
            return None
        return over_limit(self.used, len(self.reserved - {algorithm_id}))

    def has_one_for(self, algorithm_id: int) -> bool:
        """Say whether an algorithm's exit finds a day trade: its own reservation, or one that nobody reserved."""
        is_reserved = algorithm_id in self.reserved
        return self.used < MOST_DAY_TRADES if is_reserved else self.free(algorithm_id) > 0

    def take(self, trade: Trade, symbol: str, *, algorithm_id: int) -> None:
        """Count what is going to be traded as if it were filled."""
        count = self._counts.get(symbol)
        if count is None:
            return
        before = len(count.closing_orders)
        count.take(trade)
        self.used += len(count.closing_orders) - before
        if trade.change < 0 and not count.has_opened:
            self.reserved.discard(algorithm_id)

    def take_order(self, order: Order) -> None:
        """Count the open rest of a working order."""
        rest = order.qty - order.filled_qty
        change = rest if order.side is Side.BUY else -rest
        self.take(Trade(order.client_order_id, change), order.symbol, algorithm_id=order.algorithm_id)
