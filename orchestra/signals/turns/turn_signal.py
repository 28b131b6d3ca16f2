"""How a turn becomes a signal: what was answered, and what it was decided on.

In: an answer, the algorithm as the books see it, its newest bar. Out: a TradingSignal. Thread: engine.
"""

from collections.abc import Mapping
from typing import Any

from database.timestamps import iso_minute
from orchestra.signals.turns.answer import Answer
from system_databse.snapshot import AlgorithmView
from system_databse.trading_signal import Outcome, TradingSignal

LastBar = tuple[int, float]


def turn_signal(
    view: AlgorithmView,
    minute: int,
    answer: Answer,
    *,
    last_bar: LastBar | None,
    failure: Outcome | None = None,
    elapsed_ms: float = 0.0,
    is_explained: bool = True,
) -> TradingSignal:
    """Return the signal of one turn. last_bar: start and close of its ticker's newest visible bar.

    is_explained: whether anybody will read what was seen.
    """
    record = view.record
    last_bar_ts, price = last_bar or (None, None)
    # By position, in the order of its fields: a year of backtest makes many thousands.
    return TradingSignal(
        record.id,
        record.name,
        record.ticker,
        minute,
        answer.action,
        answer.shares,
        answer.reason,
        failure,
        last_bar_ts,
        price,
        answer.confidence,
        answer.expected_profit,
        answer.metadata,
        saw(view, last_bar, answer.metadata) if is_explained else {},
        elapsed_ms,
    )


def saw(view: AlgorithmView, last_bar: LastBar | None, own: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the decision row keeps: last bar, position, cash and the algorithm's own values."""
    bar = {"timestamp": iso_minute(last_bar[0]), "close": last_bar[1]} if last_bar else None
    # The books' own words come last: a strategy cannot put other figures in their place.
    return {**own, "bar": bar, "position": str(view.position.qty), "cash": str(view.cash)}
