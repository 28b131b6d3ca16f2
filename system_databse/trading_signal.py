"""The signal: what one algorithm wants at one minute, and how its turn went."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Action(StrEnum):
    """What an algorithm answered; NONE when its turn gave no answer."""

    BUY = "buy"
    SELL = "sell"
    HOLD = "hold"
    NONE = "none"


class Outcome(StrEnum):
    """What came of one algorithm's minute (decisions.outcome)."""

    HELD = "HELD"
    SUBMITTED = "SUBMITTED"
    DENIED = "DENIED"
    SKIPPED = "SKIPPED"
    FAILED = "FAILED"
    INTERRUPTED = "INTERRUPTED"
    MISSED = "MISSED"


class Source(StrEnum):
    """Who wants it (signals.source); MANUAL is the owner or another person, AI a program outside."""

    ALGORITHM = "algorithm"
    MANUAL = "manual"
    AI = "ai"


@dataclass(frozen=True, slots=True)
class TradingSignal:
    """One algorithm's turn at `minute` (epoch seconds; it saw bars up to minute - 60).

    failure: FAILED, INTERRUPTED or SKIPPED when the turn gave no answer. saw: last bar, position,
    cash and the algorithm's own values, for the decision row. proposal_id: the proposal that its owner approved.
    """

    algorithm_id: int
    strategy: str
    symbol: str
    minute: int
    action: Action
    shares: Decimal
    reason: str = ""
    failure: Outcome | None = None
    last_bar_ts: int | None = None
    price: float | None = None
    confidence: float | None = None
    expected_profit: float | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    saw: dict[str, Any] = field(default_factory=dict)
    elapsed_ms: float = 0.0
    source: Source = Source.ALGORITHM
    proposal_id: int | None = None

    @property
    def is_owners(self) -> bool:
        """Say whether the owner wants it, or has agreed to it: no turn of the algorithm, no decision of its minute."""
        return self.source is not Source.ALGORITHM
