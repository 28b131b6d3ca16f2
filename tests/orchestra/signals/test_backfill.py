"""Missed history is fetched again, less and less often, until it has come."""

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

    def fill(self) -> None:
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
    backfill = Backfill(broker.fill, clock)
    backfill.want()
    pass_seconds(backfill, clock, 200)
    assert broker.asked == [0, 5, 15, 35, 75, 135, 195]
    broker.is_out = False
    pass_seconds(backfill, clock, 200)
    assert broker.asked == [0, 5, 15, 35, 75, 135, 195, 255]


def test_a_new_connection_is_a_new_wish_that_waits_for_nothing() -> None:
    clock = HandClock()
    broker = Broker(clock)
    backfill = Backfill(broker.fill, clock)
    backfill.want()
    pass_seconds(backfill, clock, 16)
    backfill.want()
    pass_seconds(backfill, clock, 6)
    assert broker.asked == [0, 5, 15, 16, 21]


def test_without_a_wish_nothing_is_asked() -> None:
    broker = Broker(HandClock())
    Backfill(broker.fill, broker.clock).run_due()
    assert broker.asked == []
