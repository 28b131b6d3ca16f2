"""The lazy alternative: each algorithm's money in its ticker from the first minute to the last, at the same costs.

Only the regulatory fees are left out: who never sells pays a cent of them, for the audit trail.

In: a request, a history. Out: equity at each close. Thread: any.
"""

import math
from decimal import ROUND_UP, Decimal

from database.calendar_manager import Session
from orchestra.backtest.history.history import History
from orchestra.backtest.request import BacktestRequest, Costs

BASIS_POINTS = 10_000
# Fills with a spread are rounded against the one who deals, to a hundredth of a cent.
PRICE_STEP = Decimal("0.0001")


def hold_from_the_start(request: BacktestRequest, history: History) -> list[float]:
    """Return the equity at each session's close: whole shares, bought at the open of the ticker's first bar."""
    curves = [
        _curve(float(algorithm.capital), request.costs, history, algorithm.ticker) for algorithm in request.algorithms
    ]
    return [sum(values) for values in zip(*curves, strict=True)]


def _curve(capital: float, costs: Costs, history: History, ticker: str) -> list[float]:  # noqa: PLR0917 - private
    columns, sessions = history.columns[ticker], history.sessions
    first = columns.position(sessions[0].open)
    if first == len(columns):
        return [capital] * len(sessions)
    shares, cash = _bought(capital, _price(columns.opens[first], costs), costs)
    bought_at = columns.times[first]
    return [cash + shares * _close(history, ticker, each) if each.close > bought_at else capital for each in sessions]


def _price(opened: float, costs: Costs) -> float:
    """Return what a buyer pays at an open, half the spread and the slippage on top."""
    on_top = costs.spread_bps / 2 + costs.slippage_bps
    if not on_top:
        return opened
    return float((Decimal(repr(opened)) * (1 + on_top / BASIS_POINTS)).quantize(PRICE_STEP, ROUND_UP))


def _bought(capital: float, price: float, costs: Costs) -> tuple[int, float]:
    """Return the whole shares that the money buys, and what is left of it."""
    fixed = float(costs.commission_per_order)
    each = price * (1.0 + float(costs.commission_bps) / BASIS_POINTS) + float(costs.commission_per_share)
    shares = max(0, math.floor((capital - fixed) / each))
    return shares, capital - (shares * each + fixed if shares else 0.0)


def _close(history: History, ticker: str, session: Session) -> float:
    columns = history.columns[ticker]
    return columns.closes[columns.position(session.close) - 1]
