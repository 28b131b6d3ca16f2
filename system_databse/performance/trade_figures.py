"""Figures of round trips: how often they win, how much, how long (domain.md 7; what users compare first).

In: profits in dollars, oldest first. Out: fractions and dollars; None where a figure would mean nothing. Thread: any.
"""

import math
from collections.abc import Sequence
from itertools import groupby
from statistics import fmean, stdev
from typing import Any

FEWEST_FOR_QUALITY = 2


def trip_figures(profits: Sequence[float]) -> dict[str, Any]:
    """Return by name what profits say first: how many, how often they win, how much."""
    return {
        "total_trades": len(profits),
        "wins": sum(profit > 0 for profit in profits),
        "win_rate": win_rate(profits),
        "profit_factor": profit_factor(profits),
        "expectancy": expectancy(profits),
        "payoff": payoff(profits),
    }


def win_rate(profits: Sequence[float]) -> float | None:
    """Return wins / all; a profit of 0 counts in the denominator."""
    return sum(profit > 0 for profit in profits) / len(profits) if profits else None


def profit_factor(profits: Sequence[float]) -> float | None:
    """Return sum(wins) / |sum(losses)|; None without a loss."""
    lost = -sum(profit for profit in profits if profit < 0)
    return sum(profit for profit in profits if profit > 0) / lost if lost else None


def expectancy(profits: Sequence[float]) -> float | None:
    """Return the mean profit, dollars."""
    return fmean(profits) if profits else None


def payoff(profits: Sequence[float]) -> float | None:
    """Return average win / |average loss|; None without both."""
    wins, losses = [p for p in profits if p > 0], [p for p in profits if p < 0]
    return fmean(wins) / -fmean(losses) if wins and losses else None


def system_quality(profits: Sequence[float]) -> float | None:
    """Return SQN = sqrt(n) * mean / std (Van Tharp, as backtesting.py computes it, ddof 1)."""
    if len(profits) < FEWEST_FOR_QUALITY:
        return None
    deviation = stdev(profits)
    return math.sqrt(len(profits)) * fmean(profits) / deviation if deviation else None


def kelly(profits: Sequence[float]) -> float | None:
    """Return the Kelly fraction p - (1 - p) / payoff (Kelly 1956, for a bet that wins `payoff` to 1)."""
    rate, ratio = win_rate(profits), payoff(profits)
    return None if rate is None or ratio is None else rate - (1.0 - rate) / ratio


def longest_run(profits: Sequence[float], *, of_wins: bool) -> int:
    """Return the most wins, or losses, in a row."""
    is_wanted = [profit > 0 if of_wins else profit < 0 for profit in profits]
    return max((len(list(group)) for wanted, group in groupby(is_wanted) if wanted), default=0)
