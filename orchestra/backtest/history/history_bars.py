"""The history as orders meet it: the opening of a minute, the last price as money.

In: a history's world. Out: openings and prices for the account. Thread: one.
"""

from decimal import Decimal

from orchestra.backtest.history.history_world import HistoryWorld

ZERO = Decimal(0)


class HistoryBars:
    """Satisfies what the account in process needs of a market."""

    def __init__(self, world: HistoryWorld) -> None:
        self._world = world
        self._priced_at = 0
        self._prices: dict[str, Decimal] = {}
        self._columns = {symbol: window.columns for symbol, window in world.windows.items()}

    def opening(self, symbol: str, ts: int) -> tuple[float, float] | None:
        """Return price and volume at which the bar that starts at ts opens; None when nothing traded in that minute."""
        columns = self._columns.get(symbol)
        if columns is None:
            return None
        index = columns.position(ts)
        is_there = index < len(columns.times) and columns.times[index] == ts
        return (columns.opens[index], columns.volumes[index]) if is_there else None

    def price(self, symbol: str) -> Decimal:
        """Return the last visible close as money, 0 before the first."""
        if self._priced_at != self._world.minute:
            self._priced_at, self._prices = self._world.minute, {}
        price = self._prices.get(symbol)
        if price is None:
            known = self._world.last_bar(symbol)
            price = self._prices[symbol] = ZERO if known is None else Decimal(repr(known[1]))
        return price
