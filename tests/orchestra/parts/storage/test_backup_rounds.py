"""Rounds: a backup each quarter of an hour in which something happened and at the close, a check a session."""

from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any

import pytest

from database.calendar_manager import MarketCalendar
from database.errors import AutoTraderError, StorageDamaged, StorageUnavailable
from orchestra.messages.events import AlertEnded, AlertRaised
from orchestra.parts.storage.backup_rounds import (
    AFTER_CLOSE_SECONDS,
    CHECK_SECONDS,
    EVERY_SECONDS,
    BackupRounds,
    Rounds,
)
from orchestra.runtime.clock import SystemClock

OPEN = int(datetime(2024, 7, 3, 13, 30, tzinfo=UTC).timestamp())
CLOSE = int(datetime(2024, 7, 3, 17, 0, tzinfo=UTC).timestamp())


class MarketTime(SystemClock):
    """Real time, put forward by the test."""

    seconds = float(OPEN + 60)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic(self) -> float:
        return self.seconds


class Office:
    """Rounds whose work is done at once."""

    def __init__(self, *, is_simulated: bool = False) -> None:
        self.clock = MarketTime()
        self.clock.is_simulated = is_simulated
        self.done: list[str] = []
        self.damage: list[str] = []
        self.told: list[str] = []
        self.error: AutoTraderError | None = None
        self.found: list[str] = []
        self.minute = OPEN
        rounds = Rounds(
            start=self.start,
            back_up=lambda: self.work("backup", "000001"),
            check=lambda: self.work("check", self.found),
            decided_until=lambda: self.minute,
            on_damage=self.damage.append,
            publish=self.publish,
        )
        self.rounds = BackupRounds(rounds, MarketCalendar(), self.clock)

    def work(self, what: str, result: Any) -> Any:
        self.done.append(what)
        if self.error:
            raise self.error
        return result

    def start(self, _name: str, work: Callable[[], Any]) -> "Future[Any]":
        future: Future[Any] = Future()
        try:
            future.set_result(work())
        except AutoTraderError as error:
            future.set_exception(error)
        return future

    def publish(self, event: object) -> None:
        assert isinstance(event, AlertRaised | AlertEnded)
        self.told.append(event.kind if isinstance(event, AlertRaised) else f"over: {event.kind}")

    def be_at(self, second: float, *, is_busy: bool = True) -> list[str]:
        """Return what was begun on the way there."""
        self.done.clear()
        while self.clock.seconds < second:
            self.clock.seconds = min(self.clock.seconds + 30, second)
            if is_busy and self.clock.seconds < CLOSE:
                self.minute = int(self.clock.seconds) // 60 * 60
            self.rounds.run_due()
        return list(self.done)


def test_an_hour_of_trading_has_four_backups() -> None:
    assert Office().be_at(OPEN + 60 + 3600 + 30) == ["backup"] * 4


def test_nothing_is_backed_up_while_nothing_happens() -> None:
    assert Office().be_at(OPEN + 7200, is_busy=False) == []


def test_the_close_has_a_backup_of_its_own_and_a_check_and_the_night_has_none() -> None:
    office = Office()
    office.be_at(CLOSE - 30)
    assert sorted(office.be_at(CLOSE + AFTER_CLOSE_SECONDS + 30)) == ["backup", "check"]
    assert office.be_at(CLOSE + 12 * 3600) == []


def test_simulated_sessions_that_last_seconds_make_no_backup_each() -> None:
    office = Office(is_simulated=True)
    office.be_at(CLOSE - 30)
    assert "check" in office.be_at(CLOSE + 2)
    assert office.done == ["check"]
    assert EVERY_SECONDS < CHECK_SECONDS


def test_a_backup_that_fails_is_told_once_and_tried_again_soon() -> None:
    office = Office()
    office.error = StorageUnavailable("no room")
    office.be_at(OPEN + 60 + EVERY_SECONDS + 200, is_busy=True)
    assert office.done.count("backup") >= 2
    assert office.told == ["backup.failed"]
    office.error = None
    assert office.be_at(OPEN + 60 + EVERY_SECONDS + 300)[:1] == ["backup"]
    assert office.told == ["backup.failed", "over: backup.failed"]
    assert office.damage == []


def test_damage_found_while_copying_or_checking_halts() -> None:
    office = Office()
    office.error = StorageDamaged("the copy is not sound")
    office.be_at(OPEN + 60 + EVERY_SECONDS + 30)
    assert office.damage == ["the copy is not sound"]
    office.error, office.found = None, ["system.db is damaged (a page)."]
    office.be_at(CLOSE + AFTER_CLOSE_SECONDS + 60)
    assert office.damage[1:] == ["system.db is damaged (a page)."]


def test_a_look_up_that_was_dropped_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office()

    def drop(_name: str, _work: object) -> "Future[Any]":
        future: Future[Any] = Future()
        future.cancel()
        future.set_running_or_notify_cancel()
        return future

    monkeypatch.setattr(office, "start", drop)
    office = Office()
    object.__setattr__(office.rounds._rounds, "start", drop)
    office.be_at(CLOSE + 600)
    assert office.told == office.damage == []
