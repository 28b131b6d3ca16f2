"""What an algorithm held and was worth at every minute of a run, from its fills alone.

In: fills, bars, sessions. Out: market value and equity in dollars, one number a decision minute. Thread: any.
"""

from array import array
from collections.abc import Sequence

from database.bar import MINUTE
from database.bars.bar_columns import BarColumns
from database.calendar_manager import Session
from system_databse.fill import Fill
from system_databse.performance.exposure import exposure, time_in_market


class MinuteValues:
    """The values of one algorithm. A minute without a bar keeps the price before it."""

    def __init__(
        self, fills: Sequence[Fill], capital: float, columns: BarColumns, *, sessions: Sequence[Session]
    ) -> None:
        self.market: array[float] = array("d")
        self.equity: array[float] = array("d")
        self._fills = [(int(fill.at.timestamp()), float(fill.signed_qty), float(fill.cash_flow)) for fill in fills]
        self._columns = columns
        self._cash, self._shares, self._next = capital, 0.0, 0
        first = columns.position(sessions[0].open) if sessions else 0
        self._price = columns.closes[first - 1] if first else 0.0
        for session in sessions:
            self._add(session)

    @property
    def exposure(self) -> float:
        """Return the average of market value / equity over all minutes."""
        return exposure(self.market, self.equity)

    @property
    def time_in_market(self) -> float:
        """Return the fraction of minutes with a position."""
        return time_in_market(self.market)

    def _add(self, session: Session) -> None:
        prices = self._prices(session)
        is_quiet = self._next == len(self._fills) or self._fills[self._next][0] >= session.close
        if not is_quiet:
            self._add_lively(session, prices)
            return
        shares, cash = self._shares, self._cash
        worth = [shares * price for price in prices] if shares else [0.0] * len(prices)
        self.market.extend(worth)
        self.equity.extend([cash + value for value in worth])

    def _add_lively(self, session: Session, prices: Sequence[float]) -> None:
        for start, price in zip(range(session.open, session.close, MINUTE), prices, strict=True):
            while self._next < len(self._fills) and self._fills[self._next][0] <= start:
                self._shares += self._fills[self._next][1]
                self._cash += self._fills[self._next][2]
                self._next += 1
            value = self._shares * price
            self.market.append(value)
            self.equity.append(self._cash + value)

    def _prices(self, session: Session) -> Sequence[float]:
        """Return the last close at each decision minute of the session."""
        columns = self._columns
        begin, end = columns.position(session.open), columns.position(session.close)
        closes = columns.closes[begin:end]
        if len(closes) < session.minutes:
            closes = self._filled(session, begin, end)
        if closes:
            self._price = closes[-1]
        return closes

    def _filled(self, session: Session, begin: int, end: int) -> "array[float]":
        filled: array[float] = array("d")
        price = self._price
        for start in range(session.open, session.close, MINUTE):
            if begin < end and self._columns.times[begin] == start:
                price = self._columns.closes[begin]
                begin += 1
            filled.append(price)
        return filled
