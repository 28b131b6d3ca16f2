"""Four hundred days under a clock that is set forward and back at random: no minute twice, none outside a session.

The real loop and the real clock gate; the exchange's time is the true one, and all that is wrong is this machine's.
"""

import random
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any

import pytest

from database.bar import MINUTE
from database.calendar_manager import MarketCalendar
from orchestra.messages.events import StopRequested
from orchestra.messages.lockstep import Tick
from orchestra.runtime.inbox import Inbox
from orchestra.runtime.minute_loop import MinuteLoop
from orchestra.runtime.network.clock_gate import LARGEST_OFFSET_OF_A_MINUTE, LARGEST_OFFSET_SECONDS, ClockGate
from system_databse.errors import BrokerUnavailable

CALENDAR = MarketCalendar()
DAY = 86_400
# Two changes of daylight saving time each way, three half days, every holiday of a year.
START = int(datetime(2026, 2, 20, 14, 0, tzinfo=UTC).timestamp())
JUMPS = (1.0, -1.0, 2.5, -2.5, 30.0, -30.0, 3600.0, -3600.0, -86_400.0, 86_400.0)


class WrongClock:
    """The machine's clock: `wrong_by` seconds ahead of the truth; steady seconds go with the truth."""

    is_simulated = False

    def __init__(self, truth: float) -> None:
        self.truth = truth
        self.wrong_by = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.truth + self.wrong_by, UTC)

    def monotonic(self) -> float:
        return self.truth - START

    def sleep(self, seconds: float) -> None:
        self.truth += seconds


class World(Inbox):
    """Lets time pass while the loop waits, sets the clock at random, and puts it right again after a while."""

    def __init__(self, seed: int, *, days: int, boots_in_1970: bool) -> None:
        super().__init__()
        self.chance = random.Random(seed)
        self.clock = WrongClock(START)
        self.ends_at = START + days * DAY
        self.jumps = 0
        self.kinds: tuple[float, ...] = JUMPS
        if boots_in_1970:
            self.clock.wrong_by = 1_000.0 - START
        self._change_at = self.clock.truth + 600
        self.gate = ClockGate(self.clock, self._ask, self._at_once)
        self.runs: list[int] = []
        self.missed: list[int] = []
        self.entries = 0
        self.faults: list[str] = []

    def take(self, wait_seconds: float) -> object | None:
        message = super().take(0)
        if message is not None:
            return message
        self.clock.truth += self._seconds_that_pass(wait_seconds)
        if self.clock.truth >= self._change_at:
            self._set_clock()
        return StopRequested("the end") if self.clock.truth >= self.ends_at else None

    def run(self) -> "World":
        loop = MinuteLoop(
            self,
            self.clock,
            run_minute=self._run_minute,
            settle=lambda _minute: None,
            handlers={},
            is_trading_minute=lambda minute: CALENDAR.session_for_decision(minute) is not None,
            on_missed=self.missed.extend,
            decided_until=lambda: self.runs[-1] if self.runs else 0,
            between_minutes=self.gate.run_due,
        )
        loop.is_time_known = lambda: self.gate.is_time_known
        loop.run()
        return self

    def _seconds_that_pass(self, wait_seconds: float) -> float:
        """Return the wait, or more where nothing happens, at night, and where the machine is slow now and then."""
        if CALENDAR.sessions_between(int(self.clock.truth) - 120, int(self.clock.truth) + 900):
            return max(wait_seconds, 0.05) * self.chance.choice((1, 10, 25))
        return 300.0

    def _set_clock(self) -> None:
        if self.clock.wrong_by:
            self.clock.wrong_by = 0.0
            self._change_at = self.clock.truth + self.chance.uniform(600, 30_000)
            return
        self.jumps += 1
        is_boot = self.chance.random() < 0.05
        self.clock.wrong_by = 1_000.0 - self.clock.truth if is_boot else self.chance.choice(self.kinds)
        self._change_at = self.clock.truth + self.chance.uniform(1, 4_000)

    def _run_minute(self, tick: Tick) -> None:
        truth, minute = self.clock.truth, tick.minute
        # The minute after the close decides on the session's last bar, and may want nothing any more.
        is_in_session = CALENDAR.sessions_between(int(truth) - MINUTE, int(truth) + 1) != []
        if minute in self.runs[-1:] or (self.runs and minute < self.runs[-1]):
            self.faults.append(f"minute {minute} again")
        if not is_in_session:
            self.faults.append(f"minute {minute} outside of a session, at {truth}")
        if not minute <= truth + LARGEST_OFFSET_OF_A_MINUTE < minute + MINUTE + 2 * LARGEST_OFFSET_OF_A_MINUTE:
            self.faults.append(f"minute {minute} is not the exchange's, it is {truth}")
        if self.gate.reason is None:
            self.entries += 1
            if abs(self.clock.wrong_by) > LARGEST_OFFSET_SECONDS:
                self.faults.append(f"bought at {minute} with a clock that is wrong by {self.clock.wrong_by}")
        self.runs.append(minute)
        self.clock.truth += self.chance.choice((0.05, 0.2, 3.0))

    def _ask(self) -> datetime:
        if self.chance.random() < 0.1:
            raise BrokerUnavailable("no answer")
        return datetime.fromtimestamp(self.clock.truth, UTC)

    @staticmethod
    def _at_once(work: Callable[[], Any]) -> "Future[Any]":
        future: Future[Any] = Future()
        try:
            future.set_result(work())
        except BrokerUnavailable as error:
            future.set_exception(error)
        return future


def sessions(world: World) -> list[int]:
    """Return every minute of the time that could have been decided."""
    days = CALENDAR.sessions_between(START, world.ends_at)
    return [ts for day in days for ts in range(day.open + MINUTE, day.close + MINUTE, MINUTE)]


@pytest.mark.requirement("S2-58", "S2-71")
@pytest.mark.parametrize(
    ("days", "boots_in_1970"), [(80, False), (40, True), pytest.param(400, False, marks=pytest.mark.long)]
)
def test_no_minute_runs_twice_or_outside_a_session_whatever_the_clock_says(days: int, *, boots_in_1970: bool) -> None:
    seed = 20 + boots_in_1970
    world = World(seed, days=days, boots_in_1970=boots_in_1970).run()
    assert world.faults == [], f"seed={seed}"
    assert len(world.runs) == len(set(world.runs))
    assert world.jumps > days
    every = set(sessions(world))
    assert set(world.runs) <= every
    assert set(world.missed) <= every
    assert set(world.runs).isdisjoint(world.missed)
    assert len(world.runs) > 0.8 * len(every), "a clock that is right most of the time trades most of the time"
    assert world.entries > 0.75 * len(every)


def test_what_was_not_run_is_told_as_missed_once() -> None:
    world = World(7, days=30, boots_in_1970=False).run()
    assert len(world.missed) == len(set(world.missed))
    first = world.runs[0]
    assert {ts for ts in sessions(world) if first <= ts < world.runs[-1]} == {
        ts for ts in (*world.runs, *world.missed) if first <= ts < world.runs[-1]
    }


def test_a_loop_without_the_gate_is_caught() -> None:
    """The test of the test: what the gate is there for is seen when it is not."""
    world = World(20, days=60, boots_in_1970=False)
    world.kinds = (3600.0,)
    loop_faults = _run_without_gate(world)
    assert any("is not the exchange's" in fault for fault in loop_faults)
    assert any("outside of a session" in fault for fault in loop_faults)


def _run_without_gate(world: World) -> list[str]:
    loop = MinuteLoop(
        world,
        world.clock,
        run_minute=world._run_minute,
        settle=lambda _minute: None,
        handlers={},
        is_trading_minute=lambda minute: CALENDAR.session_for_decision(minute) is not None,
    )
    loop.run()
    return world.faults
