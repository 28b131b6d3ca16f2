"""What a parity check finds: decisions that differ, each with its cause, and fills against the rule of backtests."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from database.timestamps import iso_minute

VERSION = 1
# Differences listed an algorithm; the counts are always whole.
LONGEST_LIST = 100


class Cause(StrEnum):
    """Why a decision differs. Everything but UNEXPLAINED says what live had or did that a repetition cannot have."""

    STRATEGY_CHANGED = "STRATEGY_CHANGED"  # the file is not the one that decided
    MISSED = "MISSED"  # live had no turn: the machine slept
    SKIPPED = "SKIPPED"  # live had no turn: the minute was over before
    INTERRUPTED = "INTERRUPTED"  # live's turn took too long
    FAILED = "FAILED"  # live's turn raised, the repetition did not, or with other words
    LIVE_GATE = "LIVE_GATE"  # a rule that looks at what only live has: halt, broker, streams, account
    BAR_LATE_OR_REVISED = "BAR_LATE_OR_REVISED"  # the stored bars are not what live saw at that minute
    INSTANCE_AGE = "INSTANCE_AGE"  # the answer depends on how long the instance has lived
    NOT_REPEATABLE = "NOT_REPEATABLE"  # asked twice on the same bars, the strategy gave two answers
    UNEXPLAINED = "UNEXPLAINED"


@dataclass(frozen=True, slots=True)
class Said:
    """A decision as it is compared. shares: a whole number as text; reason: the gate's words when it was denied."""

    action: str
    shares: str
    outcome: str
    gate: str | None
    reason: str

    def to_values(self) -> dict[str, Any]:
        """Return the decision as JSON values."""
        return {
            "action": self.action,
            "shares": self.shares,
            "outcome": self.outcome,
            "gate": self.gate,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Difference:
    """Minutes in a row (epoch seconds, both included) that differ alike. again: None where nothing was decided anew."""

    minute: int
    until_minute: int
    live: Said
    again: Said | None
    cause: Cause
    words: str

    @property
    def minutes(self) -> int:
        """Return how many minutes these are."""
        return (self.until_minute - self.minute) // 60 + 1

    def to_values(self) -> dict[str, Any]:
        """Return the difference as JSON values."""
        return {
            "minute": iso_minute(self.minute),
            "until_minute": iso_minute(self.until_minute),
            "live": self.live.to_values(),
            "again": self.again.to_values() if self.again else None,
            "cause": str(self.cause),
            "words": self.words,
        }


@dataclass(frozen=True, slots=True)
class AlgorithmParity:
    """One algorithm's day. minutes: how many it has a decision of."""

    algorithm_id: int
    name: str
    ticker: str
    minutes: int
    differences: tuple[Difference, ...]

    @property
    def causes(self) -> Counter[Cause]:
        """Return how many minutes differ by each cause."""
        causes: Counter[Cause] = Counter()
        for difference in self.differences:
            causes[difference.cause] += difference.minutes
        return causes

    @property
    def equal(self) -> int:
        """Return how many minutes were decided again the same."""
        return self.minutes - self.causes.total()

    def to_values(self) -> dict[str, Any]:
        """Return the day as JSON values; unlisted: how many differences are counted and not listed."""
        return {
            "id": self.algorithm_id,
            "name": self.name,
            "ticker": self.ticker,
            "minutes": self.minutes,
            "equal": self.equal,
            "causes": {str(cause): minutes for cause, minutes in self.causes.items()},
            "differences": [each.to_values() for each in self.differences[:LONGEST_LIST]],
            "unlisted": max(len(self.differences) - LONGEST_LIST, 0),
        }


@dataclass(frozen=True, slots=True)
class FillParity:
    """One live order against the rule of backtests: at the open of the first bar from its minute on.

    minute: of the decision, epoch seconds. due_price: what the rule pays, None without such a bar. price: what was
    paid on average, None without a fill. slippage above 0 is to the owner's cost. delay_seconds: from that bar's start
    to the last fill.
    """

    client_order_id: str
    algorithm_id: int
    symbol: str
    side: str
    purpose: str
    status: str
    qty: float
    filled_qty: float
    minute: int
    due_price: float | None
    price: float | None
    slippage_bps: float | None
    slippage_dollars: float | None
    delay_seconds: float | None

    @property
    def is_partial(self) -> bool:
        """Say whether a part was filled and a part was not."""
        return 0 < self.filled_qty < self.qty

    def to_values(self) -> dict[str, Any]:
        """Return the fill as JSON values."""
        return {
            "client_order_id": self.client_order_id,
            "algorithm_id": self.algorithm_id,
            "symbol": self.symbol,
            "side": self.side,
            "purpose": self.purpose,
            "status": self.status,
            "shares": self.qty,
            "filled_shares": self.filled_qty,
            "minute": iso_minute(self.minute),
            "due_price": self.due_price,
            "price": self.price,
            "slippage_bps": self.slippage_bps,
            "slippage_dollars": self.slippage_dollars,
            "delay_seconds": self.delay_seconds,
        }


@dataclass(frozen=True, slots=True)
class Slippage:
    """The orders of a day together. bps: weighted by what was paid; None where nothing can be compared."""

    orders: int
    filled: int
    partial: int
    unfilled: int
    bps: float | None
    dollars: float
    delay_seconds: float | None

    @classmethod
    def of(cls, fills: Sequence[FillParity]) -> "Slippage":
        """Return the summary of a day's orders."""
        known = [(f.slippage_dollars, f.due_price * f.filled_qty) for f in fills if f.due_price and f.filled_qty]
        dollars = sum(cost or 0.0 for cost, _ in known)
        dealt = sum(amount for _, amount in known)
        delays = [each.delay_seconds for each in fills if each.delay_seconds is not None]
        return cls(
            orders=len(fills),
            filled=sum(each.filled_qty > 0 for each in fills),
            partial=sum(each.is_partial for each in fills),
            unfilled=sum(not each.filled_qty for each in fills),
            bps=dollars / dealt * 10_000 if dealt else None,
            dollars=dollars,
            delay_seconds=sum(delays) / len(delays) if delays else None,
        )

    def to_values(self) -> dict[str, Any]:
        """Return the summary as JSON values."""
        return {
            "orders": self.orders,
            "filled": self.filled,
            "partial": self.partial,
            "unfilled": self.unfilled,
            "bps": self.bps,
            "dollars": self.dollars,
            "delay_seconds": self.delay_seconds,
        }


@dataclass(frozen=True, slots=True)
class Parity:
    """One day's check. is_whole: False when its time was over before every algorithm was done."""

    day: date
    mode: str
    algorithms: tuple[AlgorithmParity, ...]
    fills: tuple[FillParity, ...]
    is_whole: bool = True

    @property
    def minutes(self) -> int:
        """Return how many decisions live made."""
        return sum(each.minutes for each in self.algorithms)

    @property
    def equal(self) -> int:
        """Return how many of them were decided again the same."""
        return sum(each.equal for each in self.algorithms)

    @property
    def causes(self) -> Counter[Cause]:
        """Return how many decisions differ by each cause."""
        return sum((each.causes for each in self.algorithms), Counter())

    @property
    def unexplained(self) -> int:
        """Return how many differ and nothing says why."""
        return self.causes[Cause.UNEXPLAINED]

    @property
    def slippage(self) -> Slippage:
        """Return the orders of the day together."""
        return Slippage.of(self.fills)

    def to_values(self) -> dict[str, Any]:
        """Return the check as JSON values, without the headline, which the text report writes."""
        return {
            "version": VERSION,
            "day": self.day.isoformat(),
            "mode": self.mode,
            "is_whole": self.is_whole,
            "decisions": self.minutes,
            "equal": self.equal,
            "unexplained": self.unexplained,
            "causes": {str(cause): minutes for cause, minutes in sorted(self.causes.items())},
            "slippage": self.slippage.to_values(),
            "algorithms": [each.to_values() for each in self.algorithms],
            "fills": [each.to_values() for each in self.fills],
        }
