"""The alert book: one open alert for one thing, on disk before it shows, and over when its cause is."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from database.errors import StorageUnavailable
from database.schema_check import open_database
from orchestra.messages.alert_kinds import RULES, rule_of
from orchestra.messages.event_bus import EventBus
from orchestra.messages.events import (
    AlertEnded,
    AlertRaised,
    AlgorithmFailed,
    AlgorithmResumed,
    AlgorithmStopped,
    ParityChecked,
    RiskHalted,
    RiskResumed,
)
from orchestra.office.alerting.alert_book import MOST_SHOWN, AlertBook
from system_databse import system_schema
from system_databse.alerts import alert_rows
from system_databse.alerts.alert import Alert, Priority, Resolver
from system_databse.algorithm_record import AlgorithmRecord
from tests.orchestra.api.api_house import MovedClock

MISMATCH = AlertRaised("reconcile.mismatch", "AAPL: the account holds 12, our books say 10.", "AAPL")
RECORD = AlgorithmRecord(3, "sma_crossover", "MSFT", Decimal(1000), "algorithm/sma_crossover.py", "0" * 64)


class BookHouse:
    """A book on a disk that may refuse to take writes."""

    def __init__(self, folder: Path) -> None:
        self.clock = MovedClock()
        self.is_full = False
        self.store = open_database(
            folder / "system.db", system_schema.migrations, system_schema.APPLICATION_ID, synchronous="NORMAL"
        )
        self.store._crash_point = self._refuse
        self.book = self.opened()

    def opened(self) -> AlertBook:
        """Return a book as a new process would open it."""
        book = AlertBook(self.store, self.clock, records=lambda: {3: RECORD})
        self.bus = EventBus()
        self.bus.listen(book.on_event)
        self.book = book
        return book

    def tell(self, *events: object) -> tuple[Alert, ...]:
        for event in events:
            self.bus.publish(event)
        self.book.run_due()
        return self.book.shown

    def over(self) -> list[Alert]:
        with self.store.reader() as connection:
            return alert_rows.resolved(connection, before=None, limit=2_000)

    def _refuse(self, _point: str) -> None:
        if self.is_full:
            raise StorageUnavailable("the disk is full")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[BookHouse]:
    made = BookHouse(tmp_path)
    yield made
    made.store.close()


def test_the_same_open_alert_counts_up_and_another_symbol_or_algorithm_is_another_one(house: BookHouse) -> None:
    house.tell(MISMATCH)
    first_at = house.clock.now()
    house.clock.advance(minutes=5)
    [alert] = house.tell(AlertRaised("reconcile.mismatch", "AAPL: the account holds 14.", "AAPL"))
    assert (alert.repeats, alert.text) == (1, "AAPL: the account holds 14.")
    assert (alert.first_at, alert.at) == (first_at, house.clock.now())
    house.tell(AlertRaised("reconcile.mismatch", "MSFT", "MSFT"), AlertRaised("reconcile.mismatch", "AAPL", "AAPL", 3))
    assert len(house.book.shown) == 3


def test_what_matters_most_is_shown_first_and_of_one_priority_the_newest(house: BookHouse) -> None:
    for kind in ("split.booked", "algorithm.paused", "order.rejected", "storage.damaged", "account.rival"):
        house.tell(AlertRaised(kind, kind))
        house.clock.advance(minutes=1)
    kinds = [alert.kind for alert in house.book.shown]
    assert kinds == ["account.rival", "storage.damaged", "algorithm.paused", "order.rejected", "split.booked"]
    house.tell(*(AlertRaised("data.gap", "a gap", f"S{number}") for number in range(MOST_SHOWN)))
    assert len(house.book.shown) == MOST_SHOWN
    assert "split.booked" not in [alert.kind for alert in house.book.shown]


def test_an_alert_is_on_disk_before_it_shows_and_a_new_process_shows_it_again(house: BookHouse) -> None:
    house.bus.publish(MISMATCH)
    assert house.book.shown == ()
    house.is_full = True
    house.book.run_due()
    assert house.book.shown == ()
    house.is_full = False
    house.book.run_due()
    assert house.book.shown == (), "the disk is not asked again at once"
    house.clock.advance(seconds=5)
    house.book.run_due()
    shown = house.book.shown
    assert [alert.text for alert in shown] == [MISMATCH.text]
    assert house.opened().shown == shown


def test_a_repeat_that_failed_is_counted_once(house: BookHouse) -> None:
    house.tell(MISMATCH)
    house.is_full = True
    house.tell(MISMATCH)
    house.is_full = False
    house.clock.advance(seconds=5)
    [alert] = house.tell()
    assert alert.repeats == 1


def test_acknowledged_is_not_resolved_and_either_again_changes_nothing(house: BookHouse) -> None:
    [alert] = house.tell(MISMATCH)
    seen = house.book.acknowledge(alert.id)
    assert seen is not None
    assert (seen.is_open, seen.is_waiting) == (True, False)
    house.clock.advance(minutes=1)
    assert house.book.acknowledge(alert.id) == seen
    assert house.tell(MISMATCH)[0].acknowledged_at == seen.acknowledged_at
    done = house.book.resolve(alert.id)
    assert done is not None
    assert done.resolved_by is Resolver.OWNER
    assert house.book.shown == ()
    house.clock.advance(minutes=1)
    assert house.book.resolve(alert.id) == done
    assert house.book.acknowledge(alert.id) == done
    assert house.over() == [done]
    assert house.book.resolve(99) is None
    [again] = house.tell(MISMATCH)
    assert (again.id > alert.id, again.repeats, again.is_waiting) == (True, 0, True)


@pytest.mark.parametrize(
    ("kind", "end"),
    [
        ("storage.down", AlertRaised("storage.back", "The disk takes writes again.")),
        ("disk.low", AlertRaised("disk.enough", "There is room again.")),
        ("storage.damaged", AlertRaised("storage.repaired", "It was restored.")),
        ("backup.failed", AlertEnded("backup.failed")),
        ("account.rival", RiskResumed()),
        ("process.safe_mode", RiskResumed()),
    ],
)
def test_what_is_over_ends_by_itself(house: BookHouse, kind: str, end: object) -> None:
    house.tell(AlertRaised(kind, "it happens"), MISMATCH)
    house.tell(end)
    assert kind not in [alert.kind for alert in house.book.shown]
    assert MISMATCH.text in [alert.text for alert in house.book.shown]
    [over] = house.over()
    assert (over.kind, over.resolved_by) == (kind, Resolver.CAUSE)


def test_of_one_symbol_only_its_own_alert_ends(house: BookHouse) -> None:
    house.tell(MISMATCH, AlertRaised("reconcile.mismatch", "MSFT", "MSFT"))
    [left] = house.tell(AlertEnded("reconcile.mismatch", "AAPL"))
    assert left.symbol == "MSFT"


@pytest.mark.parametrize("end", [AlgorithmResumed(3), AlgorithmStopped(3, "0", is_selling=False)])
def test_what_an_algorithm_did_is_over_when_its_owner_has_acted(house: BookHouse, end: object) -> None:
    house.tell(AlgorithmFailed(3, "division by zero", has_stopped=False))
    [alert] = house.tell(AlgorithmFailed(3, "division by zero", has_stopped=True))
    assert (alert.kind, alert.symbol, alert.algorithm_id) == ("algorithm.failed", "MSFT", 3)
    assert "sma_crossover" in alert.text
    house.tell(AlgorithmResumed(4))
    assert house.book.shown == (alert,)
    assert house.tell(end) == ()


def test_only_a_halt_of_its_own_is_told(house: BookHouse) -> None:
    assert house.tell(RiskHalted("2026-11-20T17:00:00.000Z", "this machine")) == ()
    halted = RiskHalted("2026-11-20T17:00:00.000Z", "the loss of door.db", is_automatic=True)
    [alert] = house.tell(halted)
    assert (alert.kind, alert.priority) == ("risk.halted", Priority.CRITICAL)
    assert house.tell(RiskResumed()) == ()


def test_a_day_that_nothing_explains_is_told_and_one_that_is_right_is_not(house: BookHouse) -> None:
    assert house.tell(ParityChecked("2026-11-20", "390 decisions, all the same", 0)) == ()
    [alert] = house.tell(ParityChecked("2026-11-20", "388 of 390 the same", 2))
    assert "2 decisions differ" in alert.text


def test_what_is_over_is_kept_for_a_while_and_not_for_ever(house: BookHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alert_rows, "MOST_KEPT", 2)
    for symbol in ("A", "B", "C"):
        [alert] = house.tell(AlertRaised("order.rejected", "no", symbol))
        house.book.resolve(alert.id)
        house.clock.advance(days=1)
    assert [alert.symbol for alert in house.over()] == ["C", "B"]
    house.clock.advance(seconds=(alert_rows.KEPT + timedelta(days=1)).total_seconds())
    [alert] = house.tell(AlertRaised("order.rejected", "no", "D"))
    house.book.resolve(alert.id)
    assert [alert.symbol for alert in house.over()] == ["D"]


def test_a_stranger_of_a_kind_is_told_loudly_and_every_end_names_a_kind() -> None:
    assert rule_of("never.heard").priority is Priority.HIGH
    assert {end for rule in RULES.values() for end in rule.ends} <= RULES.keys()
    assert [AlertRaised(kind, "").priority for kind in RULES] == [rule.priority for rule in RULES.values()]


def test_the_text_of_a_stranger_is_one_plain_line(house: BookHouse) -> None:
    [alert] = house.tell(AlgorithmFailed(3, "no\nsuch\tthing \ud800" + "x" * 5000, has_stopped=True))
    assert "no such thing" in alert.text
    assert len(alert.text) <= 1000
    assert alert.text.isprintable()
