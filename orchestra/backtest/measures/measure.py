"""Measure what was played: from facts to the result that is kept, shown and compared.

In: a Played, its request and history. Out: a BacktestResult. Thread: any; nothing is read or written.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any

from database.bars.bar_columns import BarColumns
from database.timestamps import iso_minute
from orchestra.backtest.history.history import History
from orchestra.backtest.measures.assumptions import assumptions
from orchestra.backtest.measures.buy_and_hold import hold_from_the_start
from orchestra.backtest.measures.metrics import curve_metrics, trip_metrics
from orchestra.backtest.measures.minute_values import MinuteValues
from orchestra.backtest.measures.warnings_of import warnings_of
from orchestra.backtest.played import Played
from orchestra.backtest.request import BacktestRequest
from orchestra.backtest.result import BacktestResult
from system_databse.algorithm_record import AlgorithmRecord
from system_databse.fill import Fill, fill_values, open_position_values, whole_shares
from system_databse.performance.exposure import exposure, time_in_market
from system_databse.performance.round_trips import RoundTrip, round_trips
from system_databse.trading_signal import Outcome

MOST_PRICES = 1_500
ALL = "all"
# The same run is measured the same each time.
TOSSES = 0


def measure(played: Played, request: BacktestRequest, history: History, *, seconds: float = 0.0) -> BacktestResult:
    """Return the result. seconds: how long the machine took."""
    history = _part_played(history, len(played.days))
    trips = round_trips(played.fills, played.prices)
    metrics = _metrics(played, request, history, trips=trips)
    days = [close.day.isoformat() for close in played.days]
    equity = [sum(close.equity.values()) for close in played.days]
    held = hold_from_the_start(request, history)[: len(days)]
    capital = float(sum(algorithm.capital for algorithm in request.algorithms))
    return BacktestResult(
        request=request.to_values(),
        assumptions=assumptions(request.costs, history),
        data=_data(history, [algorithm.ticker for algorithm in request.algorithms]),
        minutes=played.minutes,
        decisions={**dict.fromkeys(("HELD", "SUBMITTED", "DENIED"), 0), **played.outcomes},
        gates=dict(played.gates),
        algorithms=[_algorithm(record) for record in played.records],
        fills=[_fill(fill, played.reasons) for fill in played.fills],
        open_positions=[_open_position(trip, played.prices) for trip in trips if trip.exited_at is None],
        result=float(sum(trip.pnl for trip in trips)),
        round_trips=[_trip(trip, played, now=_last_moment(played)) for trip in trips],
        days=days,
        equity=equity,
        cash=[sum(close.cash.values()) for close in played.days],
        equity_by_algorithm={
            str(record.id): [close.equity[record.id] for close in played.days] for record in played.records
        },
        buy_and_hold={"equity": held, "metrics": curve_metrics([capital, *held], days)},
        prices={ticker: _thinned(history, ticker) for ticker in _tickers(request)},
        metrics=metrics,
        reasons=[
            {**{name: getattr(told, name) for name in told.__slots__}, "minutes": minutes}
            for told, minutes in played.told.most_common()
        ],
        warnings=warnings_of(played, history, figures=metrics[ALL]),
        seconds=seconds,
        is_whole=played.is_whole,
    )


def _metrics(
    played: Played, request: BacktestRequest, history: History, *, trips: Sequence[RoundTrip]
) -> dict[str, dict[str, Any]]:
    sessions = history.sessions if played.days else ()
    days, now = [close.day.isoformat() for close in played.days], _last_moment(played)
    metrics, values = {}, []
    for record in played.records:
        own = [fill for fill in played.fills if fill.algorithm_id == record.id]
        capital = float(record.initial_capital)
        value = MinuteValues(own, capital, history.columns[record.ticker], sessions=sessions)
        values.append(value)
        curve = [capital, *(close.equity[record.id] for close in played.days)]
        metrics[str(record.id)] = {
            **curve_metrics(curve, days),
            **trip_metrics([trip for trip in trips if trip.algorithm_id == record.id], now, chance=_chance()),
            "exposure": value.exposure,
            "time_in_market": value.time_in_market,
            "turnover": _turnover(own, curve),
            "denied": _denied(played, record.id),
        }
    market = [sum(each) for each in zip(*(value.market for value in values), strict=True)]
    equity = [sum(each) for each in zip(*(value.equity for value in values), strict=True)]
    capital = float(sum(algorithm.capital for algorithm in request.algorithms))
    curve = [capital, *(sum(close.equity.values()) for close in played.days)]
    whole = {
        **curve_metrics(curve, days),
        **trip_metrics(trips, now, chance=_chance()),
        "exposure": exposure(market, equity),
        "time_in_market": time_in_market(market),
        "turnover": _turnover(played.fills, curve),
        "denied": played.outcomes.get("DENIED", 0),
        "rejected": len(played.rejections),
    }
    return {ALL: whole, **metrics}


def _part_played(history: History, sessions: int) -> History:
    """Return what was played of the history; all of it when not one session was, so that it has a first and a last."""
    if not 0 < sessions < len(history.sessions):
        return history
    last = history.sessions[sessions - 1].day
    absent = [day for day in history.absent if day < last]
    return replace(history, sessions=history.sessions[:sessions], absent=absent)


def _chance() -> Random:
    return Random(TOSSES)  # noqa: S311 - no secret


def _denied(played: Played, algorithm_id: int) -> int:
    """Return how many minutes' wishes of the algorithm were denied."""
    return sum(
        minutes
        for told, minutes in played.told.items()
        if told.algorithm_id == algorithm_id and told.outcome == Outcome.DENIED
    )


def _turnover(fills: Sequence[Fill], curve: Sequence[float]) -> float | None:
    """Return how often the average equity was dealt in: half of all buys and sales."""
    average = sum(curve) / len(curve)
    return float(sum(fill.qty * fill.price for fill in fills)) / 2.0 / average if average > 0 else None


def _last_moment(played: Played) -> datetime:
    return datetime.fromtimestamp(played.days[-1].minute if played.days else 0, UTC)


def _tickers(request: BacktestRequest) -> list[str]:
    return list(dict.fromkeys(algorithm.ticker for algorithm in request.algorithms))


def _data(history: History, tickers: Sequence[str]) -> dict[str, Any]:
    return {
        "source": history.source,
        "files": dict(history.sha256),
        "symbols": sorted(set(tickers)),
        "first": history.sessions[0].day.isoformat(),
        "last": history.sessions[-1].day.isoformat(),
        "bars": sum(_bars_within(history.columns[ticker], history) for ticker in set(tickers)),
    }


def _bars_within(columns: BarColumns, history: History) -> int:
    return columns.position(history.sessions[-1].close) - columns.position(history.sessions[0].open)


def _algorithm(record: AlgorithmRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "name": record.name,
        "ticker": record.ticker,
        "initial_capital": float(record.initial_capital),
        "params": json.loads(record.params),
        "file_sha256": record.file_sha256,
        "status": str(record.status),
        "last_error": record.last_error,
    }


def _fill(fill: Fill, reasons: Mapping[str, str]) -> dict[str, Any]:
    return {**fill_values(fill), "fee": float(fill.fee), "reason": reasons.get(fill.client_order_id, "")}


def _open_position(trip: RoundTrip, prices: Mapping[str, float]) -> dict[str, Any]:
    return open_position_values(trip.symbol, trip.held, entry_price=trip.entry_price, last_price=prices[trip.symbol])


def _trip(trip: RoundTrip, played: Played, *, now: datetime) -> dict[str, Any]:
    return {
        "algorithm_id": trip.algorithm_id,
        "symbol": trip.symbol,
        "entered_at": iso_minute(int(trip.entered_at.timestamp())),
        "exited_at": None if trip.exited_at is None else iso_minute(int(trip.exited_at.timestamp())),
        "shares": whole_shares(trip.shares),
        "entry_price": float(trip.entry_price),
        "exit_price": float(trip.exit_price),
        "pnl": float(trip.pnl),
        "fees": float(trip.fees),
        "return": trip.return_,
        "minutes": trip.minutes(now),
        "enter_reason": played.reasons.get(trip.entry_order, ""),
        "exit_reason": "" if trip.exit_order is None else played.reasons.get(trip.exit_order, ""),
    }


def _thinned(history: History, ticker: str) -> list[list[float]]:
    """Return [second, close] of at most so many bars; of each stretch the lowest and the highest are kept."""
    columns = history.columns[ticker]
    first, last = columns.position(history.sessions[0].open), columns.position(history.sessions[-1].close)
    if last - first <= MOST_PRICES:
        return [[columns.times[at], columns.closes[at]] for at in range(first, last)]
    # Two points of each stretch, beside the first and the last one.
    step = math.ceil(2 * (last - first) / (MOST_PRICES - 2))
    chosen = {first, last - 1}
    for start in range(first, last, step):
        stretch = range(start, min(start + step, last))
        chosen |= {min(stretch, key=columns.closes.__getitem__), max(stretch, key=columns.closes.__getitem__)}
    return [[columns.times[at], columns.closes[at]] for at in sorted(chosen)]
