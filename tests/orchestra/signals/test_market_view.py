"""Closing a minute: what is waited for, what is fetched, what is late."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgpack
import pytest

from database.bar_store import BarStore
from database.bars import market_schema
from database.bars.market_world import MarketWorld
from database.calendar_manager import MarketCalendar
from database.errors import MarketDataError
from database.realtime_pull import RealtimePull
from database.schema_check import open_database
from database.timestamps import iso_minute
from orchestra.messages.lockstep import Tick
from orchestra.runtime.clock import SystemClock
from orchestra.signals.market_view import MarketView
from orchestra.signals.turns.usual_profit import usual_profit
from tests.database.market import minutes_from_open

OPEN = int(datetime(2026, 11, 20, 14, 30, tzinfo=UTC).timestamp())
BAR = {"o": 10.0, "h": 11.0, "l": 9.0, "c": 10.5, "v": 100, "n": 3, "vw": 10.2}


class HandClock(SystemClock):
    """Real time at a minute and two seconds, or simulated time at the minute."""

    is_simulated = False
    seconds = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)


class Hall:
    """A market view with its stream and a history that answers from a table."""

    def __init__(self, folder: Path) -> None:
        store = open_database(
            folder / "market.db", market_schema.migrations, market_schema.APPLICATION_ID, synchronous="NORMAL"
        )
        calendar = MarketCalendar()
        self.world = MarketWorld(BarStore(store, calendar), calendar)
        self.clock = HandClock()
        self.stream = RealtimePull(self.world, now=lambda: self.clock.seconds)
        self.history: dict[str, dict[str, Any]] = {}
        self.fetched: list[list[str]] = []
        self.silences = 0
        self.wanted = frozenset({"SPY", "QQQ"})
        self.view = MarketView(self.world, self.stream, self.clock, fetch=self.fetch, wanted=lambda: self.wanted)

    def fetch(self, symbols: Sequence[str], start: int, _end: int) -> Iterable[tuple[str, Mapping[str, Any]]]:
        self.fetched.append(list(symbols))
        if self.silences:
            self.silences -= 1
            raise MarketDataError("the broker does not answer.")
        if "DOWN" in self.history:
            raise MarketDataError("the broker does not answer.")
        return [(symbol, self.history[symbol] | {"t": iso_minute(start)}) for symbol in symbols]

    def send(self, symbol: str, ts: int, **changes: object) -> None:
        self.stream.on_message({"T": "b", "S": symbol, "t": msgpack.Timestamp(ts, 0)} | BAR | changes)

    def close(self, minute: int, **tick: frozenset[str]) -> None:
        self.clock.seconds = minute + 2.0
        self.view.close(Tick(minute, **tick))

    def stored(self, symbol: str) -> list[int]:
        return [bar.ts for bar in self.world.bar_store.bars_between(symbol, 0, 1 << 40)]


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return Hall(tmp_path)


def test_a_bar_of_the_stream_is_stored_and_priced(hall: Hall) -> None:
    hall.send("SPY", OPEN)
    hall.close(OPEN + 60, traded=frozenset({"SPY"}), sent=frozenset({"SPY"}))
    assert hall.stored("SPY") == [OPEN]
    assert hall.view.prices == {"SPY": 10.5}
    assert hall.world.as_of == OPEN + 60
    assert hall.fetched == []


def test_what_traded_and_did_not_come_is_fetched(hall: Hall) -> None:
    hall.history = {"QQQ": BAR}
    hall.send("SPY", OPEN)
    hall.close(OPEN + 60, traded=frozenset({"SPY", "QQQ", "IBM"}), sent=frozenset({"SPY"}))
    assert hall.fetched == [["QQQ"]]
    assert hall.view.prices == {"SPY": 10.5, "QQQ": 10.5}


def test_a_symbol_the_exchange_did_not_look_at_is_asked_for(hall: Hall) -> None:
    """Its subscription is on its way: no tick can say that it traded."""
    hall.history = {"QQQ": BAR}
    hall.send("SPY", OPEN)
    spy = frozenset({"SPY"})
    hall.close(OPEN + 60, traded=spy, sent=spy, told=spy)
    assert hall.fetched == [["QQQ"]]
    assert hall.stored("QQQ") == [OPEN]


def test_a_thin_symbol_the_exchange_looked_at_is_not_asked_for(hall: Hall) -> None:
    hall.send("SPY", OPEN)
    spy = frozenset({"SPY"})
    hall.close(OPEN + 60, traded=spy, sent=spy, told=frozenset({"SPY", "QQQ"}))
    assert hall.fetched == []


@pytest.mark.parametrize(("is_simulated", "calls"), [(True, 3), (False, 1)])
def test_a_market_that_stands_still_is_asked_again_for_its_bar(hall: Hall, is_simulated: bool, calls: int) -> None:
    hall.clock.is_simulated = is_simulated
    hall.history["QQQ"] = BAR
    hall.silences = 2
    hall.close(OPEN + 60, traded=frozenset({"QQQ"}))
    assert hall.fetched == [["QQQ"]] * calls
    assert hall.stored("QQQ") == ([OPEN] if is_simulated else [])


def test_one_bad_fetched_bar_costs_the_others_nothing(hall: Hall) -> None:
    hall.history = {"QQQ": BAR | {"h": 1.0}, "SPY": BAR}
    hall.close(OPEN + 60, traded=frozenset({"SPY", "QQQ"}))
    assert (hall.stored("SPY"), hall.stored("QQQ")) == ([OPEN], [])


def test_a_history_that_does_not_answer_leaves_the_minute_without_the_bar(hall: Hall) -> None:
    hall.history = {"DOWN": {}}
    hall.close(OPEN + 60, traded=frozenset({"SPY"}))
    assert (hall.stored("SPY"), hall.world.as_of) == ([], OPEN + 60)


def test_the_last_price_survives_a_restart_of_the_view(hall: Hall) -> None:
    hall.send("SPY", OPEN)
    hall.close(OPEN + 60, sent=frozenset({"SPY"}))
    again = MarketView(hall.world, hall.stream, hall.clock, fetch=hall.fetch, wanted=lambda: hall.wanted)
    again.resume(OPEN + 120)
    assert again.prices == {"SPY": 10.5}


def busy(hall: Hall, *, minutes: int) -> int:
    """Let SPY trade in each of the first minutes; return the minute after them."""
    for number in range(minutes):
        hall.send("SPY", OPEN + number * 60)
        hall.close(OPEN + (number + 1) * 60)
    return OPEN + (minutes + 1) * 60


@pytest.mark.requirement("S2-58")
def test_a_busy_symbol_without_its_bar_is_late_and_comes_by_second_five(hall: Hall) -> None:
    minute = busy(hall, minutes=5)
    hall.close(minute)
    assert hall.view.late_symbols == {"SPY"}
    hall.send("SPY", minute - 60, c=10.75)
    hall.view.await_late(minute)
    assert hall.view.late_symbols == frozenset()
    assert hall.view.prices == {"SPY": 10.75}


def test_updated_bars_do_not_make_a_symbol_quiet(hall: Hall) -> None:
    minute = busy(hall, minutes=5)
    hall.send("SPY", minute - 120, T="u", c=10.25)
    hall.close(minute)
    assert hall.view.late_symbols == {"SPY"}


def test_a_quiet_symbol_is_not_waited_for(hall: Hall) -> None:
    hall.close(busy(hall, minutes=4))
    assert hall.view.late_symbols == frozenset()


def test_on_simulated_time_the_exchange_says_what_traded_and_nothing_is_late(hall: Hall) -> None:
    hall.clock.is_simulated = True
    hall.close(busy(hall, minutes=5))
    assert hall.view.late_symbols == frozenset()


@pytest.mark.requirement("S2-76")
def test_frames_of_the_night_are_dropped_and_do_not_pile_up(hall: Hall) -> None:
    hall.send("SPY", OPEN - 3600)
    hall.view.take_late_frames()
    assert hall.stored("SPY") == []
    assert hall.stream.flush() == []


@pytest.mark.requirement("S2-75")
def test_step_beyond_forty_percent_is_not_stored_and_history_settles_it(hall: Hall) -> None:
    minute = busy(hall, minutes=2)
    hall.send("SPY", minute - 60, o=1050.0, h=1100.0, l=900.0, c=1050.0)
    hall.close(minute)
    assert hall.stored("SPY") == [OPEN, OPEN + 60]
    assert (hall.view.jumps["SPY"].previous_close, hall.view.prices) == (10.5, {"SPY": 10.5})
    hall.send("SPY", minute, c=10.6)
    hall.close(minute + 60)
    assert (hall.view.prices, list(hall.view.jumps)) == ({"SPY": 10.6}, ["SPY"])
    hall.view.settle_jump("SPY")
    assert hall.view.jumps == {}


@pytest.mark.requirement("S2-75", "S2-77")
def test_step_on_a_day_with_a_recorded_split_is_believed(hall: Hall) -> None:
    split = MarketView(
        hall.world,
        hall.stream,
        hall.clock,
        fetch=hall.fetch,
        wanted=lambda: hall.wanted,
        has_split=lambda symbol, ts: (symbol, ts) == ("SPY", OPEN + 60),
    )
    hall.send("SPY", OPEN)
    hall.send("SPY", OPEN + 60, o=2.0, h=3.0, l=2.0, c=2.5)
    hall.clock.seconds = OPEN + 122
    split.close(Tick(OPEN + 120))
    assert (hall.stored("SPY"), split.jumps, split.prices) == ([OPEN, OPEN + 60], {}, {"SPY": 2.5})


@pytest.mark.requirement("S2-75")
@pytest.mark.parametrize(("in_history", "close"), [({"o": 1.0, "h": 99.0, "l": 1.0, "c": 99.0}, 99.0), ({}, 10.5)])
def test_on_simulated_time_history_is_asked_at_once(hall: Hall, in_history: dict[str, float], close: float) -> None:
    hall.clock.is_simulated = True
    hall.send("SPY", OPEN)
    hall.close(OPEN + 60, traded=frozenset({"SPY"}), sent=frozenset({"SPY"}))
    hall.history = {"SPY": BAR | in_history}
    hall.send("SPY", OPEN + 60, o=1050.0, h=1100.0, l=900.0, c=1050.0)
    hall.close(OPEN + 120, traded=frozenset({"SPY"}), sent=frozenset({"SPY"}))
    assert (hall.view.jumps, hall.view.prices) == ({}, {"SPY": close})


@pytest.mark.parametrize(("seconds", "is_stored"), [(-8, True), (-10, True), (-11, False), (-3600, False)])
def test_bar_of_the_future_is_never_stored(hall: Hall, seconds: int, is_stored: bool) -> None:
    hall.send("SPY", OPEN)
    hall.clock.seconds = OPEN + 60 + seconds
    hall.view.take_late_frames()
    assert hall.stored("SPY") == ([OPEN] if is_stored else [])


def test_expected_bar_that_never_came_is_named_once_for_the_backfill(hall: Hall) -> None:
    minute = busy(hall, minutes=5)
    hall.close(minute)
    hall.clock.seconds = minute + 5.0
    hall.view.await_late(minute)
    assert hall.view.take_unfilled() == {"SPY"}
    assert hall.view.take_unfilled() == frozenset()


def test_updated_bar_behind_a_better_one_changes_no_price(hall: Hall) -> None:
    hall.history = {"SPY": BAR | {"c": 10.9}}
    hall.close(OPEN + 60, traded=frozenset({"SPY"}))
    hall.send("SPY", OPEN, T="u", c=10.1)
    hall.close(OPEN + 120)
    assert hall.view.prices == {"SPY": 10.9}


def test_prices_written_by_somebody_else_are_read_again(hall: Hall) -> None:
    hall.send("SPY", OPEN)
    hall.close(OPEN + 120)
    (bar,) = hall.world.bar_store.bars_between("SPY", OPEN, OPEN + 60)
    hall.world.store_bars([dataclasses.replace(bar, ts=OPEN + 60, close=10.9)])
    hall.view.forget_prices()
    assert hall.view.prices == {"SPY": 10.9}


def test_halt_of_the_stream_holds_until_trading_resumes(hall: Hall) -> None:
    hall.stream.on_message({"T": "s", "S": "SPY", "sc": "H", "rm": "News Pending", "t": msgpack.Timestamp(OPEN + 5, 0)})
    hall.close(OPEN + 60)
    assert hall.view.halts == {"SPY": "News Pending"}
    hall.stream.on_message({"T": "s", "S": "SPY", "sc": "T", "t": msgpack.Timestamp(OPEN + 65, 0)})
    hall.close(OPEN + 120)
    assert hall.view.halts == {}


@pytest.mark.requirement("S0-25")
def test_what_a_trade_may_bring_is_told_by_a_hundred_bars(hall: Hall) -> None:
    # The ranges grow with the price, so that a shorter memory says more.
    hall.world.store_bars(minutes_from_open(120))
    for ended, first in ((120, 20), (40, 0)):
        hall.world.as_of = OPEN + ended * 60
        bars = hall.world.bar_store.bars_between("SPY", OPEN + first * 60, OPEN + ended * 60)
        assert hall.view.usual_profit("SPY") == pytest.approx(usual_profit(bars))
        assert usual_profit(bars) < 0.99 * usual_profit(bars[-15:])  # type: ignore[operator]  # both are enough bars
