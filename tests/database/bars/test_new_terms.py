"""Bars after a split or under a new symbol: replaced in one commit, or left; memory and coverage follow."""

from datetime import date
from fractions import Fraction

import pytest

from database.bar import MINUTE
from database.bars import split_rows
from database.bars.market_world import MarketWorld
from database.errors import MarketDataError
from tests.database.market import bar_at
from tests.database.test_historical_pull import FRIDAY, THURSDAY, Broker, message, pull_for


class SplitBroker(Broker):
    """Tells prices on the terms of that many new shares for an old one."""

    ratio = 1

    def fetch(self, symbols, start, end):
        for symbol, told in super().fetch(symbols, start, end):
            yield symbol, message(told["t"], 100.0 / self.ratio)


def closes(world: MarketWorld) -> set[float]:
    return {bar.close for bar in world.bar_store.bars_between("SPY", THURSDAY.open, FRIDAY.close)}


@pytest.mark.requirement("S2-77")
def test_the_last_sessions_are_replaced_and_the_older_range_is_named(world: MarketWorld) -> None:
    broker = SplitBroker()
    pull = pull_for(world, broker, settle_seconds=0)
    pull.pull("SPY", THURSDAY.open, FRIDAY.close)
    assert world.last("SPY", 1, before=FRIDAY.close)[0]["ohlcv"]["c"] == 100.0
    broker.ratio = 4
    assert pull.renew("SPY", minutes=390) == (THURSDAY.open, FRIDAY.open)
    assert closes(world) == {25.0}
    assert len(world.bar_store.bars_between("SPY", THURSDAY.open, FRIDAY.close)) == 390
    assert world.last("SPY", 1, before=FRIDAY.close)[0]["ohlcv"]["c"] == 25.0
    pull.pull("SPY", THURSDAY.open, FRIDAY.open)
    assert len(world.bar_store.bars_between("SPY", THURSDAY.open, FRIDAY.close)) == 780
    assert closes(world) == {25.0}


@pytest.mark.requirement("S2-77")
@pytest.mark.parametrize("how", ["is_out", "is_quiet"])
def test_without_an_answer_everything_stays_as_it_was(world: MarketWorld, how: str) -> None:
    broker = SplitBroker()
    pull = pull_for(world, broker, settle_seconds=0)
    pull.pull("SPY", THURSDAY.open, FRIDAY.close)
    setattr(broker, how, True)
    with pytest.raises(MarketDataError):
        pull.renew("SPY", minutes=390)
    assert len(world.bar_store.bars_between("SPY", THURSDAY.open, FRIDAY.close)) == 780
    assert world.bar_store.coverage.is_covered("SPY", FRIDAY.open)


def test_a_symbol_without_bars_has_nothing_to_renew(world: MarketWorld) -> None:
    broker = SplitBroker()
    assert pull_for(world, broker).renew("SPY") is None
    assert broker.asked == []


def test_a_minute_that_came_meanwhile_stays(world: MarketWorld) -> None:
    broker = SplitBroker()
    broker.now = FRIDAY.open + 10 * MINUTE
    pull = pull_for(world, broker, settle_seconds=0)
    pull.pull("SPY", FRIDAY.open, broker.now)
    world.bar_store.insert([bar_at(broker.now, symbol="SPY")])
    pull.renew("SPY", minutes=5)
    assert world.bar_store.newest_ts("SPY") == broker.now


@pytest.mark.requirement("S2-77")
def test_bars_follow_a_new_symbol_and_again_is_no_harm(world: MarketWorld) -> None:
    pull_for(world, SplitBroker(), settle_seconds=0).pull("SPY", FRIDAY.open, FRIDAY.close)
    for _ in range(2):
        world.bar_store.rename("SPY", "NEW")
    assert len(world.bar_store.bars_between("NEW", FRIDAY.open, FRIDAY.close)) == 390
    assert world.bar_store.bars_between("SPY", FRIDAY.open, FRIDAY.close) == []


def test_a_split_is_unapplied_from_its_day_on_until_it_is_noted(world: MarketWorld) -> None:
    store, day = world.bar_store.store, date(2026, 11, 20)
    for _ in range(2):
        split_rows.note(store, [("SPY", day, Fraction(3, 2))])
    assert split_rows.unapplied(store, date(2026, 11, 19)) == []
    assert split_rows.unapplied(store, day) == ["SPY"]
    split_rows.mark_applied(store, "SPY", day, at="2026-11-20T14:30:00.000Z")
    split_rows.note(store, [("SPY", day, Fraction(3, 2))])
    assert split_rows.unapplied(store, day) == []
