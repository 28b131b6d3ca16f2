"""What a result says agrees with the fills it was made of."""

import json
import math
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from database.bar import MINUTE
from database.errors import ConfigError
from orchestra.backtest.measures.measure import measure
from orchestra.backtest.measures.minute_values import MinuteValues
from orchestra.backtest.request import BacktestRequest, Costs
from orchestra.backtest.result import BacktestResult
from tests.orchestra.backtest.made_run import made_result, weekdays
from tests.orchestra.backtest.played_house import DAYS, House, asked, made_columns, made_history, strategy
from tests.orchestra.backtest.test_backtester import on_minutes


def test_the_result_survives_json_and_refuses_what_is_none() -> None:
    result = made_result()
    told = json.loads(json.dumps(result.to_values(), allow_nan=False))
    assert BacktestResult.from_values(told) == result
    for wrong in ({}, {**told, "version": 0}, {key: told[key] for key in list(told)[:-2]}):
        with pytest.raises(ConfigError, match="run the backtest again"):
            BacktestResult.from_values(wrong)


def test_the_money_of_every_view_is_the_same() -> None:
    result = made_result(tickers=("ACME", "BETA"))
    assert result.metrics["all"]["total_trades"] > 50
    assert result.equity[-1] - 40_000 == pytest.approx(result.result, abs=1e-6)
    assert result.metrics["all"]["profit_loss"] == pytest.approx(result.result, abs=1e-6)
    assert sum(trip["pnl"] for trip in result.round_trips) == pytest.approx(result.result, abs=1e-6)
    for day, total in enumerate(result.equity):
        assert total == pytest.approx(sum(own[day] for own in result.equity_by_algorithm.values()), abs=1e-6)
    assert sum(row["minutes"] for row in result.reasons) == sum(result.decisions.values()) == 2 * result.minutes
    assert result.metrics["all"]["fees"] == pytest.approx(sum(fill["fee"] for fill in result.fills))
    assert {fill["reason"] for fill in result.fills} == {"rose for some minutes", "fell for some minutes"}


def test_exposure_and_time_in_market_count_every_minute(tmp_path: Path) -> None:
    columns = made_columns("ACME", DAYS)
    history = made_history(columns)
    played = House().play(history, asked(on_minutes(tmp_path, '{"14:00": ("buy", 50), "16:30": ("sell", 50)}')))
    values = MinuteValues(played.fills, 20_000.0, columns, sessions=history.sessions)
    assert len(values.market) == 780
    assert values.time_in_market == 2 * 150 / 780
    expected, bought = 0.0, {int(fill.at.timestamp()): float(fill.price) for fill in played.fills}
    cash = 20_000.0
    for session in history.sessions:
        start = session.open + 30 * MINUTE
        for ts in range(start, start + 150 * MINUTE, MINUTE):
            worth = 50 * columns.closes[columns.position(ts)]
            expected += worth / (cash - 50 * bought[start] + worth)
        cash += 50 * (bought[start + 150 * MINUTE] - bought[start])
    assert values.exposure == pytest.approx(expected / 780, rel=1e-9)


def test_buying_and_holding_pays_the_same_costs() -> None:
    columns = made_columns("ACME", DAYS)
    costs = Costs(commission_per_order=Decimal(5), spread_bps=Decimal(20), commission_per_share=Decimal("0.01"))
    request = BacktestRequest((asked("sma_crossover", capital="1000"),), costs=costs)
    history = made_history(columns)
    result = measure(House().play(history, *request.algorithms, costs=costs), request, history)
    price = math.ceil(round(columns.opens[0] * 10_010, 6)) / 10_000  # the desk's fills are rounded up to that
    shares = math.floor(995 / (price + 0.01))
    left = 1000 - 5 - shares * (price + 0.01)
    closes = [columns.closes[columns.position(session.close) - 1] for session in history.sessions]
    assert result.buy_and_hold["equity"] == pytest.approx([left + shares * close for close in closes], rel=1e-9)


def test_prices_are_thinned_to_their_extremes() -> None:
    result = made_result()
    history = made_history(made_columns("ACME", weekdays(date(2024, 3, 1), 70)), days=weekdays(date(2024, 3, 1), 70))
    told = result.prices["ACME"]
    closes = history.columns["ACME"].closes
    assert 700 < len(told) <= 1_500
    assert [ts for ts, _ in told] == sorted({ts for ts, _ in told})
    assert (min(close for _, close in told), max(close for _, close in told)) == (min(closes), max(closes))


def test_warnings_name_what_makes_a_result_doubtful(tmp_path: Path) -> None:
    columns = made_columns("ACME", DAYS, traded=0.5)
    columns.closes[5] *= 3
    failing = strategy(
        tmp_path, "class Algorithm:\n    def __init__(self, t, c): pass\n    def run(self, now, id): 1 / 0\n"
    )
    request = BacktestRequest((asked(failing),))
    history = made_history(columns)
    told = " ".join(measure(House().play(history, *request.algorithms), request, history).warnings)
    for part in (
        "ZeroDivisionError",
        "Only 0 sales",
        "Only 2 sessions",
        "no bar in 5",
        "splits that were not adjusted",
    ):
        assert part in told
