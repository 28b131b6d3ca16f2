"""What is held of each symbol, what is being bought of it, and what this minute has approved on top.

In: the snapshot a minute is judged on, the minute's approved buys. Out: shares. Thread: engine.
"""

from collections import defaultdict
from decimal import Decimal

from system_databse.order import ZERO, Side
from system_databse.snapshot import AlgorithmView, Snapshot


class Exposure:
    """Shares by symbol, of all algorithms together and of each one.

    A sell takes nothing off before it is filled; one that may never arrive must not make room for a buy.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._shares: defaultdict[tuple[int | None, str], Decimal] = defaultdict(lambda: ZERO)
        for algorithm_id, view in snapshot.algorithms.items():
            self._add_view(algorithm_id, view)

    def shares(self, symbol: str, algorithm_id: int | None) -> Decimal:
        """Return the shares of a symbol; algorithm_id None: of all algorithms together."""
        return self._shares.get((algorithm_id, symbol), ZERO)

    def add(self, algorithm_id: int, symbol: str, shares: Decimal) -> None:
        """Count shares that are going to be bought."""
        self._shares[(algorithm_id, symbol)] += shares
        self._shares[(None, symbol)] += shares

    def _add_view(self, algorithm_id: int, view: AlgorithmView) -> None:
        if view.position.qty:
            self.add(algorithm_id, view.position.symbol, view.position.qty)
        for order in view.working:
            if order.side is Side.BUY:
                self.add(algorithm_id, order.symbol, order.qty - order.filled_qty)
