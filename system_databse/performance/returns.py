"""Returns and what they say of risk: daily, annualised with 252 sessions (domain.md 7).

In: equity at session closes, or daily returns. Out: fractions; None where a figure would mean nothing. Thread: any.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from statistics import fmean, stdev

SESSIONS_A_YEAR = 252
FEWEST_RETURNS = 20


@dataclass(frozen=True, slots=True)
class Drawdown:
    """The deepest fall of a curve. depth: a fraction, 0 or below; peak, trough, recovery: positions in the curve.

    recovery is None while the peak has not been reached again.
    """

    depth: float
    peak: int
    trough: int
    recovery: int | None


def daily_returns(equity: Sequence[float]) -> list[float]:
    """Return r_d = equity_d / equity_(d-1) - 1; the first value is the start."""
    return [later / earlier - 1.0 if earlier else 0.0 for earlier, later in pairwise(equity)]


def sharpe_ratio(returns: Sequence[float], *, risk_free_rate: float = 0.0) -> float | None:
    """Return mean(r - rf/252) / std(r, ddof 1) * sqrt(252); None below 20 returns or without any variation."""
    if len(returns) < FEWEST_RETURNS:
        return None
    deviation = stdev(returns)
    if not _varies(deviation, returns):
        return None
    return (fmean(returns) - risk_free_rate / SESSIONS_A_YEAR) / deviation * math.sqrt(SESSIONS_A_YEAR)


def sortino_ratio(returns: Sequence[float]) -> float | None:
    """Return mean(r) / sqrt(mean(min(r, 0)^2)) * sqrt(252), every return in the denominator.

    None like Sharpe, and when no return is below 0.
    """
    if len(returns) < FEWEST_RETURNS or not _varies(stdev(returns), returns):
        return None
    downside = math.sqrt(fmean([min(value, 0.0) ** 2 for value in returns]))
    return fmean(returns) / downside * math.sqrt(SESSIONS_A_YEAR) if downside else None


def volatility(returns: Sequence[float]) -> float | None:
    """Return the standard deviation of daily returns (ddof 1), annualised; None below two returns."""
    return stdev(returns) * math.sqrt(SESSIONS_A_YEAR) if len(returns) > 1 else None


def drawdowns(equity: Sequence[float]) -> list[float]:
    """Return equity / highest so far - 1 at each point, 0 or below."""
    return [
        value / peak - 1.0 if peak > 0 else 0.0 for value, peak in zip(equity, accumulate(equity, max), strict=True)
    ]


def max_drawdown(equity: Sequence[float]) -> Drawdown:
    """Return the deepest fall from a peak, the start included."""
    falls = drawdowns(equity)
    trough = min(range(len(falls)), key=falls.__getitem__, default=0)
    if not falls or not falls[trough]:
        return Drawdown(0.0, 0, 0, 0)
    peak = max(range(trough + 1), key=lambda at: (equity[at], at))
    recovery = next((at for at in range(trough, len(equity)) if equity[at] >= equity[peak]), None)
    return Drawdown(falls[trough], peak, trough, recovery)


def annual_growth(equity: Sequence[float]) -> float | None:
    """Return CAGR = (E_n / E_0)^(252 / n) - 1 over n daily returns; None without a day, or once nothing is left."""
    days = len(equity) - 1
    if days < 1 or equity[0] <= 0 or equity[-1] <= 0:
        return None
    growth = math.log(equity[-1] / equity[0]) * SESSIONS_A_YEAR / days
    # Beyond e^20 a year no figure helps: a day was stretched to a year.
    return math.expm1(growth) if growth < 20.0 else None


def _varies(deviation: float, returns: Sequence[float]) -> bool:
    """Tell a real deviation from the residue of adding floats."""
    return deviation > 1e-12 * max(map(abs, returns), default=0.0)
