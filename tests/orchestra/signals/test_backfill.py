"""Missed history is fetched again, less and less often, until it has come."""

from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime

import pytest

from database.errors import MarketDataError
from orchestra.runtime.clock import SystemClock
from orchestra.signals.backfill import Backfill


class HandClock(SystemClock):
    """Seconds that the test sets; market time and steady time run together."""

    seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)


class MarketTimeClock(HandClock):
    """Simulated time: the machine's own does not move."""

    is_simulated = True

    def monotonic(self) -> float:
        return 0.0


class Broker:
    """Fail while it is out; note when it was asked."""

    def __init__(self, clock: HandClock) -> None:
        self.clock = clock
        self.is_out = True
        self.asked: list[float] = []

    def fill(self, symbols: frozenset[str]) -> None:
        assert symbols == {"SPY"}
        self.asked.append(self.clock.seconds)
        if self.is_out:
            raise MarketDataError("the broker does not answer.")


def pass_seconds(backfill: Backfill, clock: HandClock, seconds: int) -> None:
    for _ in range(seconds):
        clock.seconds += 1
        backfill.run_due()


@pytest.mark.requirement("S2-60")
@pytest.mark.parametrize("clock", [HandClock(), MarketTimeClock()])
def test_a_backfill_that_failed_is_tried_again_until_it_has_worked(clock: HandClock) -> None:
    broker = Broker(clock)
    backfill = Backfill(broker.fill, clock, symbols=lambda: frozenset({"SPY"}))
    backfill.want()
    pass_seconds(backfill, clock, 200)
    assert broker.asked == [0, 5, 15, 35, 75, 135, 195]
    broker.is_out = False
    pass_seconds(backfill, clock, 200)
    assert broker.asked == [0, 5, 15, 35, 75, 135, 195, 255]


def test_a_new_connection_is_a_new_wish_that_waits_for_nothing() -> None:
    clock = HandClock()
    broker = Broker(clock)
    backfill = Backfill(broker.fill, clock, symbols=lambda: frozenset({"SPY"}))
    backfill.want()
    pass_seconds(backfill, clock, 16)
    backfill.want()
    pass_seconds(backfill, clock, 6)
    assert broker.asked == [0, 5, 15, 16, 21]


def test_without_a_wish_nothing_is_asked() -> None:
    broker = Broker(HandClock())
    Backfill(broker.fill, broker.clock, symbols=lambda: frozenset({"SPY"})).run_due()
    assert broker.asked == []


class Pool:
    """A fetcher whose work the test does."""

    def __init__(self) -> None:
        self.work: list[tuple[Callable[[], object], Future[object]]] = []

    def start(self, work: Callable[[], object]) -> "Future[object]":
        self.work.append((work, Future()))
        return self.work[-1][1]

    def do(self) -> None:
        work, future = self.work.pop(0)
        try:
            future.set_result(work())
        except MarketDataError as error:
            future.set_exception(error)


@pytest.mark.requirement("S2-60")
def test_in_real_time_no_minute_waits_for_the_fetching_and_its_end_is_told() -> None:
    clock, pool, filled = HandClock(), Pool(), []
    broker = Broker(clock)
    broker.is_out = False
    backfill = Backfill(
        broker.fill,
        clock,
        symbols=lambda: frozenset({"SPY"}),
        start=pool.start,
        on_filled=lambda: filled.append(clock.seconds),
    )
    backfill.want()
    assert (broker.asked, backfill.is_catching_up) == ([], True)
    backfill.run_due()
    backfill.wait(0.0)
    assert (len(pool.work), filled) == (1, [])
    clock.seconds = 3
    pool.do()
    backfill.wait(0.0)
    assert (broker.asked, filled, backfill.is_catching_up) == ([3], [3], False)


def test_wish_made_while_fetching_is_fetched_once_more_and_until_then_bars_are_missing() -> None:
    clock, pool = HandClock(), Pool()
    broker = Broker(clock)
    broker.is_out = False
    backfill = Backfill(broker.fill, clock, symbols=lambda: frozenset({"SPY"}), start=pool.start)
    backfill.want()
    backfill.want()
    pool.do()
    backfill.run_due()
    assert backfill.is_catching_up
    pool.do()
    backfill.run_due()
    assert (backfill.is_catching_up, pool.work, len(broker.asked)) == (False, [], 2)


def test_mere_look_says_nothing_is_missing_and_canceled_work_is_begun_again() -> None:
    clock, pool = HandClock(), Pool()
    backfill = Backfill(Broker(clock).fill, clock, symbols=lambda: frozenset({"SPY"}), start=pool.start)
    backfill.look()
    assert not backfill.is_catching_up
    pool.work.pop()[1].cancel()
    pass_seconds(backfill, clock, 6)
    assert len(pool.work) == 1
