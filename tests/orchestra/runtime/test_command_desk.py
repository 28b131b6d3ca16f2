"""The desk of commands: once each, remembered for ten minutes."""

from orchestra.messages.commands import Answer, CancelOpenOrders, CommandGiven, PauseAlgorithm
from orchestra.runtime.clock import SystemClock
from orchestra.runtime.inbox import Inbox
from orchestra.runtime.owner.command_desk import KEPT_SECONDS, CommandDesk


class HandClock(SystemClock):
    """A steady clock that the test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


def answered(inbox: Inbox) -> None:
    given = inbox.take(0)
    assert isinstance(given, CommandGiven)
    given.answer.set_result(Answer())


def test_what_is_done_is_forgotten_after_ten_minutes_and_what_waits_is_not() -> None:
    clock, inbox = HandClock(), Inbox()
    desk = CommandDesk(inbox, clock)
    waiting = desk.give(PauseAlgorithm(1), command_id="waiting")
    inbox.take(0)
    desk.give(CancelOpenOrders(), command_id="done")
    answered(inbox)
    clock.seconds = KEPT_SECONDS + 1
    desk.give(CancelOpenOrders(), command_id="new")
    assert desk.find("waiting") is waiting
    assert desk.find("done") is None
    assert desk.find("new") is not None
