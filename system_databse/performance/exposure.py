"""How much of the money was in the market, and how often anything was (domain.md 7).

In: market value and equity in dollars, one number a session minute. Out: fractions. Thread: any.
"""

from collections.abc import Sequence


def exposure(market: Sequence[float], equity: Sequence[float]) -> float:
    """Return the average of |market value| / equity; minutes without any equity count as all in."""
    if not market:
        return 0.0
    parts = [abs(value) / worth if worth > 0 else 1.0 for value, worth in zip(market, equity, strict=True) if value]
    return sum(parts) / len(market)


def time_in_market(market: Sequence[float]) -> float:
    """Return the fraction of minutes with a position."""
    return sum(1 for value in market if value) / len(market) if market else 0.0
