"""Shares held in one symbol, and what they cost."""

from dataclasses import dataclass
from decimal import Decimal

from orchestra.paper_exchange.book.orders import Side


@dataclass(frozen=True, slots=True)
class Position:
    """A long position. cost: what the shares still held were bought for, in dollars."""

    symbol: str
    qty: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)

    @classmethod
    def of_text(cls, symbol: str, qty: str, cost: str) -> "Position":
        """Return the position of a row of text."""
        return cls(symbol, Decimal(qty), Decimal(cost))

    @property
    def average_price(self) -> Decimal:
        """Return the cost of one share."""
        return self.cost / self.qty

    def after(self, side: Side, qty: Decimal, price: Decimal) -> "Position":
        """Return the position after an execution. Shares sold leave at their average cost."""
        if side is Side.BUY:
            return Position(self.symbol, self.qty + qty, self.cost + qty * price)
        if qty > self.qty:
            raise ValueError(f"{self.symbol}: cannot sell {qty} of {self.qty} shares.")
        left = self.qty - qty
        return Position(self.symbol, left, self.cost * left / self.qty)
