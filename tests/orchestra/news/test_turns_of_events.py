"""What no part tells by itself is noticed: opening and close, jobs that no longer end well (S3-40)."""

import contextlib
from datetime import UTC, datetime

from database.calendar_manager import MarketCalendar
from orchestra.messages.events import MarketClosed, MarketOpened, WorkerFailed
from orchestra.news.turns_of_events import MarketTurns, WorkerWatch
from orchestra.runtime.agenda import Agenda
from tests.orchestra.api.api_house import MovedClock


def test_the_market_is_told_to_open_and_to_close_once_each() -> None:
    clock, told = MovedClock(), list[object]()
    turns = MarketTurns(MarketCalendar(), clock, told.append)
    for _ in range(26):
        turns.run_due()
        turns.run_due()
        clock.advance(hours=1)
    assert [type(each) for each in told] == [MarketClosed]
    while clock.now() < datetime(2026, 11, 24, 0, 0, tzinfo=UTC):
        turns.run_due()
        clock.advance(hours=1)
    assert [type(each) for each in told] == [MarketClosed, MarketOpened, MarketClosed]


def test_a_job_that_no_longer_ends_well_is_told_once_until_it_is_well_again() -> None:
    clock, told, is_well = MovedClock(), list[object](), True
    agenda = Agenda(clock)
    watch = WorkerWatch(lambda: agenda.last_ok, clock, told.append)

    def job() -> None:
        if not is_well:
            raise ValueError("a broken job")

    def pass_seconds(seconds: int) -> None:
        for _ in range(seconds // 10):
            clock.advance(seconds=10)
            with contextlib.suppress(ValueError):
                agenda.run_due()
            watch.run_due()

    agenda.every(60, job, name="reconcile")
    pass_seconds(600)
    assert told == []
    is_well = False
    pass_seconds(600)
    assert [type(each) for each in told] == [WorkerFailed]
    is_well = True
    pass_seconds(120)
    is_well = False
    pass_seconds(600)
    assert len(told) == 2
