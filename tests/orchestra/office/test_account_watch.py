"""The account's figures: asked for now and then on another thread, never on the engine's."""

import threading
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from orchestra.execution.broker import Account
from orchestra.messages.events import AccountReceived, AccountUnavailable
from orchestra.office.account_watch import AccountWatch
from orchestra.runtime.clock import SystemClock
from orchestra.runtime.fetcher import Fetcher
from orchestra.runtime.inbox import Inbox
from system_databse.errors import BrokerUnavailable
from system_databse.position_sizing import Portfolio


class StandingClock(SystemClock):
    seconds = 0.0

    def now(self) -> datetime:
        return datetime(2024, 7, 3, 14, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.seconds


class House:
    def __init__(self) -> None:
        self.clock, self.inbox, self.fetcher = StandingClock(), Inbox(), Fetcher()
        self.threads: list[str] = []
        self.is_silent = False
        self.watch = AccountWatch(self.read, self.fetcher, self.inbox, clock=self.clock)

    def read(self) -> Account:
        self.threads.append(threading.current_thread().name)
        if self.is_silent:
            raise BrokerUnavailable("The broker answered 504.")
        return Account("PA1", Decimal(10), Decimal(20), Decimal(30), Decimal(40))

    def asked(self) -> bool:
        """Let what is due run and say whether the broker was asked."""
        before = len(self.threads)
        self.watch.run_due()
        message = self.inbox.take(1.0 if self.clock.seconds in self.due else 0.05)
        if isinstance(message, AccountReceived):
            self.watch.on_received(message)
        elif isinstance(message, AccountUnavailable):
            self.watch.on_unavailable(message)
        return len(self.threads) > before

    due: tuple[float, ...] = ()


@pytest.fixture
def house():  # type: ignore[no-untyped-def]
    house = House()
    yield house
    house.fetcher.stop()


def at(house: House, *moments: tuple[float, bool]) -> None:
    house.due = tuple(moment for moment, is_due in moments if is_due)
    for moment, is_due in moments:
        house.clock.seconds = moment
        assert house.asked() == is_due, moment


def test_it_is_asked_each_fifteen_seconds_and_a_second_after_a_fill(house: House) -> None:
    at(house, (0.0, True), (1.0, False), (14.9, False), (15.0, True))
    house.watch.want()
    at(house, (15.5, False), (16.0, True), (17.0, False), (31.0, True))
    assert house.watch.latest == AccountReceived(
        Decimal(10), Decimal(20), Decimal(30), Decimal(40), at=house.clock.now()
    )
    assert all(name.startswith("fetcher") for name in house.threads)


def test_a_silent_broker_leaves_the_last_figures_and_one_line(house: House, caplog: pytest.LogCaptureFixture) -> None:
    at(house, (0.0, True))
    house.is_silent = True
    at(house, (15.0, True), (30.0, True))
    assert house.watch.latest is not None
    assert len(caplog.messages) == 1
    house.is_silent = False
    at(house, (45.0, True))


def test_who_needs_figures_at_once_asks_himself_only_when_there_are_none(house: House) -> None:
    house.is_silent = True
    with pytest.raises(BrokerUnavailable):
        house.watch.require()
    house.is_silent = False
    assert house.watch.require().cash == 10
    house.watch.require()
    assert len(house.threads) == 2


@pytest.mark.requirement("S0-13")
def test_sizes_go_by_what_was_told_last_and_wait_for_nobody(house: House) -> None:
    assert house.watch.portfolio() is None
    at(house, (0.0, True))
    house.is_silent = True
    assert house.watch.portfolio() == Portfolio(20.0, 30.0)
    assert len(house.threads) == 1


@pytest.mark.requirement("S0-13")
def test_where_the_exchange_owns_the_clock_a_size_asks_what_the_account_is_worth_now(house: House) -> None:
    house.clock.is_simulated = True
    assert house.watch.portfolio() == Portfolio(20.0, 30.0)
    assert house.threads == ["MainThread"]
    house.is_silent = True
    assert house.watch.portfolio() is None
