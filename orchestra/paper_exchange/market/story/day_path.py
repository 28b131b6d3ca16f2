"""Where a name stands at the end of each day: anchors every 256 days, and between two of them a random bridge.

A day can be asked for without the days before it, and the level never runs away, however long the market goes on.
Every calendar day has a level, so that a weekend is a longer step than a night.
"""

from array import array
from functools import lru_cache

from orchestra.paper_exchange.market.story.chance import bell, chance

BLOCK_DAYS = 256
# The whole market, as one more name with a path of its own.
MARKET = "*"
MARKET_VOLATILITY = 0.006
# Standard deviation of the anchors around the usual level, in daily moves.
ANCHOR_MOVES = 14.0


def level(seed: int, name: str, day: int) -> float:
    """Return how far the name is from its usual level at the end of the day, in daily moves of its own.

    day: ordinal of the date.
    """
    number, position = divmod(day, BLOCK_DAYS)
    return _block(seed, name, number)[position]


@lru_cache(maxsize=256)
def _block(seed: int, name: str, number: int) -> "array[float]":
    """Return the levels of a block's days; the first is the anchor itself."""
    start, end = _anchor(seed, name, number), _anchor(seed, name, number + 1)
    rng = chance(seed, name, "days", number)
    walk = [0.0]
    for _ in range(BLOCK_DAYS):
        walk.append(walk[-1] + bell(rng))
    drift = (end - start - walk[-1]) / BLOCK_DAYS
    return array("d", (start + walk[day] + drift * day for day in range(BLOCK_DAYS)))


def _anchor(seed: int, name: str, number: int) -> float:
    return ANCHOR_MOVES * bell(chance(seed, name, "anchor", number))
