"""The engine's loop on real time with a clock that the test moves."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest

from database.calendar_manager import MarketCalendar
from orchestra.messages.events import StopRequested
from orchestra.messages.lockstep import Tick
from orchestra.runtime.clock import Clock
from orchestra.runtime.inbox import Inbox
from orchestra.runtime.minute_loop import IDLE_SECONDS, LONGEST_GAP, MINUTE, MinuteLoop, always

CALENDAR = MarketCalendar()


def at(text: str) -> float:
    """Return epoch seconds of a time on Friday 2026-11-20 in UTC (the session is 14:30 to 21:00)."""
    return datetime.fromisoformat(f"2026-11-20T{text}+00:00").timestamp()


class MovedClock:
    """Time that passes only while the loop waits for messages."""

    is_simulated = False

    def __init__(self, start: float) -> None:
        self.seconds = start
        self._set_by = 0.0

    def set_to(self, seconds: float) -> None:
        """Correct the clock; the machine's steady time does not hear of it."""
        self._set_by += seconds - self.seconds
        self.seconds = seconds

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic(self) -> float:
        return self.seconds - self._set_by

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


class MovedInbox(Inbox):
    """An inbox whose waits move the clock, and which says stop at the end of the test."""

    def __init__(self, clock: MovedClock, until: float) -> None:
        super().__init__()
        self._clock = clock
        self.until = until
        self.waits: list[float] = []
        self.events: list[tuple[float, Callable[[], None]]] = []

    def take(self, wait_seconds: float) -> object | None:
        message = super().take(0)
        if message is not None:
            return message
        self.waits.append(wait_seconds)
        self._clock.seconds += wait_seconds
        if self.events and self._clock.seconds >= self.events[0][0]:
            self.events.pop(0)[1]()
        if self._clock.seconds >= self.until or len(self.waits) > 100_000:
            return StopRequested("end of the test")
        return None


class Run:
    """A loop and what it did: (minute, seconds after it) of each run, missed minutes."""

    def __init__(self, start: str, until: str, *, run_seconds: Sequence[float] = ()) -> None:
        self.clock = MovedClock(at(start))
        self.inbox = MovedInbox(self.clock, at(until))
        self.runs: list[tuple[int, float]] = []
        self.settled: list[int] = []
        self.missed: list[int] = []
        self._run_seconds = list(run_seconds)

    def go(
        self, *, clock: Clock | None = None, decided_until: int = 0, is_time_known: Callable[[], bool] = always
    ) -> "Run":
        loop = MinuteLoop(
            self.inbox,
            clock or self.clock,
            run_minute=self._run_minute,
            settle=self.settled.append,
            handlers={str: self._on_text},
            is_trading_minute=lambda minute: CALENDAR.session_for_decision(minute) is not None,
            on_missed=self.missed.extend,
            decided_until=lambda: decided_until,
        )
        loop.is_time_known = is_time_known
        self.ended = loop.run()
        assert self.settled == [minute for minute, _ in self.runs]
        return self

    @property
    def minutes(self) -> list[float]:
        return [minute for minute, _ in self.runs]

    @property
    def delays(self) -> set[float]:
        return {round(delay, 3) for _, delay in self.runs}

    def _run_minute(self, tick: Tick) -> None:
        self.runs.append((tick.minute, self.clock.seconds - tick.minute))
        self.clock.seconds += self._run_seconds.pop(0) if self._run_seconds else 0.1

    def _on_text(self, text: str) -> None:
        self.texts = [*getattr(self, "texts", []), text]


def minutes(first: str, last: str) -> list[float]:
    return [float(ts) for ts in range(int(at(first)), int(at(last)) + 1, MINUTE)]


@pytest.mark.requirement("S2-24", "S2-58")
@pytest.mark.parametrize("start", ["15:00:00", "15:00:01.5", "15:00:02", "15:00:59.99"])
def test_each_minute_is_run_two_seconds_after_its_end(start: str) -> None:
    run = Run(start, "15:05:30").go()
    assert run.minutes == minutes("15:01:00", "15:05:00")
    assert run.delays == {2.0}
    assert run.missed == []


@pytest.mark.requirement("S2-57")
def test_first_run_of_a_session_is_on_its_first_bar() -> None:
    assert Run("14:00:00", "14:32:30").go().runs[0] == (at("14:31:00"), pytest.approx(2.0))


@pytest.mark.requirement("S2-56")
def test_last_run_of_a_session_is_on_its_last_bar_after_the_close() -> None:
    run = Run("20:58:00", "21:30:00").go()
    assert run.minutes == minutes("20:59:00", "21:00:00")
    assert run.delays == {2.0}


@pytest.mark.requirement("S2-25", "S2-59", "S2-76")
@pytest.mark.parametrize(("start", "until"), [("08:00:00", "14:30:30"), ("21:00:30", "23:59:00")])
def test_nothing_runs_and_nothing_is_missed_while_closed(start: str, until: str) -> None:
    run = Run(start, until).go()
    assert run.runs == []
    assert run.missed == []


def test_minutes_that_went_by_are_missed_and_never_run() -> None:
    run = Run("15:00:30", "15:09:30", run_seconds=[0.1, 200.0]).go()
    assert run.minutes == [*minutes("15:01:00", "15:02:00"), *minutes("15:05:00", "15:09:00")]
    assert run.missed == minutes("15:03:00", "15:04:00")
    assert run.delays == {2.0, 22.0}


def test_minute_that_is_nearly_over_is_missed_rather_than_run_late() -> None:
    run = Run("15:00:30", "15:04:30", run_seconds=[110.0]).go()
    assert run.minutes == [*minutes("15:01:00", "15:01:00"), *minutes("15:03:00", "15:04:00")]
    assert run.missed == minutes("15:02:00", "15:02:00")


def test_minute_may_start_late_within_its_own_minute() -> None:
    run = Run("15:00:30", "15:03:30", run_seconds=[70.0]).go()
    assert run.minutes == minutes("15:01:00", "15:03:00")
    assert run.missed == []


def test_only_minutes_of_sessions_are_missed() -> None:
    run = Run("20:57:30", "21:30:00", run_seconds=[1_000.0]).go()
    assert run.missed == minutes("20:59:00", "21:00:00")


def test_minutes_that_a_clock_set_forward_skipped_are_a_gap_that_is_never_run(caplog: pytest.LogCaptureFixture) -> None:
    run = Run("15:00:30", "15:43:30")
    run.inbox.events = [(at("15:01:30"), lambda: run.clock.set_to(at("15:40:00")))]
    run.go()
    assert run.minutes == [*minutes("15:01:00", "15:01:00"), *minutes("15:40:00", "15:43:00")]
    assert run.missed == minutes("15:02:00", "15:39:00")
    told = [record.message for record in caplog.records]
    assert told[0].startswith("The machine's clock was set forward by 23")
    assert told[1:] == ["38 minutes of the session went by without a run."]


def test_small_correction_of_the_clock_hides_no_missed_minute() -> None:
    run = Run("15:00:30", "15:06:30", run_seconds=[150.0])
    run.inbox.events = [(at("15:04:00"), lambda: run.clock.set_to(run.clock.seconds + 30))]
    run.go()
    assert run.missed == minutes("15:02:00", "15:02:00")


def test_clock_that_jumps_back_runs_no_minute_twice() -> None:
    run = Run("15:00:30", "15:06:30")
    run.inbox.events = [(at("15:03:30"), lambda: run.clock.set_to(at("15:00:10")))]
    run.go()
    assert run.minutes == minutes("15:01:00", "15:06:00")
    assert run.missed == []


def test_clock_that_was_far_back_and_is_corrected_is_noticed_at_once() -> None:
    run = Run("15:00:30", "15:06:30")
    run.inbox.events = [
        (at("15:02:30"), lambda: run.clock.set_to(0.0)),
        (30.0, lambda: run.clock.set_to(at("15:03:30"))),
    ]
    run.go()
    assert run.minutes == minutes("15:01:00", "15:06:00")
    assert max(run.inbox.waits) <= IDLE_SECONDS


@pytest.mark.parametrize(("decided_until", "missed"), [(None, []), ("14:58:00", minutes("14:59:00", "15:00:00"))])
def test_machine_that_starts_without_a_clock_misses_what_its_last_run_left(
    decided_until: str | None, missed: list[float]
) -> None:
    run = Run("15:00:30", "15:02:30")
    run.clock.set_to(1_000.0)
    run.inbox.events = [(1_010.0, lambda: run.clock.set_to(at("15:00:30")))]
    run.go(decided_until=int(at(decided_until)) if decided_until else 0, is_time_known=lambda: run.clock.seconds > 1e9)
    assert run.minutes == minutes("15:01:00", "15:02:00")
    assert run.missed == missed


def test_minutes_while_the_time_is_not_known_are_missed_and_never_run() -> None:
    run = Run("15:00:30", "15:08:30")
    run.go(is_time_known=lambda: not at("15:02:30") < run.clock.seconds < at("15:05:40"))
    assert run.minutes == [*minutes("15:01:00", "15:02:00"), *minutes("15:05:00", "15:08:00")]
    assert run.missed == minutes("15:03:00", "15:04:00")


def test_clock_that_was_wrong_for_a_while_neither_runs_nor_skips_what_it_said() -> None:
    """It says tomorrow, nobody believes it, and it is set right: today goes on."""
    run = Run("15:00:30", "15:08:30")
    run.inbox.until = float("inf")
    wrong = at("15:02:30") + 86_400
    run.inbox.events = [
        (at("15:02:30"), lambda: run.clock.set_to(wrong)),
        (wrong + 120, lambda: run.clock.set_to(at("15:04:30"))),
        (at("15:08:30"), lambda: run.inbox.put(StopRequested("end of the test"))),
    ]
    run.go(is_time_known=lambda: run.clock.seconds < at("23:00:00"))
    assert run.minutes == [*minutes("15:01:00", "15:02:00"), *minutes("15:04:00", "15:08:00")]
    assert run.missed == minutes("15:03:00", "15:03:00")


def test_minutes_while_the_process_was_down_are_missed() -> None:
    run = Run("15:00:30", "15:02:30").go(decided_until=int(at("14:40:00")))
    assert run.missed == minutes("14:41:00", "15:00:00")
    assert run.minutes == minutes("15:01:00", "15:02:00")


def test_only_the_last_week_of_a_long_absence_is_written_down() -> None:
    run = Run("15:00:30", "15:01:30").go(decided_until=int(at("15:00:00")) - 5 * LONGEST_GAP)
    assert min(run.missed) > at("15:00:00") - LONGEST_GAP
    assert len(run.missed) == 5 * 390


@pytest.mark.parametrize("decided_until", ["15:00:00", "18:00:00"])
def test_start_with_a_cursor_at_or_ahead_of_the_clock_misses_nothing(decided_until: str) -> None:
    assert Run("15:00:30", "15:01:30").go(decided_until=int(at(decided_until))).missed == []


@pytest.mark.requirement("S2-55")
def test_message_acts_at_once_and_stop_ends_the_loop() -> None:
    run = Run("15:00:30", "23:00:00")
    for message in ("one", "two", StopRequested("the owner"), "never"):
        run.inbox.put(message)
    run.go()
    assert run.texts == ["one", "two"]
    assert run.ended == StopRequested("the owner")
    assert run.clock.seconds == at("15:00:30")


class TickedClock(MovedClock):
    is_simulated = True


def test_simulated_time_runs_ticks_and_ends_with_the_market() -> None:
    run = Run("15:00:30", "23:00:00")
    first = int(at("15:01:00"))
    for tick in (Tick(first), Tick(first + MINUTE), Tick(first + MINUTE, has_ended=True)):
        run.inbox.put(tick)
    run.go(clock=TickedClock(at("15:00:30")))
    assert run.minutes == [first, first + MINUTE]
    assert run.ended.is_market_end


def test_simulated_time_runs_nothing_by_the_machines_clock() -> None:
    run = Run("15:00:30", "15:10:00")
    run.go(clock=TickedClock(at("15:00:30")))
    assert run.runs == []
