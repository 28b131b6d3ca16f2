"""The notifier's thread: nobody waits for it, and it ends in time."""

import threading

import pytest

from orchestra.notifications.dispatcher import Dispatcher
from orchestra.notifications.message import Message
from orchestra.notifications.notice import Loudness, Notice, Topic
from orchestra.notifications.notifier import Notifier
from orchestra.notifications.wishes import NotifyWishes, Target
from tests.orchestra.notifications.services import MovedClock, Services

HERE = "ntfys://here-topic"
WAIT = 60.0


@pytest.fixture(autouse=True)
def the_end_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestra.notifications.notifier.STOP_SECONDS", WAIT)


def notifier_of(services: Services) -> Notifier:
    made = Notifier(Dispatcher(services.send, MovedClock(), sender="AutoTrader", local=lambda at: at))
    made.follow(NotifyWishes((Target(HERE),)))
    return made


def test_nothing_to_tell_needs_no_thread() -> None:
    notifier = notifier_of(Services())
    notifier.stop()
    assert notifier._thread is None


def test_the_end_sends_what_has_gathered() -> None:
    services = Services()
    notifier = notifier_of(services)
    notifier.offer([Notice(Topic.FILL, "Bought 1.", Loudness.NORMAL, row=4)])
    notifier.stop()
    assert services.texts() == ["Bought 1."]
    assert notifier.take_done() == [4]


def test_a_service_that_hangs_holds_nobody_up() -> None:
    may_answer, is_asked = threading.Event(), threading.Event()

    class Hanging(Services):
        def send(self, address: str, message: Message) -> str | None:
            is_asked.set()
            may_answer.wait(WAIT)
            return super().send(address, message)

    services = Hanging()
    notifier = notifier_of(services)
    asked = notifier.ask(lambda: services.send(HERE, Message("a", "b", Loudness.NORMAL, 0.0)))
    assert is_asked.wait(WAIT)
    for number in range(2000):
        notifier.offer([Notice(Topic.FILL, f"Bought {number}.")])
    assert not asked.done()
    may_answer.set()
    assert asked.result(WAIT) is None
    notifier.stop()
    assert len(services.sent) == 2


def test_a_failing_library_ends_neither_the_thread_nor_the_next_notice(caplog: pytest.LogCaptureFixture) -> None:
    class Failing(Services):
        def send(self, address: str, message: Message) -> str | None:
            if "first" in message.body:
                self.tries += 1
                raise ValueError("what no library should do")
            return super().send(address, message)

    services = Failing()
    notifier = notifier_of(services)
    with pytest.raises(ValueError, match="no library"):
        notifier.ask(lambda: services.send(HERE, Message("a", "first", Loudness.NORMAL, 0.0))).result(WAIT)
    assert notifier.ask(lambda: services.send(HERE, Message("a", "second", Loudness.NORMAL, 0.0))).result(WAIT) is None
    notifier.stop()
