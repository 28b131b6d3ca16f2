"""The event log: in order, in batches, never in the way, and never without end (S1-26, S0-23)."""

import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from database.errors import StorageError
from database.schema_check import open_database
from database.sqlite_store import SqliteStore
from orchestra.messages.events import MarketOpened, MinuteFinished, ReconcileMismatch, RiskResumed
from orchestra.news import event_log
from orchestra.news.event_log import EventLog
from system_databse import system_schema
from system_databse.rows import events
from tests.orchestra.api.api_house import MovedClock

OLD = "2026-10-01T00:00:00.000Z"


class Disk:
    """A crash point that can refuse to write."""

    is_full = False

    def __call__(self, point: str) -> None:
        if self.is_full and point == "write":
            raise StorageError("the disk is full")


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def store(quick_folder: Path, disk: Disk) -> Iterator[SqliteStore]:
    store = open_database(
        quick_folder / "system.db",
        system_schema.migrations,
        system_schema.APPLICATION_ID,
        synchronous="FULL",
        crash_point=disk,
    )
    yield store
    store.close()


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def log(store: SqliteStore, clock: MovedClock) -> EventLog:
    return EventLog(store, clock, name_of=str)


def kinds(store: SqliteStore) -> list[str]:
    with store.reader() as connection:
        return [row.kind for row in events.after(connection, 0, most=1_000_000)]


def write(store: SqliteStore, *rows: tuple[str, str]) -> None:
    with store.transaction() as connection:
        events.append(connection, [(kind, "{}", at) for kind, at in rows])


def night(log: EventLog, clock: MovedClock) -> None:
    """Let a night pass, with a pass of the loop each second until nothing is left to be done."""
    clock.advance(hours=24)
    for _ in range(200):
        log.run_due()
        clock.advance(seconds=1)


@pytest.mark.requirement("S1-26", "S0-04")
def test_events_are_rows_in_their_order_a_batch_at_a_time(log: EventLog, clock: MovedClock, store: SqliteStore) -> None:
    log.on_event(MarketOpened())
    log.run_due()
    log.on_event(RiskResumed())
    log.on_event(MinuteFinished(0))
    log.run_due()
    assert kinds(store) == ["market.opened"]
    clock.advance(seconds=1)
    log.run_due()
    assert kinds(store) == ["market.opened", "risk.resumed"]
    with store.reader() as connection:
        row = events.after(connection, 1, most=10)[0]
    assert (row.id, json.loads(row.data), row.at) == (2, {}, "2026-11-20T17:00:00.000Z")


def test_what_has_a_row_already_gets_no_second_one(log: EventLog, store: SqliteStore) -> None:
    log.on_event(ReconcileMismatch("AAPL", "1", "2"))
    log.flush()
    assert kinds(store) == []


@pytest.mark.requirement("S0-23")
def test_a_disk_that_refuses_keeps_them_waiting_and_nobody_is_told_twice(
    log: EventLog, clock: MovedClock, store: SqliteStore, disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    disk.is_full = True
    with caplog.at_level(logging.WARNING):
        for _ in range(5):
            log.on_event(RiskResumed())
            clock.advance(seconds=1)
            log.run_due()
    assert len(caplog.records) == 1
    assert kinds(store) == []
    disk.is_full = False
    log.flush()
    assert kinds(store) == ["risk.resumed"] * 5


@pytest.mark.requirement("S0-23")
def test_what_does_not_fit_is_lost_and_counted(
    log: EventLog, store: SqliteStore, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_log, "MOST_WAITING", 3)
    disk.is_full = True
    for _ in range(5):
        log.on_event(RiskResumed())
    assert log.sizes() == {"waiting": 3, "lost": 2}
    log.flush()
    disk.is_full = False
    log.flush()
    assert len(kinds(store)) == 3


def test_a_large_backlog_is_flushed_whole(log: EventLog, store: SqliteStore) -> None:
    for _ in range(event_log.MOST_AT_ONCE * 2 + 1):
        log.on_event(RiskResumed())
    log.flush()
    assert len(kinds(store)) == event_log.MOST_AT_ONCE * 2 + 1


def test_after_thirty_days_they_go_except_what_the_books_ask_for(
    log: EventLog, clock: MovedClock, store: SqliteStore
) -> None:
    young = (clock.now() - timedelta(days=28)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    write(store, ("order.adopted", OLD), *[("order.filled", OLD)] * 5_000, ("order.filled", young))
    log.run_due()
    clock.advance(hours=24)
    night(log, clock)
    assert kinds(store) == ["order.adopted", "order.filled"]
    with store.reader() as connection:
        assert (events.pruned_to(connection), events.newest(connection)) == (5_001, 5_002)


def test_there_are_never_too_many_however_young(
    log: EventLog, clock: MovedClock, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_log, "MOST_KEPT", 10)
    write(store, *[("order.filled", "2026-11-20T17:00:00.000Z")] * 100)
    night(log, clock)
    assert len(kinds(store)) == 10


def test_the_newest_is_never_pruned_so_that_no_number_is_used_again(
    log: EventLog, clock: MovedClock, store: SqliteStore
) -> None:
    write(store, ("order.filled", OLD), ("order.filled", OLD))
    night(log, clock)
    with store.reader() as connection:
        assert events.newest(connection) == 2
    log.on_event(RiskResumed())
    log.flush()
    with store.reader() as connection:
        assert [row.id for row in events.after(connection, 0, most=10)] == [2, 3]


def test_a_disk_that_refuses_to_forget_is_asked_again_the_next_night(
    log: EventLog, clock: MovedClock, store: SqliteStore, disk: Disk
) -> None:
    write(store, ("order.filled", OLD), ("order.filled", OLD))
    disk.is_full = True
    with suppress(StorageError):
        night(log, clock)
    disk.is_full = False
    assert len(kinds(store)) == 2
    night(log, clock)
    assert len(kinds(store)) == 1
