"""What happens to an account beside executions: dividends and splits."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class ActivityKind(StrEnum):
    """Alpaca's names of the activities that this exchange makes beside FILL."""

    DIVIDEND = "DIV"
    SPLIT = "SPLIT"


@dataclass(frozen=True, slots=True)
class Activity:
    """One entry.

    at: epoch seconds of the session's open. qty: of a dividend the shares it was paid for, of a split the shares that
    came (or went, then negative). net_amount: dollars that came. per_share_amount: dollars a share, None for a split.
    """

    id: str
    kind: ActivityKind
    symbol: str
    day: date
    at: int
    qty: Decimal
    net_amount: Decimal
    per_share_amount: Decimal | None
    description: str
