"""A question asked again and again: one at a time, when due, and an answer to an older question is dropped."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from orchestra.runtime.clock import SystemClock
from orchestra.runtime.network.standing_question import StandingQuestion


class HandClock(SystemClock):
    seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


class Asked:
    """A question whose answers come when the test says so."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.futures: list[Future[Any]] = []
        self.taken: list[object] = []
        self.question = StandingQuestion(self.clock, self._start, ask=lambda: None, take=self._take)

    def _start(self, _ask: Callable[[], Any]) -> "Future[Any]":
        self.futures.append(Future())
        return self.futures[-1]

    def _take(self, answer: "Future[Any]") -> None:
        self.taken.append(answer.result())
        self.question.again_in(10)


def test_it_is_asked_once_until_it_is_answered_and_again_when_due() -> None:
    asked = Asked()
    for _ in range(3):
        asked.question.run_due()
    assert len(asked.futures) == 1
    asked.futures[0].set_result("first")
    asked.question.run_due()
    asked.clock.seconds = 9.9
    asked.question.run_due()
    assert (asked.taken, len(asked.futures)) == (["first"], 1)
    asked.clock.seconds = 10
    asked.question.run_due()
    assert len(asked.futures) == 2


def test_an_answer_to_the_question_before_is_dropped() -> None:
    asked = Asked()
    asked.question.run_due()
    asked.question.ask_anew()
    asked.futures[0].set_result("of before the jump")
    asked.question.run_due()
    asked.futures[1].set_result("of now")
    asked.question.run_due()
    assert asked.taken == ["of now"]


def test_waiting_ends_without_an_answer_and_takes_one_that_is_there() -> None:
    asked = Asked()
    asked.question.run_due()
    asked.question.wait(0.0)
    assert asked.taken == []
    asked.futures[0].set_result("now")
    asked.question.wait(0.0)
    assert asked.taken == ["now"]
