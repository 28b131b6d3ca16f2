"""All waits of one turn share one budget."""

import pytest

from orchestra.runtime.clock import SystemClock
from orchestra.signals.turns.wait_budget import WaitBudget


class HandClock(SystemClock):
    """Steady seconds that the test sets."""

    seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


def test_waits_share_the_budget_until_it_is_renewed() -> None:
    clock = HandClock()
    budget = WaitBudget(clock, 2.0)
    granted = []
    for wait in (0.5, 1.0, 5.0, 0.0):
        with budget.spend() as left_seconds:
            granted.append(left_seconds)
            clock.seconds += wait
    assert granted == [2.0, 1.5, 0.5, 0.0]
    budget.renew()
    with budget.spend() as left_seconds:
        assert left_seconds == 2.0


def test_a_wait_that_fails_counts_too() -> None:
    clock = HandClock()
    budget = WaitBudget(clock, 2.0)

    def wait() -> None:
        with budget.spend():
            clock.seconds += 1.5
            raise LookupError

    with pytest.raises(LookupError):
        wait()
    with budget.spend() as left_seconds:
        assert left_seconds == 0.5
