"""What one algorithm has made of its money: the figures of its card, from its fills and the last price.

In: an algorithm's ledger figures and a price. Out: a Card (domain.md 2, "Card"). Thread: any.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Card:
    """Money is dollars. What needs a price is None as long as there is none: absent is not 0.

    total_pl_pct and day_pl are against initial_capital and the last session's close; fractions, not percent.
    """

    shares: Decimal
    avg_cost: Decimal | None
    last_price: float | None
    market_value: Decimal | None
    cash: Decimal
    equity: Decimal | None
    realized_pl: Decimal
    unrealized_pl: Decimal | None
    total_pl: Decimal | None
    total_pl_pct: Decimal | None
    day_pl: Decimal | None
    last_action: str | None
    last_run_at: datetime | None
