"""How many shares a buy has: two percent of the portfolio, never more than there is money for (domain.md 3, S0-13).

In: a price, an algorithm's own cash, and the portfolio that the process has bound once. Out: whole shares. Thread: any.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from database.shelter import sheltered

EQUITY_SHARE = 0.02
CASH_SHARE = 0.98


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The whole account in dollars: what it is worth, and what it may buy for now."""

    equity: float
    buying_power: float


_bound: Callable[[], Portfolio | None] | None = None


def bind_portfolio(read: Callable[[], Portfolio | None] | None) -> None:
    """Let sizes follow the running process's portfolio; None disconnects it.

    read: called for each size, so that nothing is worked out while nobody asks; answers None while it is not known.
    """
    global _bound
    _bound = read


@sheltered
def portfolio(fallback_equity: float) -> Portfolio:
    """Return the portfolio as it is; while it is not known, one worth fallback_equity that may buy freely."""
    known = _bound() if _bound is not None else None
    return known or Portfolio(fallback_equity, math.inf)


def size_equity(price: float, *, cash: float, fallback_equity: float) -> int:
    """Return how many shares to buy at the price: whole, and 0 when there is nothing to buy with or no price.

    cash: the algorithm's own. fallback_equity: what the portfolio counts as while it is not known.
    """
    whole = portfolio(fallback_equity)
    budget = min(EQUITY_SHARE * whole.equity, CASH_SHARE * cash, whole.buying_power)
    if not (price > 0 and budget > 0 and math.isfinite(budget)):
        return 0
    return math.floor(budget / price)
