"""The proposal: a person or a program outside would like an algorithm to trade; its owner has the last word."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from system_databse.signals.signal_status import OWNER_WAITS, SignalStatus
from system_databse.trading_signal import Action, Source

MOST_SHARES = 1_000_000
LONGEST_REASON = 500
# Characters of JSON.
LONGEST_METADATA = 4_000


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposal. strategy: the algorithm's name; price: the last one when it came, None when there was none."""

    id: int
    source: Source
    algorithm_id: int
    strategy: str
    symbol: str
    action: Action
    shares: Decimal
    created_at: datetime
    status: SignalStatus = SignalStatus.PENDING
    confidence: float | None = None
    expected_profit: float | None = None
    reason: str = ""
    price: float | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def expires_at(self) -> datetime:
        """Return when nobody may approve it any more."""
        return self.created_at + OWNER_WAITS

    @property
    def words(self) -> str:
        """Return in words what is proposed."""
        return f"{self.action} {self.shares:f} {self.symbol}"
