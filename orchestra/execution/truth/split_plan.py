"""The plan of a split: what becomes of everybody's shares, so that together they are what the account holds.

In: who holds what, the ratio, the account after it. Out: adjustments, or nothing when the numbers do not fit. No I/O.
Each algorithm's shares are multiplied and their cost stays. A broker that pays cash for parts of shares pays it on the
account's total: the parts are taken from whoever has one, the largest first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN, Decimal

from orchestra.execution.truth.corporate_action import Split
from system_databse.order import ZERO
from system_databse.truth.adjustment import Adjustment, AdjustmentKind, scaled

# The smallest part of a share at Alpaca.
SMALLEST_SHARE = Decimal("0.000000001")
# What is no algorithm's.
NOT_OURS = None
Holder = int | None


@dataclass(frozen=True, slots=True)
class SplitPlan:
    """What a split changes. held: shares by algorithm, under None what is not ours; at: the open of the ex date.

    price: dollars for one share, for parts of shares that were paid out; paid: what the broker has paid for all of
    them, ZERO while it has not said.
    """

    split: Split
    held: Mapping[Holder, Decimal]
    at: datetime
    price: Decimal
    paid: Decimal = ZERO

    def adjustments(self, account_qty: Decimal) -> list[Adjustment] | None:
        """Return what makes the books hold account_qty, None when the split alone cannot explain that."""
        new = {
            holder: scaled(qty, self.split.ratio).quantize(SMALLEST_SHARE, ROUND_DOWN)
            for holder, qty in self.held.items()
        }
        rest = account_qty - sum(new.values())
        if rest > SMALLEST_SHARE * len(new):
            return None
        if rest > ZERO:
            # Rounded down once by the broker, and once for each holder by us.
            new[min(new, key=str)] += rest
            rest = ZERO
        paid_out = self._paid_out(new, -rest)
        if paid_out is None:
            return None
        splits = [self._split(holder, new[holder] - self.held[holder]) for holder in new]
        price = self.paid / -rest if self.paid and rest else self.price
        return splits + [self._paid(holder, part, price) for holder, part in paid_out.items()]

    @staticmethod
    def _paid_out(new: Mapping[Holder, Decimal], rest: Decimal) -> dict[Holder, Decimal] | None:
        """Return the part of a share that each holder loses; less than one share altogether a holder, or no plan."""
        parts: dict[Holder, Decimal] = {}
        for holder in sorted(new, key=lambda each: (-(new[each] % 1), str(each))):
            part = min(new[holder] % 1, rest)
            if part > ZERO:
                parts[holder] = part
                rest -= part
        return parts if rest == ZERO else None

    def _split(self, holder: Holder, change: Decimal) -> Adjustment:
        return Adjustment(
            symbol=self.split.symbol,
            algorithm_id=holder,
            qty=change,
            kind=AdjustmentKind.SPLIT,
            ref=f"{self.split.ref}/{_name(holder)}",
            at=self.at,
            ratio=self.split.ratio,
        )

    def _paid(self, holder: Holder, part: Decimal, price: Decimal) -> Adjustment:
        return Adjustment(
            symbol=self.split.symbol,
            algorithm_id=holder,
            qty=-part,
            kind=AdjustmentKind.CASH_IN_LIEU,
            ref=f"{self.split.ref}/{_name(holder)}/cash",
            at=self.at,
            price=price,
        )


def _name(holder: Holder) -> str:
    return "account" if holder is NOT_OURS else str(holder)
