"""Reading a strategy's answer: whatever is not exactly the contract never trades.

In: what `run` returned and the attributes it left. Out: action, shares, reason. Thread: engine.
"""

import json
import math
from dataclasses import dataclass, field
from decimal import Decimal
from numbers import Real
from typing import Any

from orchestra.runtime.plain_text import plain_line
from system_databse.errors import StrategyError
from system_databse.order import ZERO
from system_databse.trading_signal import Action

HOLD = Action.HOLD
ANSWERS = {"buy": Action.BUY, "sell": Action.SELL, "hold": HOLD}
# What a strategy means by more than this goes the long way below.
MOST_SHARES = 10**15
REASON_LENGTH = 500
METADATA_LENGTH = 10_000
CONTRACT = "run must return ('buy', shares), ('sell', shares) or ('hold', 0)"


@dataclass(frozen=True, slots=True)
class Answer:
    """A proper answer; shares is a whole number, 0 for a hold."""

    action: Action
    shares: Decimal
    reason: str = ""
    confidence: float | None = None
    expected_profit: float | None = None
    metadata: dict[str, Any] = field(default_factory=dict)


def read_answer(returned: object, strategy: object) -> Answer:
    """Return the answer of a turn; raises StrategyError when the contract is not kept."""
    if not isinstance(returned, (tuple, list)) or len(returned) != 2:
        raise StrategyError(f"{CONTRACT}, not {_short(returned)}.")
    word, shares = returned
    action = ANSWERS.get(word) if isinstance(word, str) else None
    if action is None:
        raise StrategyError(f"{CONTRACT}, not {_short(returned)}.")
    count = _share_count(shares)
    if not count or action is HOLD:
        return _explained(HOLD, ZERO, strategy)
    return _explained(action, count, strategy)


def _share_count(shares: object) -> Decimal:
    """Read a share count: whole, not negative, int or whole float; bool is refused."""
    if type(shares) is int and 0 <= shares <= MOST_SHARES:
        return Decimal(shares)
    if isinstance(shares, bool) or not isinstance(shares, (Real, Decimal)):
        raise StrategyError(f"{CONTRACT}; {_short(shares)} is no number of shares.")
    is_possible = math.isfinite(shares) and float(shares) >= 0
    count = int(shares) if is_possible else -1  # type: ignore[arg-type]  # every kind of real number has __int__
    if not is_possible or count != shares:
        raise StrategyError(f"{CONTRACT}; {_short(shares)} is no whole number of shares.")
    return Decimal(count)


def _explained(action: Action, shares: Decimal, strategy: object) -> Answer:
    """Add the optional attributes; one that makes no sense is left out, it decides nothing."""
    return Answer(
        action,
        shares,
        plain_reason(getattr(strategy, "reason", "")),
        _fraction(getattr(strategy, "confidence", None), highest=1.0),
        _fraction(getattr(strategy, "expected_profit", None), highest=math.inf),
        plain_values(getattr(strategy, "metadata", None)),
    )


def plain_values(metadata: object) -> dict[str, Any]:
    """Return a copy that can surely be stored as JSON: later it is written together with everybody's decisions."""
    if not isinstance(metadata, dict) or not metadata:
        return {}
    try:
        text = json.dumps(metadata, default=str, skipkeys=True)
    except (TypeError, ValueError, RecursionError):
        return {}
    copied: dict[str, Any] = json.loads(text, parse_constant=str) if len(text) <= METADATA_LENGTH else {}
    return copied


def plain_reason(value: object) -> str:
    """Return a strategy's reason in one line."""
    return plain_line(str(value), longest=REASON_LENGTH) if value else ""


def _fraction(value: object, *, highest: float) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, Real):
        return None
    try:
        number = float(value)
    except (ArithmeticError, ValueError, TypeError):
        return None
    return number if 0.0 <= number <= highest and math.isfinite(number) else None


def _short(value: object) -> str:
    return repr(value)[:80]
