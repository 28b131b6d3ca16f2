"""The settlement of a difference: the adjustments that follow from what the owner says of it. Nothing is traded here.

In: the numbers of a symbol, the owner's choice. Out: adjustments after which account and books agree. No I/O.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from system_databse.order import ZERO
from system_databse.truth.adjustment import Adjustment, AdjustmentKind


@dataclass(frozen=True, slots=True)
class Numbers:
    """A symbol: what the account holds, what our algorithms and others hold by our books."""

    symbol: str
    account: Decimal
    held: Decimal
    not_ours: Decimal

    @property
    def unexplained(self) -> Decimal:
        """Return how many shares the account has more than the books."""
        return self.account - self.held - self.not_ours

    @property
    def algorithms_change(self) -> Decimal:
        """Return by how much the algorithms' shares must change if all of the difference is theirs.

        More in the account: they get it. Fewer than they hold beside the owner's: they lose that, whether nobody knows
        how it went or a stranger's order sold it.
        """
        left = self.account - max(self.not_ours, ZERO)
        return min(left - self.held, ZERO) if self.unexplained <= ZERO else self.unexplained

    @property
    def is_settled(self) -> bool:
        """Say whether there is nothing to decide."""
        return not self.unexplained and not self.algorithms_change


@dataclass(frozen=True, slots=True)
class Settlement:
    """Write down a decision. ref: of the owner's act, unique; at: when."""

    numbers: Numbers
    ref: str
    at: datetime

    def leave(self, kind: AdjustmentKind) -> list[Adjustment]:
        """Return what takes the difference as not ours: adopted by the owner, or ignored."""
        return self._theirs(self.numbers.unexplained, kind)

    def assign(self, algorithm_id: int, price: Decimal) -> list[Adjustment]:
        """Return what makes the difference one algorithm's, bought or sold at that price.

        What a stranger's order has sold of it is taken back from what is not ours, so that it counts once.
        """
        change = self.numbers.algorithms_change
        theirs = self.numbers.unexplained - change
        own = Adjustment(
            symbol=self.numbers.symbol,
            algorithm_id=algorithm_id,
            qty=change,
            kind=AdjustmentKind.ASSIGNED,
            ref=f"{self.ref}/{algorithm_id}",
            at=self.at,
            price=price,
        )
        return [own, *self._theirs(theirs, AdjustmentKind.ASSIGNED)]

    def _theirs(self, qty: Decimal, kind: AdjustmentKind) -> list[Adjustment]:
        if not qty:
            return []
        return [Adjustment(self.numbers.symbol, None, qty, kind, f"{self.ref}/account", self.at)]
