"""Strategies of longer bars on recorded days: through the real backtester, fill by fill, what pandas and TA-Lib say."""

from pathlib import Path

import pytest

from database.files.recorded_bars import read_recorded
from orchestra.backtest.history.history import History
from tests.algorithm import strategy_oracle as oracle
from tests.algorithm.strategy_oracle import Deal
from tests.orchestra.backtest.played_house import House, asked, calendar

RULES = {
    "mean_reversion": (oracle.mean_reversion_bars, oracle.mean_reversion),
    "trend_following": (oracle.trend_following_bars, oracle.trend_following),
}
SETS = {
    "spy_2011": ("SPY",),
    "us_2013_october": ("BAC", "IBM", "SPY"),
    "aapl_2014_split": ("AAPL",),
    "spy_2020": ("SPY",),
    "shy_2008_sparse_dst": ("SHY",),
}


def history_of(path: Path) -> History:
    columns, _ = read_recorded((path,), calendar())
    held = [each for each in columns.values() if len(each)]
    first, last = min(each.times[0] for each in held), max(each.times[-1] for each in held)
    sessions = [
        session
        for session in calendar().sessions_between(first, last + 60)
        if any(each.position(session.open) < each.position(session.close) for each in held)
    ]
    return History(columns, sessions)


def deals_of(house: House, history: History, name: str, symbol: str) -> list[Deal]:
    played = house.play(history, asked(name, symbol, "100000"))
    rows = house.rows.by_minute()
    deals = []
    for fill in played.fills:
        row = next(row for row in rows.values() if row.client_order_id == fill.client_order_id)
        why = row.saw.get("exit", "entry")
        at = fill.at.strftime("%Y-%m-%dT%H:%M:%SZ")
        deals.append(Deal(at, str(fill.side), int(fill.qty), float(fill.price), why))
    return deals


@pytest.mark.requirement("S0-17", "S0-18")
@pytest.mark.parametrize("data_set", SETS)
@pytest.mark.parametrize("name", RULES)
def test_recorded_days_are_traded_as_the_calculation_trades_them(name: str, data_set: str, recorded_days: Path) -> None:
    path = recorded_days / "equity_1min" / f"{data_set}.csv.gz"
    history, (bars_of, rule) = history_of(path), RULES[name]
    found = 0
    for symbol in SETS[data_set]:
        minutes = oracle.regular_minutes(path, symbol)
        expected = oracle.play(minutes, bars_of(minutes), rule)
        assert deals_of(House(), history, name, symbol) == expected
        found += len(expected)
    if data_set == "spy_2011":
        assert found == {"mean_reversion": 39, "trend_following": 12}[name]
