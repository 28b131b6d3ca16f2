"""What a result says agrees with the fills it was made of."""

import json
import math
import random
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from database.bar import MINUTE
from database.bars.bar_columns import BarColumns
from database.calendar_manager import Session
from database.errors import ConfigError
from orchestra.backtest.history.history import History
from orchestra.backtest.measures.measure import _thinned, measure
from orchestra.backtest.measures.minute_values import MinuteValues
from orchestra.backtest.request import BacktestRequest, Costs
from orchestra.backtest.result import BacktestResult
from orchestra.messages.commands import StartAlgorithm
from tests.orchestra.backtest.made_run import made_result, weekdays
from tests.orchestra.backtest.played_house import DAYS, House, asked, made_columns, made_history
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


@pytest.mark.parametrize("bars", [1_499, 1_500, 1_501, 3_000, 98_280, 749 * 500, 750 * 600, 750 * 1_000])
def test_so_many_bars_make_no_more_points_than_a_chart_shows(bars: int) -> None:
    session = Session(DAYS[0], 0, bars * MINUTE)
    chance, columns = random.Random(bars), BarColumns("ACME")
    columns.times.extend(range(0, session.close, MINUTE))
    columns.closes.extend(chance.random() for _ in range(bars))
    told = _thinned(History({"ACME": columns}, [session]), "ACME")
    assert min(bars, 1_000) <= len(told) <= 1_500
    assert {columns.times[0], columns.times[-1]} <= {ts for ts, _ in told}
    assert (min(columns.closes), max(columns.closes)) == (min(c for _, c in told), max(c for _, c in told))


def test_prices_are_thinned_to_their_extremes() -> None:
    result = made_result()
    history = made_history(made_columns("ACME", weekdays(date(2024, 3, 1), 70)), days=weekdays(date(2024, 3, 1), 70))
    told = result.prices["ACME"]
    closes = history.columns["ACME"].closes
    assert 700 < len(told) <= 1_500
    assert [ts for ts, _ in told] == sorted({ts for ts, _ in told})
    assert (min(close for _, close in told), max(close for _, close in told)) == (min(closes), max(closes))


def test_denied_wishes_are_counted_by_algorithm(tmp_path: Path) -> None:
    wishes = on_minutes(tmp_path, '{"14:00": ("buy", 5000), "16:30": ("buy", 5)}')
    result = played_and_measured(asked(wishes), asked("sma_crossover"))
    assert result.decisions["DENIED"] == result.metrics["all"]["denied"] == result.gates["CASH"] == 2
    assert (result.metrics["1"]["denied"], result.metrics["2"]["denied"]) == (2, 0)
    assert "Denied, as the algorithm's cash did not suffice: 2 buys." in result.warnings


def test_a_run_stopped_early_is_measured_as_far_as_it_went() -> None:
    request = BacktestRequest((asked("sma_crossover"),))
    history = made_history(made_columns("ACME", DAYS))
    played = House().play(history, *request.algorithms)
    first = [fill for fill in played.fills if fill.at.timestamp() < played.days[0].minute]
    result = measure(replace(played, days=played.days[:1], fills=tuple(first), is_whole=False), request, history)
    assert (result.data["first"], result.data["last"], result.data["bars"]) == ("2024-06-11", "2024-06-11", 390)
    assert result.prices["ACME"][-1][0] < history.sessions[1].open
    assert len(result.buy_and_hold["equity"]) == len(result.equity) == 1
    assert result.warnings[0].startswith("The run was stopped before its end")
    # Days after the stop were never played, whether or not they have bars.
    lacking = replace(history, absent=(date(2024, 6, 10), date(2024, 6, 13)))
    result = measure(replace(played, days=played.days[:1], fills=tuple(first), is_whole=False), request, lacking)
    assert result.warnings[1] == "1 of 2 sessions asked for has no bar, the first on 2024-06-10."
    nothing = measure(replace(played, days=(), fills=(), is_whole=False), request, history)
    assert (nothing.equity, nothing.buy_and_hold["equity"], nothing.metrics["all"]["total_return"]) == ([], [], 0.0)


def test_a_run_is_measured_the_same_twice() -> None:
    request = BacktestRequest((asked("sma_crossover"),))
    history = made_history(made_columns("ACME", DAYS))
    played = House().play(history, *request.algorithms)
    result = measure(played, request, history)
    assert 0 < result.metrics["1"]["as_good_by_chance"] <= 1
    assert measure(played, request, history) == result


def played_and_measured(*algorithms: StartAlgorithm) -> BacktestResult:
    history = made_history(made_columns("ACME", DAYS))
    return measure(House().play(history, *algorithms), BacktestRequest(algorithms), history)
