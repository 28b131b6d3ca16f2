"""The times of asking again: 0.5, 1, 2, 4 and 8 seconds apart, then once a minute."""

from orchestra.execution.due_times import DueTimes
from tests.orchestra.execution.order_path import SteppedClock


def askings(*, seconds: float, step: float = 0.5) -> list[float]:
    clock = SteppedClock(0)
    due = DueTimes(clock.monotonic)
    due.watch(["a"])
    found = []
    while clock.seconds < seconds:
        clock.sleep(step)
        if due.take("a"):
            found.append(clock.seconds)
    return found


def test_an_id_is_due_soon_at_first_and_then_each_minute() -> None:
    assert askings(seconds=200) == [0.5, 1.5, 3.5, 7.5, 15.5, 75.5, 135.5, 195.5]


def test_a_late_asking_is_made_up_for_once() -> None:
    assert askings(seconds=60, step=20) == [20, 40, 60]


def test_what_is_not_watched_any_more_starts_anew() -> None:
    clock = SteppedClock(0)
    due = DueTimes(clock.monotonic)
    due.watch(["a", "b"])
    clock.sleep(0.5)
    assert due.take("a")
    assert due.take("b")
    due.watch(["a"])
    due.watch(["a", "b"])
    clock.sleep(0.5)
    assert not due.take("a")
    assert due.take("b")
