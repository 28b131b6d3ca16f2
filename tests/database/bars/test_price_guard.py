"""A step of more than 40 % is not believed before history says the same."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.bar import MINUTE, Bar
from database.bars.market_world import MarketWorld
from database.bars.price_guard import PriceGuard, has_split
from tests.database.market import session_on


def bars(*closes: float, symbol: str = "SPY") -> list[Bar]:
    return [Bar(symbol, number * MINUTE, c, c, c, c, 100.0) for number, c in enumerate(closes, start=1)]


def closes(believed: list[Bar]) -> list[float]:
    return [bar.close for bar in believed]


@pytest.mark.requirement("S2-75")
@pytest.mark.parametrize("close", [140.0, 60.0, 100.0])
def test_step_up_to_forty_percent_is_believed(close: float) -> None:
    guard = PriceGuard(lambda _symbol: 100.0)
    assert closes(guard.screen(bars(close))) == [close]
    assert guard.jumps == {}


@pytest.mark.requirement("S2-75")
@pytest.mark.parametrize("close", [140.1, 59.9, 10_000.0, 1.0])
def test_larger_step_is_held_back_with_what_it_was_held_against(close: float) -> None:
    guard = PriceGuard(lambda _symbol: 100.0)
    assert guard.screen(bars(close)) == []
    assert guard.jumps["SPY"].previous_close == 100.0
    assert guard.jumps["SPY"].bar.close == close


def test_first_bar_ever_has_nothing_to_be_held_against() -> None:
    guard = PriceGuard(lambda _symbol: None)
    assert closes(guard.screen(bars(10.0, 1000.0, 10.1))) == [10.0, 10.1]


def test_each_bar_is_held_against_the_last_believed_one_of_its_symbol() -> None:
    guard = PriceGuard({"SPY": 100.0, "QQQ": 10.0}.get)
    mixed = [*bars(130.0, 13.0, 160.0), *bars(13.0, symbol="QQQ")]
    assert closes(guard.screen(mixed)) == [130.0, 160.0, 13.0]
    assert list(guard.jumps) == ["SPY"]


def test_a_symbol_waits_for_the_first_step_until_it_is_settled() -> None:
    guard = PriceGuard(lambda _symbol: 100.0)
    guard.screen(bars(300.0, 301.0, 101.0))
    assert guard.jumps["SPY"].bar.close == 300.0
    guard.settle("SPY")
    guard.settle("QQQ")
    assert guard.jumps == {}


def test_recorded_split_explains_a_step() -> None:
    guard = PriceGuard(lambda _symbol: 400.0, has_split=lambda symbol, ts: (symbol, ts) == ("SPY", MINUTE))
    assert closes(guard.screen(bars(100.0))) == [100.0]


def test_only_a_split_of_the_symbol_and_day_counts(world: MarketWorld) -> None:
    store = world.bar_store.store
    with store.transaction() as connection:
        rows = [("SPY", "2026-11-20", "forward_split", 4.0), ("QQQ", "2026-11-20", "cash_dividend", None)]
        connection.executemany("INSERT INTO corporate_actions VALUES(?, ?, ?, ?, NULL)", rows)
    session = session_on(date(2026, 11, 20))
    assert has_split(store, world.calendar, "SPY", session.open)
    assert not has_split(store, world.calendar, "SPY", session.open - 1)
    assert not has_split(store, world.calendar, "SPY", session_on(date(2026, 11, 19)).open)
    assert not has_split(store, world.calendar, "QQQ", session.open)


@given(st.lists(st.floats(0.01, 1e5), min_size=1, max_size=40))
def test_neighbours_among_the_believed_never_step_further_than_allowed(walk: list[float]) -> None:
    guard = PriceGuard(lambda _symbol: walk[0])
    believed = [walk[0], *closes(guard.screen(bars(*walk)))]
    assert all(abs(b / a - 1) <= 0.4 for a, b in pairwise(believed))
    assert bool(guard.jumps) == (len(believed) - 1 < len(walk))
