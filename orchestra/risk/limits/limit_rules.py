"""The rules of the limits, one function each: None lets a buy pass, a text says in numbers why not.

In: a buy that every other rule let pass, what is held and was approved before it. Out: a refusal. Thread: engine.
Each rule asks first for all algorithms together, then for the algorithm itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from orchestra.risk.limits.exposure import Exposure
from orchestra.risk.limits.limit_set import LimitSet
from orchestra.risk.limits.order_tally import OrderTally
from orchestra.risk.limits.wording import TOGETHER, count, dollars
from system_databse.control.limit import LimitName


@dataclass(frozen=True, slots=True)
class Buy:
    """What is to be bought. price: the last one. lost: why a daily loss forbids it."""

    algorithm_id: int
    symbol: str
    shares: Decimal
    price: Decimal
    lost: str | None = None

    @property
    def value(self) -> Decimal:
        """Return about what it costs."""
        return self.shares * self.price


@dataclass(frozen=True, slots=True)
class Standing:
    """Where things stand in the minute that is judged."""

    limits: LimitSet
    exposure: Exposure
    tally: OrderTally


Rule = Callable[[Buy, Standing], str | None]


def daily_loss(buy: Buy, _standing: Standing) -> str | None:
    """Refuse for the rest of a session in which too much was lost."""
    return buy.lost and f"{buy.lost}: nothing is bought until the next session"


def max_trade(buy: Buy, standing: Standing) -> str | None:
    """Refuse one buy that is too large."""
    for owner in (None, buy.algorithm_id):
        limit = standing.limits.value(LimitName.MAX_TRADE_VALUE, owner)
        if limit is not None and buy.value > limit:
            return f"would buy {dollars(buy.value)} of {buy.symbol} at once, the limit is {dollars(limit)}"
    return None


def max_position(buy: Buy, standing: Standing) -> str | None:
    """Refuse to hold too much of one symbol."""
    for owner in (None, buy.algorithm_id):
        shares = standing.exposure.shares(buy.symbol, owner) + buy.shares
        who = "" if owner is not None else f"{TOGETHER} "
        limit = standing.limits.value(LimitName.MAX_POSITION_VALUE, owner)
        if limit is not None and shares * buy.price > limit:
            return f"{who}would hold {dollars(shares * buy.price)} of {buy.symbol}, the limit is {dollars(limit)}"
        limit = standing.limits.value(LimitName.MAX_POSITION_SHARES, owner)
        if limit is not None and shares > limit:
            return f"{who}would hold {count(shares)} shares of {buy.symbol}, the limit is {count(limit)}"
    return None


def order_rate(buy: Buy, standing: Standing) -> str | None:
    """Refuse what comes too often."""
    counted = (
        (LimitName.ORDERS_PER_MINUTE, standing.tally.in_minute, "in this minute"),
        (LimitName.ORDERS_PER_DAY, standing.tally.in_session, "in this session"),
    )
    for owner in (None, buy.algorithm_id):
        for name, so_far, when in counted:
            limit = standing.limits.value(name, owner)
            if limit is not None and so_far(owner) + 1 > limit:
                whose = "of all algorithms" if owner is None else "of this algorithm"
                return f"would be order {so_far(owner) + 1} {whose} {when}, the limit is {count(limit)}"
    return None


# In this order; the first that refuses is the gate of the decision.
LIMIT_RULES: dict[str, Rule] = {
    "DAILY_LOSS": daily_loss,
    "MAX_TRADE": max_trade,
    "MAX_POSITION": max_position,
    "ORDER_RATE": order_rate,
}
