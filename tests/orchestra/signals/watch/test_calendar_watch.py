"""The exchange is asked daily when it is open, more often while it is, and believed above the rules."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from database.calendar_manager import MarketCalendar
from database.schema_check import open_database
from database.sqlite_store import SqliteStore
from orchestra.runtime.clock import SystemClock
from orchestra.signals.watch.calendar_watch import (
    CHECK_CLOSED_SECONDS,
    CHECK_SECONDS,
    KEY,
    NOT_KNOWN,
    RETRY_SECONDS,
    CalendarWatch,
    ToldCalendar,
)
from system_databse import system_schema
from system_databse.errors import BrokerUnavailable
from system_databse.rows import settings

RULES = MarketCalendar()
TUESDAY = date(2026, 11, 17)


class MovedClock(SystemClock):
    def __init__(self) -> None:
        self.at = datetime(2026, 11, 17, 17, 0, tzinfo=UTC)  # noon in New York

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()


class Exchange:
    """Tells the sessions of the rules, and what it has decided otherwise."""

    def __init__(self) -> None:
        self.otherwise: dict[date, tuple[str, str] | None] = {}
        self.is_out = False
        self.asked: list[tuple[date, date]] = []

    def ask(self, start: date, end: date) -> list[dict[str, str]]:
        self.asked.append((start, end))
        if self.is_out:
            raise BrokerUnavailable("no answer")
        days = [start + timedelta(days=number) for number in range((end - start).days + 1)]
        hours = {day: self.otherwise.get(day, _usual(day)) for day in days}
        return [{"date": str(day), "open": each[0], "close": each[1]} for day, each in hours.items() if each]


def _usual(day: date) -> tuple[str, str] | None:
    session = RULES.session_on(day)
    return None if session is None else ("09:30", "13:00" if session.is_half_day else "16:00")


def at_once(work: Callable[[], Any]) -> "Future[Any]":
    future: Future[Any] = Future()
    try:
        future.set_result(work())
    except BrokerUnavailable as error:
        future.set_exception(error)
    return future


class Stage:
    def __init__(self, system: SqliteStore) -> None:
        self.clock = MovedClock()
        self.exchange = Exchange()
        self.system = system
        self.restart()

    def restart(self) -> None:
        self.calendar = MarketCalendar()
        told = ToldCalendar(self.exchange.ask, at_once)
        self.watch = CalendarWatch(told, self.calendar, self.clock, system=self.system)

    def asked_within(self, seconds: float) -> int:
        before = len(self.exchange.asked)
        for _ in range(int(seconds // 10)):
            self.clock.at += timedelta(seconds=10)
            self.watch.run_due()
        return len(self.exchange.asked) - before


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    system = open_database(
        tmp_path / "system.db", system_schema.migrations, system_schema.APPLICATION_ID, synchronous="FULL"
    )
    yield Stage(system)
    system.close()


def test_today_is_not_known_before_the_exchange_has_told(stage: Stage) -> None:
    assert stage.watch.reason == NOT_KNOWN
    stage.watch.wait(0)
    assert stage.watch.reason is None
    assert stage.exchange.asked == [(TUESDAY, date(2026, 12, 1))]
    assert stage.watch.take_news() == []


@pytest.mark.requirement("S2-17")
def test_close_announced_at_noon_ends_the_session_early_and_is_told_once(stage: Stage) -> None:
    stage.watch.wait(0)
    stage.exchange.otherwise[TUESDAY] = ("09:30", "13:00")
    stage.asked_within(CHECK_SECONDS + 30)
    session = stage.calendar.session_on(TUESDAY)
    assert session is not None
    assert session.close == int(datetime(2026, 11, 17, 18, 0, tzinfo=UTC).timestamp())
    assert stage.watch.take_news() == [
        "The exchange is open from 14:30 to 18:00 UTC on 2026-11-17, other than usual.",
    ]
    stage.asked_within(CHECK_SECONDS * 2)
    assert stage.watch.take_news() == []
    stage.restart()
    assert stage.calendar.session_on(TUESDAY) == session, "a restart without a network knows it still"
    assert stage.watch.reason is None


def test_day_that_is_called_off_is_closed(stage: Stage) -> None:
    stage.exchange.otherwise[date(2026, 11, 18)] = None
    stage.watch.wait(0)
    assert stage.calendar.session_on(date(2026, 11, 18)) is None
    assert stage.watch.take_news() == ["The exchange stays closed on 2026-11-18."]


def test_exchange_is_asked_more_often_while_it_is_open(stage: Stage) -> None:
    stage.watch.wait(0)
    assert stage.asked_within(3 * 3_600) in (11, 12, 13)
    stage.clock.at = datetime(2026, 11, 17, 22, 0, tzinfo=UTC)
    stage.asked_within(CHECK_SECONDS + 60)
    assert stage.asked_within(CHECK_CLOSED_SECONDS - CHECK_SECONDS) <= 1


def test_exchange_that_does_not_answer_is_asked_again_and_what_it_told_holds_for_fourteen_days(stage: Stage) -> None:
    stage.watch.wait(0)
    stage.exchange.is_out = True
    stage.clock.at += timedelta(days=1)
    stage.watch.run_due()
    stage.watch.run_due()
    assert stage.watch.reason is None
    assert stage.asked_within(10 * RETRY_SECONDS) in (8, 9, 10)
    stage.clock.at = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)
    assert stage.watch.reason is None
    stage.clock.at = datetime(2026, 12, 2, 17, 0, tzinfo=UTC)
    assert stage.watch.reason == NOT_KNOWN


@pytest.mark.parametrize("kept", ["", "[]", "{}", '{"tomorrow": null}', '{"2026-11-17": [1]}', '{"2026-11-17": 5}'])
def test_what_is_kept_and_cannot_be_read_is_asked_for_again(kept: str, stage: Stage) -> None:
    with stage.system.transaction() as connection:
        settings.put(connection, KEY, kept, at="2026-11-17T17:00:00.000Z")
    stage.restart()
    assert stage.watch.reason == NOT_KNOWN
    stage.watch.wait(0)
    assert stage.watch.reason is None


def test_what_is_kept_does_not_grow(stage: Stage) -> None:
    for _ in range(60):
        stage.watch.wait(0)
        stage.clock.at += timedelta(days=1)
    with stage.system.reader() as connection:
        assert len((settings.get(connection, KEY) or "").split("], ")) < 20
