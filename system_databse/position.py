"""The position: what one algorithm holds of one symbol, computed from its fills."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from system_databse.fill import Fill
from system_databse.order import ZERO, Side

BUY = Side.BUY


@dataclass(frozen=True, slots=True)
class Position:
    """A long holding. entry_price is the average of what was bought and is still held.

    realized belongs to one holding, from flat to flat: buying again starts it anew.
    """

    algorithm_id: int
    symbol: str
    qty: Decimal
    entry_price: Decimal
    realized: Decimal
    opened_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Say whether shares are held."""
        return self.qty > ZERO

    def after(self, fill: Fill) -> "Position":
        """Return the position with one more fill.

        A buy re-averages (q0*p0 + q*p)/(q0 + q); a sell realizes (p - entry)*q; fees are realized as
        they come.
        """
        if fill.side is BUY:
            return self._bought(fill)
        realized = self.realized + (fill.price - self.entry_price) * fill.qty - fill.fee
        qty = self.qty - fill.qty
        entry_price = self.entry_price if qty != ZERO else ZERO
        return Position(self.algorithm_id, self.symbol, qty, entry_price, realized, self.opened_at if qty else None)

    def after_all(self, fills: Iterable[Fill]) -> "Position":
        """Return the position with more fills, in their order."""
        position = self
        for fill in fills:
            position = position.after(fill)
        return position

    def _bought(self, fill: Fill) -> "Position":
        qty = self.qty + fill.qty
        entry_price = (self.qty * self.entry_price + fill.qty * fill.price) / qty if qty else ZERO
        opened_at = self.opened_at or fill.at
        realized = (self.realized if self.qty else ZERO) - fill.fee
        return Position(self.algorithm_id, self.symbol, qty, entry_price, realized, opened_at)


def no_position(algorithm_id: int, symbol: str) -> Position:
    """Return the position of an algorithm that has not traded the symbol."""
    return Position(algorithm_id, symbol, ZERO, ZERO, ZERO, None)
