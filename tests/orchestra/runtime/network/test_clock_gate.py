"""Nothing is opened before the exchange's clock agrees with ours within two seconds."""

from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestra.runtime.clock import SystemClock
from orchestra.runtime.network.clock_gate import CHECK_SECONDS, NOT_COMPARED, RETRY_SECONDS, ClockGate, in_words
from system_databse.errors import BrokerUnavailable


class TwoClocks(SystemClock):
    """Ours, the steady one, and the exchange's; a question takes travel_seconds each way."""

    def __init__(self) -> None:
        self.steady = 100.0
        self.ahead = 0.0
        self.travel_seconds = 0.05
        self.is_out = False
        self.asked = 0
        self.follows_time_server: bool | None = True

    @property
    def theirs(self) -> datetime:
        return datetime(2026, 11, 20, 15, 0, tzinfo=UTC) + timedelta(seconds=self.steady)

    def now(self) -> datetime:
        return self.theirs + timedelta(seconds=self.ahead)

    def monotonic(self) -> float:
        return self.steady

    def ask(self) -> datetime:
        self.asked += 1
        if self.is_out:
            raise BrokerUnavailable("no answer")
        self.steady += self.travel_seconds
        answer = self.theirs
        self.steady += self.travel_seconds
        return answer


def at_once(work: Callable[[], Any]) -> "Future[Any]":
    future: Future[Any] = Future()
    try:
        future.set_result(work())
    except BrokerUnavailable as error:
        future.set_exception(error)
    return future


def checked(clocks: TwoClocks) -> ClockGate:
    gate = ClockGate(clocks, clocks.ask, at_once, follows_time_server=lambda: clocks.follows_time_server)
    assert gate.reason == NOT_COMPARED
    gate.wait(0)
    return gate


@pytest.mark.requirement("S2-71")
@pytest.mark.parametrize(("ahead", "is_open"), [(0, True), (1.99, True), (-1.99, True), (2.2, False), (-2.2, False)])
def test_clocks_have_to_agree_within_two_seconds(ahead: float, is_open: bool) -> None:
    clocks = TwoClocks()
    clocks.ahead = ahead
    assert (checked(clocks).reason is None) is is_open


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (-3 * 3600.0, "3 h behind"),
        (5.0, "5 s ahead of"),
        (-300.0, "5 min behind"),
        (3600.0, "1 h ahead of"),
        (-56 * 365.25 * 86_400, "20454 days behind"),
    ],
)
def test_wrong_clock_is_told_in_words(ahead: float, words: str) -> None:
    assert in_words(ahead) == f"this machine's clock is {words} the exchange's: check the time"


@given(st.floats(-10, 10), st.floats(0, 5))
def test_slow_answer_never_shuts_out_a_clock_that_is_right(ahead: float, travel_seconds: float) -> None:
    clocks = TwoClocks()
    clocks.ahead, clocks.travel_seconds = ahead, travel_seconds
    reason = checked(clocks).reason
    if abs(ahead) <= 1.999:
        assert reason is None
    if abs(ahead) > 2.001 + travel_seconds:
        assert reason is not None


def test_wrong_clock_is_looked_at_again_soon_and_a_right_one_each_quarter_of_an_hour() -> None:
    clocks = TwoClocks()
    clocks.ahead = 60.0
    gate = checked(clocks)
    clocks.steady += RETRY_SECONDS
    gate.run_due()
    assert clocks.asked == 2
    clocks.ahead = 0.0
    gate.run_due()
    gate.wait(0)
    assert gate.reason is None
    asked = clocks.asked
    for _ in range(int(CHECK_SECONDS) - 2):
        clocks.steady += 1
        gate.run_due()
    assert clocks.asked == asked
    clocks.steady += 3
    gate.run_due()
    assert clocks.asked == asked + 1


@pytest.mark.parametrize("jump", [1.5, -1.5, 3600.0, -86_400.0])
def test_clock_that_was_set_closes_the_gate_until_it_is_compared_again(jump: float) -> None:
    clocks = TwoClocks()
    gate = checked(clocks)
    assert gate.reason is None
    clocks.ahead += jump
    clocks.is_out = True
    gate.run_due()
    gate.run_due()
    assert gate.reason == NOT_COMPARED
    clocks.is_out = False
    clocks.steady += RETRY_SECONDS
    gate.wait(0)
    assert (gate.reason is None) is (abs(jump) < 2)


@pytest.mark.parametrize("known", [False, None])
def test_clock_that_no_time_server_keeps_right_is_told_and_compared_every_minute(
    known: bool | None, caplog: pytest.LogCaptureFixture
) -> None:
    clocks = TwoClocks()
    clocks.follows_time_server = known
    gate = checked(clocks)
    assert gate.reason is None
    for _ in range(600):
        clocks.steady += 1
        gate.run_due()
    assert 9 <= clocks.asked <= 11
    assert len([record for record in caplog.records if "it is compared" in record.message]) == 1


@pytest.mark.parametrize(
    ("ahead", "is_known"), [(0, True), (5, True), (-9.5, True), (10.5, False), (-3600, False), (86_400, False)]
)
def test_minutes_are_known_within_ten_seconds(ahead: float, is_known: bool) -> None:
    clocks = TwoClocks()
    clocks.ahead = ahead
    assert checked(clocks).is_time_known is is_known


def test_minutes_are_unknown_until_compared_and_again_after_each_jump() -> None:
    clocks = TwoClocks()
    gate = ClockGate(clocks, clocks.ask, at_once)
    assert not gate.is_time_known
    gate.wait(0)
    assert gate.is_time_known
    clocks.is_out = True
    clocks.steady += CHECK_SECONDS
    gate.run_due()
    gate.run_due()
    assert gate.is_time_known, "an exchange that does not answer changes no clock"
    clocks.ahead += 1.5
    gate.run_due()
    assert not gate.is_time_known


def test_small_drift_between_two_looks_is_no_jump() -> None:
    clocks = TwoClocks()
    gate = checked(clocks)
    clocks.ahead += 0.9
    gate.run_due()
    assert gate.reason is None


def test_exchange_that_does_not_answer_later_leaves_what_was_found() -> None:
    clocks = TwoClocks()
    gate = checked(clocks)
    clocks.is_out = True
    clocks.steady += CHECK_SECONDS
    gate.run_due()
    gate.run_due()
    assert (clocks.asked, gate.reason) == (2, None)


def test_answer_that_takes_long_is_not_waited_for() -> None:
    clocks, work = TwoClocks(), []

    def later(job: Callable[[], Any]) -> "Future[Any]":
        work.append((job, Future()))
        return work[-1][1]

    gate = ClockGate(clocks, clocks.ask, later)
    gate.wait(0)
    assert (gate.reason, len(work)) == (NOT_COMPARED, 1)
    job, future = work[0]
    future.set_result(job())
    gate.run_due()
    assert (gate.reason, len(work)) == (None, 1)
