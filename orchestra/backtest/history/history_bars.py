"""The history as orders meet it: the bar of a minute, the last price as money.

In: a history's world. Out: bars for the matcher, prices for the account. Thread: one.
"""

from collections.abc import Sequence
from decimal import Decimal

from database.bar import Bar
from orchestra.backtest.history.history_world import HistoryWorld

ZERO = Decimal(0)


class HistoryBars:
    """Satisfies what a matcher needs of a market. Asked for a minute that is not here, it knows of no bar."""

    def __init__(self, world: HistoryWorld) -> None:
        self._world = world
        self._priced_at = 0
        self._prices: dict[str, Decimal] = {}
        self._columns = {symbol: window.columns for symbol, window in world.windows.items()}

    def bar(self, symbol: str, ts: int) -> Bar | None:
        """Return the bar that starts at ts, or None when nothing traded in that minute."""
        columns = self._columns.get(symbol)
        if columns is None:
            return None
        index = columns.position(ts)
        return columns.bar(index) if index < len(columns) and columns.times[index] == ts else None

    def bars(self, symbol: str, start: int, end: int) -> Sequence[Bar]:
        """Return the bars with start <= ts < end, ascending."""
        columns = self._columns.get(symbol)
        if columns is None:
            return ()
        return [columns.bar(index) for index in range(columns.position(start), columns.position(end))]

    def price(self, symbol: str) -> Decimal:
        """Return the last visible close as money, 0 before the first."""
        if self._priced_at != self._world.minute:
            self._priced_at, self._prices = self._world.minute, {}
        price = self._prices.get(symbol)
        if price is None:
            known = self._world.last_bar(symbol)
            price = self._prices[symbol] = ZERO if known is None else Decimal(repr(known[1]))
        return price
