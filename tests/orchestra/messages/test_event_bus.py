"""The bus: one listener that fails or stalls harms neither another nor the publisher."""

import threading
from collections.abc import Iterator

import pytest

from orchestra.messages.event_bus import EventBus, ListenerApart

PATIENCE_SECONDS = 30.0


class Stalled:
    """A listener that hears nothing until it is let go."""

    def __init__(self) -> None:
        self.heard: list[object] = []
        self.began, self.may_go = threading.Event(), threading.Event()

    def __call__(self, event: object) -> None:
        self.began.set()
        assert self.may_go.wait(PATIENCE_SECONDS)
        self.heard.append(event)


@pytest.fixture
def stalled() -> Iterator[Stalled]:
    stalled = Stalled()
    yield stalled
    stalled.may_go.set()


def fail(_event: object) -> None:
    raise ValueError("a broken onlooker")


@pytest.mark.requirement("S0-01")
def test_a_listener_that_fails_harms_no_other() -> None:
    bus, heard = EventBus(), list[object]()
    bus.listen(fail)
    bus.listen(heard.append)
    bus.listen_apart(fail, name="broken").close()
    bus.publish("news")
    assert heard == ["news"]


@pytest.mark.requirement("S0-01", "S0-23")
def test_a_listener_that_stalls_loses_what_does_not_fit_and_nobody_else_does(stalled: Stalled) -> None:
    bus, heard, apart_heard = EventBus(), list[object](), list[object]()
    slow = bus.listen_apart(stalled, name="slow", most_waiting=3)
    quick = bus.listen_apart(apart_heard.append, name="quick", most_waiting=100)
    bus.listen(heard.append)
    bus.publish(0)
    assert stalled.began.wait(PATIENCE_SECONDS)
    for number in range(1, 11):
        bus.publish(number)
    quick.close(PATIENCE_SECONDS)
    assert heard == apart_heard == list(range(11))
    assert (slow.lost, quick.lost) == (7, 0)
    stalled.may_go.set()
    slow.close(PATIENCE_SECONDS)
    assert stalled.heard == [0, 1, 2, 3]


def test_one_that_fails_apart_goes_on_with_the_next_event() -> None:
    heard: list[object] = []

    def picky(event: object) -> None:
        if event == 1:
            fail(event)
        heard.append(event)

    apart = ListenerApart(picky, name="picky")
    for number in range(3):
        apart.take(number)
    apart.close(PATIENCE_SECONDS)
    assert heard == [0, 2]
    apart.take(3)
    assert apart.lost == 1


def test_after_forgetting_nobody_is_told() -> None:
    bus, heard = EventBus(), list[object]()
    bus.listen(heard.append)
    bus.forget()
    bus.publish("news")
    assert heard == []
