"""The owner's terms for day trades: a limit that is self-imposed, for the broker blocks none any more.

The pattern-day-trader rule ended on 2026-06-04 (SR-FINRA-2025-017, Regulatory Notice 26-10). Its numbers live on as the
owner's own: three in five sessions, below 25,000 dollars unless he sets another size. Nothing here reads what a broker
says of day trades. The rule left out cash accounts; Alpaca has none, so nothing asks for the kind of an account: below
2,000 dollars of equity it is a margin account that lends nothing ("limited margin", multiplier 1).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

MOST_DAY_TRADES = 3
WINDOW_SESSIONS = 5
EQUITY_THRESHOLD = 25_000
# What a strategy puts under "exit" into its metadata when waiting for another session would be the greater danger.
PROTECTIVE_EXITS = frozenset({"stop_loss", "expiration_today"})


class DayTradePolicy(StrEnum):
    """What a day trade beyond the limit leads to: nothing, a note, or a refusal."""

    OFF = "off"
    ADVISORY = "advisory"
    ENFORCE = "enforce"


@dataclass(frozen=True, slots=True)
class DayTradeTerms:
    """The terms in force. equity: of the account at the last session's close, None when nobody has told it.

    threshold: dollars of equity from which on the limit does not apply. min_scores: the least score of an entry that
    reserves a day trade, by how many are left.
    """

    policy: DayTradePolicy = DayTradePolicy.ADVISORY
    lets_protective_exits: bool = True
    equity: Decimal | None = None
    threshold: Decimal = Decimal(EQUITY_THRESHOLD)
    min_scores: Mapping[int, float] = field(default_factory=dict)

    @property
    def limit_applies(self) -> bool:
        """Say whether the account is small enough for the limit; an unknown one is."""
        return self.equity is None or self.equity < self.threshold

    @property
    def is_binding(self) -> bool:
        """Say whether the limit refuses anything."""
        return self.policy is DayTradePolicy.ENFORCE and self.limit_applies

    @property
    def is_noted(self) -> bool:
        """Say whether decisions tell what the limit would have refused."""
        return self.policy is DayTradePolicy.ADVISORY and self.limit_applies


def remaining(used: int) -> int:
    """Return how many day trades are left in a window."""
    return max(0, MOST_DAY_TRADES - used)


def is_protective(metadata: Mapping[str, Any]) -> bool:
    """Say whether a strategy calls its exit a protective one."""
    exit_ = metadata.get("exit")
    return isinstance(exit_, str) and exit_ in PROTECTIVE_EXITS
