"""The allocator: of the entries that want the same scarce thing in a minute, the most promising ones get it.

In: candidates with what their strategies have shown so far, what is left of each resource. Out: ranks and winners.
Thread: engine. score = confidence x profit x history (domain.md 4): confidence within 0 and 1, profit the expected
fraction within 0 and 0.20, history (wins + 1) / (closed + 2) of the strategy's newest 50 closed trades (Laplace).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from system_databse.trading_signal import TradingSignal

TRADES_OF_HISTORY = 50
MOST_PROFIT = 0.20
NO_MIN_SCORES: Mapping[int, float] = MappingProxyType({})


class Resource(StrEnum):
    """What entries compete for; the value is the reason of a loser."""

    SLOT = "PDT_SLOT_UNAVAILABLE"
    PLACE = "POSITION_PLACE_UNAVAILABLE"
    CASH = "BUYING_POWER_UNAVAILABLE"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that every other rule let pass. needs: of each resource; wins, closed: of its strategy's trades."""

    signal: TradingSignal
    needs: Mapping[Resource, Decimal]
    closed: int = 0
    wins: int = 0

    @property
    def confidence(self) -> float:
        """Return the strategy's own confidence, 0 where it told none."""
        return _within(self.signal.confidence, 1.0)

    @property
    def history(self) -> float:
        """Return the share of winners, counted as if one more had won and one more had lost."""
        return (self.wins + 1) / (self.closed + 2)

    @property
    def score(self) -> float:
        """Return what the entry promises."""
        return self.confidence * _within(self.signal.expected_profit, MOST_PROFIT) * self.history


def ranked(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return the candidates, the best first; equal ones in an order that no chance decides."""
    return sorted(candidates, key=_order)


def scarce(candidates: Iterable[Candidate], supplies: Mapping[Resource, Decimal]) -> frozenset[Resource]:
    """Return the resources of which more is wanted than there is."""
    wanted = list(candidates)
    return frozenset(
        resource
        for resource, supply in supplies.items()
        if (demand := sum((each.needs.get(resource, Decimal(0)) for each in wanted), Decimal(0))) and demand > supply
    )


def lacking(
    candidate: Candidate, supplies: Mapping[Resource, Decimal], *, min_scores: Mapping[int, float] = NO_MIN_SCORES
) -> Resource | None:
    """Return what there is not enough of for the candidate, None when it can be granted.

    min_scores: the least score by how many day trades are left; a last one may be kept for something better.
    """
    for resource, need in candidate.needs.items():
        supply = supplies.get(resource)
        if supply is None:
            continue
        if need > supply or (resource is Resource.SLOT and candidate.score < min_scores.get(int(supply), 0.0)):
            return resource
    return None


def _order(candidate: Candidate) -> tuple[float, float, int, str, int]:
    signal = candidate.signal
    return -candidate.score, -candidate.confidence, signal.minute, signal.strategy, signal.algorithm_id


def _within(value: float | None, most: float) -> float:
    return min(max(value or 0.0, 0.0), most)
