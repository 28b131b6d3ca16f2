"""Positions and cash of every algorithm, from its fills, and the adjustments that no fill explains.

The broker nets by symbol; here two algorithms on one ticker keep separate books. Cash is re-summed
from fills and never stored.
"""

from collections.abc import Iterable
from decimal import Decimal

from system_databse.fill import Fill
from system_databse.order import ZERO
from system_databse.position import Position, no_position
from system_databse.truth.adjustment import Adjustment, AdjustmentKind, adjusted, renamed


class Ledger:
    """The sub-ledgers of all algorithms. Thread: engine."""

    def __init__(self, fills: Iterable[Fill] = ()) -> None:
        self._positions: dict[tuple[int, str], Position] = {}
        self._cash_flow: dict[int, Decimal] = {}
        for fill in fills:
            self.book(fill)

    def book(self, fill: Fill) -> Position:
        """Add one fill and return the position it leads to."""
        position = self.position(fill.algorithm_id, fill.symbol).after(fill)
        self._positions[(fill.algorithm_id, fill.symbol)] = position
        self._cash_flow[fill.algorithm_id] = self.cash_flow(fill.algorithm_id) + fill.cash_flow
        return position

    def adjust(self, adjustment: Adjustment) -> None:
        """Change one algorithm's shares as an adjustment says; what is no algorithm's is not in here."""
        id_, symbol = adjustment.algorithm_id, adjustment.symbol
        if id_ is None:
            return
        if adjustment.moves_money:
            self.book(adjustment.as_fill())
        elif adjustment.kind is not AdjustmentKind.RENAME:
            self._positions[(id_, symbol)] = adjusted(self.position(id_, symbol), adjustment)
        elif adjustment.qty > ZERO and adjustment.other_symbol:
            # The row of the old name carries no more than the evidence: the shares move once.
            moved = self._positions.pop((id_, adjustment.other_symbol), no_position(id_, symbol))
            self._positions[(id_, symbol)] = renamed(moved, symbol)

    def position(self, algorithm_id: int, symbol: str) -> Position:
        """Return what the algorithm holds of the symbol."""
        return self._positions.get((algorithm_id, symbol)) or no_position(algorithm_id, symbol)

    def positions(self) -> list[Position]:
        """Return every position ever held, closed ones with qty 0."""
        return list(self._positions.values())

    def cash_flow(self, algorithm_id: int) -> Decimal:
        """Return the sum of all payments of the algorithm: negative while it holds what it bought."""
        return self._cash_flow.get(algorithm_id, ZERO)

    def qty_by_symbol(self) -> dict[str, Decimal]:
        """Return the sum over algorithms of each symbol held, to compare with the account."""
        totals: dict[str, Decimal] = {}
        for position in self._positions.values():
            if position.qty:
                totals[position.symbol] = totals.get(position.symbol, ZERO) + position.qty
        return totals
