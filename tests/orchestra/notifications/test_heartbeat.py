"""The heartbeat: only finished passes ping, at their time, and nobody waits for the network."""

import threading
from collections.abc import Iterator

import pytest

from orchestra.notifications.heartbeat import Heartbeat
from tests.orchestra.notifications.services import MovedClock

ADDRESS = "https://beats.example/secret-id"
WAIT = 60.0


class Line:
    """Whoever is pinged. It can be slow, and it can fail."""

    def __init__(self) -> None:
        self.pings: list[tuple[str, str]] = []
        self.problem: str | None = None
        self.has_pinged = threading.Semaphore(0)
        self.is_asked = threading.Event()
        self.may_answer = threading.Event()
        self.may_answer.set()

    def ping(self, address: str, text: str) -> str | None:
        self.pings.append((address, text))
        self.is_asked.set()
        self.may_answer.wait(WAIT)
        self.has_pinged.release()
        return self.problem

    def wait(self) -> None:
        assert self.has_pinged.acquire(timeout=WAIT)


class House:
    def __init__(self) -> None:
        self.clock, self.line = MovedClock(), Line()
        self.heartbeat = Heartbeat(self.clock, minutes=5, ping=self.line.ping)

    def settle(self) -> None:
        """Wait until the thread has noted down what came of its last ping, and has ended."""
        self.heartbeat.stop()
        assert self.heartbeat._thread is not None
        self.heartbeat._thread.join(WAIT)
        assert not self.heartbeat._thread.is_alive()


@pytest.fixture
def house() -> Iterator[House]:
    made = House()
    yield made
    made.heartbeat.stop()


def test_a_pass_pings_at_once_and_then_every_five_minutes(house: House) -> None:
    for _ in range(3):
        house.heartbeat.beat(ADDRESS)
        house.line.wait()
        for _ in range(299):
            house.clock.advance(1)
            house.heartbeat.beat(ADDRESS)
        house.clock.advance(1)
    assert house.line.pings == [(ADDRESS, "")] * 3


def test_an_engine_that_hangs_pings_nobody(house: House) -> None:
    house.heartbeat.beat(ADDRESS)
    house.line.wait()
    house.clock.advance(3600)
    house.settle()
    assert len(house.line.pings) == 1


def test_without_an_address_there_is_no_thread(house: House) -> None:
    house.heartbeat.beat("")
    assert house.heartbeat._thread is None


def test_an_engine_that_lives_and_cannot_trade_says_so(house: House) -> None:
    house.heartbeat.beat(ADDRESS, "the order stream is down")
    house.line.wait()
    assert house.line.pings == [(f"{ADDRESS}/fail", "the order stream is down")]


def test_a_pass_never_waits_for_a_slow_network_and_pings_do_not_pile_up(house: House) -> None:
    house.line.may_answer.clear()
    house.heartbeat.beat(ADDRESS)
    assert house.line.is_asked.wait(WAIT)
    for _ in range(5):
        house.clock.advance(300)
        house.heartbeat.beat(ADDRESS)
    house.line.may_answer.set()
    house.line.wait()
    house.line.wait()
    house.settle()
    assert len(house.line.pings) == 2


def test_what_came_of_the_last_ping_is_known_without_its_secret(house: House) -> None:
    house.line.problem = f"{ADDRESS} cannot be reached."
    house.heartbeat.beat(ADDRESS)
    house.settle()
    assert house.heartbeat.state.last_success == ""
    assert "secret-id" not in house.heartbeat.state.problem
    assert "cannot be reached" in house.heartbeat.state.problem
