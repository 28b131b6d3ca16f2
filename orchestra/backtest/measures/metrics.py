"""The metrics of a curve and its round trips, by name: what users compare first (domain.md 7).

In: equity at closes, round trips, exposure. Out: JSON numbers; None where a figure would mean nothing. Thread: any.
"""

from collections.abc import Sequence
from datetime import datetime
from random import Random
from statistics import fmean
from typing import Any

from orchestra.backtest.measures.luck import as_good_by_chance
from system_databse.performance import returns as of_returns
from system_databse.performance import trade_figures as of_trades
from system_databse.performance.round_trips import RoundTrip


def curve_metrics(equity: Sequence[float], days: Sequence[str]) -> dict[str, Any]:
    """Return what the equity alone says. equity: the start and each close; days: the sessions, one fewer."""
    returns = of_returns.daily_returns(equity)
    fall = of_returns.max_drawdown(equity)
    growth = of_returns.annual_growth(equity)
    labels = ["start", *days]
    return {
        "start_equity": equity[0],
        "end_equity": equity[-1],
        "profit_loss": equity[-1] - equity[0],
        "total_return": equity[-1] / equity[0] - 1.0 if equity[0] else None,
        "cagr": growth,
        "volatility": of_returns.volatility(returns),
        "sharpe_ratio": of_returns.sharpe_ratio(returns),
        "sortino_ratio": of_returns.sortino_ratio(returns),
        "calmar_ratio": growth / -fall.depth if growth is not None and fall.depth else None,
        "max_drawdown": fall.depth,
        "max_drawdown_dollars": equity[fall.trough] - equity[fall.peak],
        "max_drawdown_from": labels[fall.peak],
        "max_drawdown_to": labels[fall.trough],
        "max_drawdown_recovered": None if fall.recovery is None else labels[fall.recovery],
        "best_day": max(returns, default=None),
        "worst_day": min(returns, default=None),
    }


def trip_metrics(trips: Sequence[RoundTrip], now: datetime, *, chance: Random) -> dict[str, Any]:
    """Return what the round trips say; those still open count for the fees alone.

    now: the last close. chance: tosses the signs of profits.
    """
    closed = [trip for trip in trips if trip.exited_at is not None]
    profits = [float(trip.pnl) for trip in closed]
    fractions = [trip.return_ for trip in closed]
    return {
        **of_trades.trip_figures(profits),
        "average_trade": fmean(fractions) if fractions else None,
        "best_trade": max(fractions, default=None),
        "worst_trade": min(fractions, default=None),
        "average_minutes_winners": _mean([trip.minutes(now) for trip in closed if trip.pnl > 0]),
        "average_minutes_losers": _mean([trip.minutes(now) for trip in closed if trip.pnl < 0]),
        "most_wins_in_a_row": of_trades.longest_run(profits, of_wins=True),
        "most_losses_in_a_row": of_trades.longest_run(profits, of_wins=False),
        "system_quality": of_trades.system_quality(profits),
        "kelly": of_trades.kelly(profits),
        "as_good_by_chance": as_good_by_chance(profits, chance),
        "fees": float(sum(trip.fees for trip in trips)),
        "unrealized": float(sum(trip.pnl for trip in trips if trip.exited_at is None)),
    }


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None
