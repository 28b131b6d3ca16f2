"""Strategies of longer bars over restarts: a new instance at any minute decides what the old one would have decided."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from algorithm import mean_reversion, trend_following
from database import db_manager
from database.bar import MINUTE
from database.bars.bar_columns import BarColumns
from database.bars.market_world import MarketWorld
from database.normaliser import epoch_seconds
from database.timestamps import iso_minute
from orchestra.backtest.checks.lookahead.check import check_lookahead
from orchestra.backtest.checks.lookahead.drip import Stage
from orchestra.backtest.history.history_world import HistoryWorld
from orchestra.backtest.request import BacktestRequest
from system_databse import system_db_manager
from tests.database.market import open_world
from tests.orchestra.backtest.played_house import ROOT, House, asked, calendar, made_columns, made_history, sessions

DAYS = tuple(date(2024, 6, day) for day in (3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 17, 18))
TRADED = DAYS[5:]
STRATEGIES = {"mean_reversion": mean_reversion, "trend_following": trend_following}
# Looser than the defaults, so that a few made-up days hold many trades.
LOOSE: dict[str, dict[str, float]] = {
    "mean_reversion": {"entry_deviations": 1.5, "entry_rsi": 30.0, "most_bars": 12},
    "trend_following": {"entry_adx": 10.0, "entry_bars": 6, "exit_bars": 4, "trail_ranges": 2.0},
}
EXITS = {
    "mean_reversion": {"entry", "target", "stop_loss", "time"},
    "trend_following": {"entry", "channel", "trailing_stop"},
}
# A seed whose days leave in every way there is.
COLUMNS = made_columns("ACME", DAYS, seed=3)
Deal = tuple[str, str, int, float]
World = HistoryWorld | MarketWorld


@pytest.fixture(autouse=True)
def books() -> Iterator[list[dict[str, Any]]]:
    """Bind the transactions of one algorithm, which the test fills."""
    rows: list[dict[str, Any]] = []
    system_db_manager.bind(lambda _id: list(rows))
    yield rows
    system_db_manager.bind(None)
    db_manager.unbind()


def new_instance(name: str) -> Any:
    module: ModuleType = STRATEGIES[name]
    algorithm = module.Algorithm("ACME", 100_000)
    vars(algorithm).update(LOOSE[name])
    return algorithm


def drive(name: str, world: World, rows: list[dict[str, Any]], *, births: frozenset[int] = frozenset()) -> list[Deal]:
    """Play the traded days, orders filled at the next minute's open; births: decisions before which it starts anew."""
    rows.clear()
    db_manager.bind(world)
    algorithm, deals, decisions = new_instance(name), [], 0
    for session in sessions(*TRADED):
        for minute in range(session.open + MINUTE, session.close, MINUTE):
            if decisions in births:
                algorithm = new_instance(name)
            decisions += 1
            come_to(world, minute)
            action, shares = algorithm.run(iso_minute(minute), 1)
            if action == "hold":
                continue
            price = COLUMNS.opens[COLUMNS.position(minute)]
            rows.append({"type": action, "shares": shares, "price": price, "timestamp": iso_minute(minute)})
            why = algorithm.metadata.get("exit", "entry")
            deals.append((iso_minute(minute), why, shares, price))
    return deals


def come_to(world: World, minute: int) -> None:
    if isinstance(world, MarketWorld):
        # As live: the minute's bar has just been stored.
        world.store_bars([COLUMNS.bar(COLUMNS.position(minute) - 1)])
        world.as_of = minute
    else:
        world.minute = minute


def history_world() -> HistoryWorld:
    return HistoryWorld(made_history(COLUMNS, days=TRADED), calendar())


def live_world(folder: Path) -> MarketWorld:
    world = open_world(folder)
    before = COLUMNS.position(sessions(*TRADED)[0].open)
    world.store_bars(COLUMNS.bar(index) for index in range(before))
    return world


def backtested(name: str, columns: BarColumns = COLUMNS) -> list[Deal]:
    house = House()
    played = house.play(made_history(columns, days=TRADED), asked(name, "ACME", "100000", **LOOSE[name]))
    rows = {row.client_order_id: row for row in house.rows.rows}
    return [
        (
            fill.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            rows[fill.client_order_id].saw.get("exit", "entry"),
            int(fill.qty),
            float(fill.price),
        )
        for fill in played.fills
    ]


@pytest.mark.parametrize("name", STRATEGIES)
def test_live_decides_as_the_backtest_does(name: str, books: list[dict[str, Any]], tmp_path: Path) -> None:
    deals = drive(name, live_world(tmp_path), books)
    assert [(at, why, price) for at, why, _, price in deals] == [
        (at, why, price) for at, why, _, price in backtested(name)
    ]
    assert {why for _, why, *_ in deals} == EXITS[name]


@pytest.mark.requirement("S0-17", "S0-18")
@settings(max_examples=8, deadline=None)
@given(name=st.sampled_from(sorted(STRATEGIES)), births=st.frozensets(st.integers(0, 7 * 389), max_size=30))
def test_restarts_at_any_minutes_change_no_trade(name: str, births: frozenset[int]) -> None:
    whole, rows = traded_at_once(name), list[dict[str, Any]]()
    system_db_manager.bind(lambda _id: list(rows))
    assert drive(name, history_world(), rows, births=births) == whole


@pytest.mark.parametrize("name", STRATEGIES)
def test_restarts_at_every_minute_of_a_position_change_no_exit(name: str, books: list[dict[str, Any]]) -> None:
    whole = traded_at_once(name)
    bought, sold = (minutes_since_the_open(at) for at, *_ in whole[:2])
    births = frozenset(range(bought, sold + 2))
    assert len(births) > 20
    system_db_manager.bind(lambda _id: list(books))
    assert drive(name, history_world(), books, births=births) == whole


@cache
def traded_at_once(name: str) -> list[Deal]:
    """Return what one instance trades from the first minute to the last."""
    rows: list[dict[str, Any]] = []
    system_db_manager.bind(lambda _id: list(rows))
    deals = drive(name, history_world(), rows)
    assert {why for _, why, *_ in deals} == EXITS[name]
    return deals


def minutes_since_the_open(at: str) -> int:
    """Return the number of the decision at a minute."""
    ts, count = epoch_seconds(at), 0
    for session in sessions(*TRADED):
        if ts < session.close:
            return count + (ts - session.open) // MINUTE - 1
        count += session.minutes - 1
    raise AssertionError(at)


@pytest.mark.parametrize("name", STRATEGIES)
def test_no_strategy_looks_ahead(name: str) -> None:
    request = BacktestRequest((asked(name, "ACME", "100000", **LOOSE[name]),))
    stage = Stage(request, ROOT / "algorithm", 5.0)
    report = check_lookahead(stage, made_history(COLUMNS, days=TRADED[:4]), calendar())
    assert report.is_clean, report.sentence
    assert report.minutes == 4 * 390
