"""What an execution costs beside its price: a policy beside the fill model.

Alpaca's paper accounts charge nothing, and neither does the offline Alpaca; a backtest may.
"""

from decimal import Decimal
from typing import Protocol

from orchestra.paper_exchange.book.orders import ZERO, Side


class FeeModel(Protocol):
    """Decide what is charged for an execution."""

    def fee(self, side: Side, qty: Decimal, price: Decimal, *, is_first: bool) -> Decimal:
        """Return dollars, 0 or more; is_first: the order has not been filled in part before."""


class NoFees:
    """Charge nothing. Satisfies FeeModel."""

    def fee(self, _side: Side, _qty: Decimal, _price: Decimal, *, is_first: bool) -> Decimal:  # noqa: ARG002
        """Return 0."""
        return ZERO


NO_FEES = NoFees()
