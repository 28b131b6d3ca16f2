"""When account and books are compared: each minute of quiet, after a burst of fills, and again on a suspicion."""

from typing import Any, cast

import pytest

from orchestra.execution.truth.position_watch import PositionWatch
from orchestra.messages.events import OrderFilled
from system_databse.errors import BrokerUnavailable
from tests.orchestra.execution.order_path import FIRST, SteppedClock

FILL = OrderFilled(cast("Any", None))


class Comparison:
    """Take down what is asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.is_suspicion_due = False
        self.is_out = False

    def run(self, kind: str) -> None:
        self._ask(kind)
        self.is_suspicion_due = False

    def compare_positions(self) -> None:
        self._ask("positions")

    def _ask(self, what: str) -> None:
        self.asked.append(what)
        if self.is_out:
            raise BrokerUnavailable("no answer")


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(FIRST)


@pytest.fixture
def comparison() -> Comparison:
    return Comparison()


def passes(watch: PositionWatch, clock: SteppedClock, seconds: int) -> None:
    for _ in range(seconds):
        clock.sleep(1.0)
        watch.run_due()


def test_when_all_is_quiet_once_a_minute(clock: SteppedClock, comparison: Comparison) -> None:
    passes(PositionWatch(comparison, clock), clock, 185)
    assert comparison.asked == ["positions"] * 3


def test_a_burst_of_fills_is_compared_once_when_it_has_settled(clock: SteppedClock, comparison: Comparison) -> None:
    watch = PositionWatch(comparison, clock)
    for _ in range(8):
        watch.on_event(FILL)
        passes(watch, clock, 2)
    assert comparison.asked == []
    passes(watch, clock, 5)
    assert comparison.asked == ["positions"]


def test_on_a_suspicion_the_orders_are_read_again_before_anybody_is_alarmed(
    clock: SteppedClock, comparison: Comparison
) -> None:
    watch = PositionWatch(comparison, clock)
    passes(watch, clock, 10)
    comparison.is_suspicion_due = True
    passes(watch, clock, 10)
    assert comparison.asked == ["difference"]


def test_a_broker_that_is_out_is_not_pressed(clock: SteppedClock, comparison: Comparison) -> None:
    comparison.is_out = True
    passes(PositionWatch(comparison, clock), clock, 125)
    assert comparison.asked == ["positions"] * 2
