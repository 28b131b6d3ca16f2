"""Jobs that come back: when they are due, and when they last ended well."""

from datetime import UTC, datetime

import pytest

from orchestra.runtime.agenda import Agenda, GoodEnd
from orchestra.runtime.clock import SystemClock

NOON = datetime(2026, 11, 20, 17, tzinfo=UTC)


class SteadyClock(SystemClock):
    seconds = 0.0

    def now(self) -> datetime:
        return NOON

    def monotonic(self) -> float:
        return self.seconds


def test_a_job_runs_once_an_interval_and_its_end_is_kept_under_its_name() -> None:
    clock, ran = SteadyClock(), []
    agenda = Agenda(clock)
    agenda.every(10, lambda: ran.append(clock.seconds), name="compare")
    agenda.every(10, lambda: ran.append(-1))
    for second in (0.0, 9.9, 10.0, 19.0, 45.0):
        clock.seconds = second
        agenda.run_due()
    assert [second for second in ran if second >= 0] == [10.0, 45.0]
    assert agenda.last_ok == {"compare": GoodEnd(NOON, 45.0, 10)}


def test_a_job_that_fails_has_not_ended_well() -> None:
    clock = SteadyClock()
    agenda = Agenda(clock)
    agenda.every(10, lambda: 1 / 0, name="broken")
    clock.seconds = 10.0
    with pytest.raises(ZeroDivisionError):
        agenda.run_due()
    assert agenda.last_ok == {}
