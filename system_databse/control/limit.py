"""A limit the owner has set: what the algorithms may not go beyond when they open something. Exits know no limit."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

LARGEST = Decimal(1_000_000_000)
LONGEST_NUMBER = 30


class LimitName(StrEnum):
    """What can be limited, for all algorithms together or for one. None is set unless the owner sets it."""

    MAX_TRADE_VALUE = "max_trade_value"
    MAX_POSITION_VALUE = "max_position_value"
    MAX_POSITION_SHARES = "max_position_shares"
    MAX_OPEN_POSITIONS = "max_open_positions"
    ORDERS_PER_MINUTE = "orders_per_minute"
    ORDERS_PER_DAY = "orders_per_day"
    DAILY_LOSS = "daily_loss"
    DAILY_LOSS_PERCENT = "daily_loss_percent"


MEANINGS: dict[LimitName, str] = {
    LimitName.MAX_TRADE_VALUE: "dollars of one buy",
    LimitName.MAX_POSITION_VALUE: "dollars held of one symbol, what is being bought included",
    LimitName.MAX_POSITION_SHARES: "shares held of one symbol, what is being bought included",
    LimitName.MAX_OPEN_POSITIONS: "positions open at once, of all algorithms; the most promising buys get the places",
    LimitName.ORDERS_PER_MINUTE: "orders in one minute; sells count, and are never refused for it",
    LimitName.ORDERS_PER_DAY: "orders in one session; sells count, and are never refused for it",
    LimitName.DAILY_LOSS: "dollars lost since the session's open, realised and not; stops buying until the next one",
    LimitName.DAILY_LOSS_PERCENT: "the same in percent: of all equity at the open, or of the algorithm's own capital",
}
COUNTS = {
    LimitName.MAX_OPEN_POSITIONS: "positions",
    LimitName.ORDERS_PER_MINUTE: "orders",
    LimitName.ORDERS_PER_DAY: "orders",
}
# An algorithm holds one position at most, so there is nothing to limit for one alone.
TOGETHER_ONLY = frozenset({LimitName.MAX_OPEN_POSITIONS})
LOSSES = frozenset({LimitName.DAILY_LOSS, LimitName.DAILY_LOSS_PERCENT})


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit. algorithm_id: whose; None for all algorithms together."""

    name: LimitName
    value: Decimal
    algorithm_id: int | None = None

    def to_values(self) -> dict[str, object]:
        """Return JSON values; the number is a decimal text."""
        return {"name": str(self.name), "value": f"{self.value.normalize():f}", "algorithm_id": self.algorithm_id}


def limit_named(text: str) -> LimitName | None:
    """Return what is limited under that name, None when nothing is."""
    return LimitName(text) if text in set(LimitName) else None


def number_of(text: str) -> Decimal | None:
    """Return the number a person wrote, None when it is none."""
    if len(text) > LONGEST_NUMBER:
        return None
    try:
        number = Decimal(text.strip().replace(",", "").removeprefix("$").removesuffix("%"))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def why_not(name: LimitName, value: Decimal) -> str | None:
    """Return in words why this can be no limit, None when it can."""
    if not value.is_finite() or not 0 < value <= LARGEST:
        return f"{name} must be more than 0 and at most {LARGEST:,}."
    if name in COUNTS and value != int(value):
        return f"{name} must be a whole number of {COUNTS[name]}."
    if name is LimitName.DAILY_LOSS_PERCENT and value > 100:
        return f"{name} must be at most 100."
    if value != round(value, 6):
        return f"{name} must have at most six decimals."
    return None
