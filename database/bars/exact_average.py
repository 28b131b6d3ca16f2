"""Averages of prices that are exact: sums in whole billionths of a dollar, rounded once at the end.

Floats added up in another order differ in their last bit, and two averages that are equal on paper would cross.
In: closes. Out: their average. Thread: any.
"""

from collections.abc import Iterable, Sequence
from itertools import accumulate, repeat
from operator import sub, truediv

UNITS_PER_DOLLAR = 10**9


def units(price: float) -> int:
    """Return the price in billionths of a dollar; exact for prices of up to nine decimals and six digits before."""
    return round(price * UNITS_PER_DOLLAR)


def average(prices: Sequence[float]) -> float:
    """Return the average of one or more prices."""
    return sum(map(units, prices)) / (len(prices) * UNITS_PER_DOLLAR)


def running_totals(prices: Iterable[float]) -> list[int]:
    """Return the sums of the first 0, 1, 2, ... prices in billionths of a dollar."""
    return list(accumulate([round(price * UNITS_PER_DOLLAR) for price in prices], initial=0))


def rolling(prices: Iterable[float], count: int) -> list[float | None]:
    """Return at each price the average of the last `count`, None where there are fewer; each equals `average`."""
    return rolling_of(running_totals(prices), count)


def rolling_of(totals: Sequence[int], count: int) -> list[float | None]:
    """Return the same of running totals, which several counts may share."""
    divisor = count * UNITS_PER_DOLLAR
    averages: list[float | None] = [None] * min(count - 1, len(totals) - 1)
    # Without a loop of Python's: a year of minutes has a hundred thousand of them.
    averages += map(truediv, map(sub, totals[count:], totals), repeat(divisor))
    return averages
