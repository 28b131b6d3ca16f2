"""What a trade may usually bring where its strategy does not say: twice the average true range, in parts of the price.

In: the newest bars of a symbol. Out: a fraction. Thread: engine. Source: domain model, section 3, 2*ATR14/P; the
average true range is Wilder's over the last hundred bars, as the strategies in the box tell it.
"""

from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean

from database.bar import Bar

RANGES = 14
BARS_NEEDED = RANGES + 1
# Wilder's average never forgets; after so many bars what lies further back counts for less than 0.2 %.
BARS_READ = 100


def usual_profit(bars: Sequence[Bar]) -> float | None:
    """Return twice the average true range by the last close; None while there are too few bars. bars: ascending."""
    if len(bars) < BARS_NEEDED:
        return None
    ranges = [max(bar.high, before.close) - min(bar.low, before.close) for before, bar in pairwise(bars)]
    average = fmean(ranges[:RANGES])
    for true_range in ranges[RANGES:]:
        average += (true_range - average) / RANGES
    return 2 * average / bars[-1].close
