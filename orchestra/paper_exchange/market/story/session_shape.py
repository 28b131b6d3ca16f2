"""How a session breathes: lively after the open and before the close, quiet at noon.

The U shape of intraday volatility and volume: Wood, McInish and Ord, "An Investigation of Transactions Data for NYSE
Stocks", Journal of Finance 1985.
"""

from array import array
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from random import Random

from orchestra.paper_exchange.market.story.chance import bell, chance


@dataclass(frozen=True, slots=True)
class SessionShape:
    """What each minute has of the whole.

    moves: standard deviations, the whole session has 1; elapsed: share of the session's variance that is over at the
    minute's end; activity: share of the session's volume.
    """

    moves: tuple[float, ...]
    elapsed: tuple[float, ...]
    activity: tuple[float, ...]


@lru_cache(maxsize=8)
def shape_of(minutes: int) -> SessionShape:
    """Return the shape of a session of so many minutes."""
    lively = [0.75 + 1.5 * (2 * (minute + 0.5) / minutes - 1) ** 4 for minute in range(minutes)]
    variance, volume = sum(each * each for each in lively), sum(lively)
    return SessionShape(
        moves=tuple(each / variance**0.5 for each in lively),
        elapsed=tuple(accumulate(each * each / variance for each in lively)),
        activity=tuple(each / volume for each in lively),
    )


def wander(rng: Random, shape: SessionShape) -> "array[float]":
    """Return a random bridge over the session: where it stands at the end of each minute, 0 at the last."""
    walk = list(accumulate(move * bell(rng) for move in shape.moves))
    end = walk[-1]
    return array("d", (place - end * part for place, part in zip(walk, shape.elapsed, strict=True)))


@lru_cache(maxsize=64)
def market_wander(seed: int, day: int, minutes: int) -> "array[float]":
    """Return the whole market's way through a session, which every symbol follows by its beta."""
    return wander(chance(seed, "market minutes", day), shape_of(minutes))
