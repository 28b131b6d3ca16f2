"""An interruption waits until our own function is done, on the main thread and nowhere else."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

import pytest

from database import shelter
from database.bar import MINUTE
from database.bars.market_world import MarketWorld
from database.db_manager import get_closes, insert_minute_data
from database.shelter import sheltered
from tests.database.market import minutes_from_open


class Interrupted(BaseException):
    """Stands for a strategy's time limit."""


def interrupt() -> None:
    raise Interrupted


@pytest.fixture(autouse=True)
def no_hook_left() -> Iterator[None]:
    yield
    assert not shelter.is_inside()
    shelter.forget()


@contextmanager
def alarms() -> Iterator[None]:
    """Let SIGALRM interrupt the main thread, as a strategy's time limit does."""

    def on_alarm(_number: int, _frame: FrameType | None) -> None:
        if not shelter.defer(interrupt):
            interrupt()

    before = signal.signal(signal.SIGALRM, on_alarm)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_outside_nothing_is_deferred() -> None:
    assert not shelter.defer(interrupt)
    assert shelter.pending_hook is None


def test_a_deferred_interruption_happens_on_the_way_out() -> None:
    seen: list[str] = []

    @sheltered
    def inner() -> None:
        assert shelter.defer(interrupt)
        seen.append("inner")

    @sheltered
    def outer() -> None:
        inner()
        seen.append("outer")

    with pytest.raises(Interrupted):
        outer()
    assert seen == ["inner", "outer"]
    assert shelter.pending_hook is None


def test_an_error_of_the_function_does_not_swallow_the_interruption() -> None:
    @sheltered
    def fails() -> None:
        shelter.defer(interrupt)
        raise ValueError("first")

    with pytest.raises(Interrupted) as caught:
        fails()
    assert isinstance(caught.value.__context__, ValueError)


def test_a_forgotten_interruption_does_not_happen() -> None:
    @sheltered
    def finishes() -> str:
        shelter.defer(interrupt)
        shelter.forget()
        return "done"

    assert finishes() == "done"


def test_another_thread_is_never_sheltered() -> None:
    inside: list[bool] = []

    @sheltered
    def look() -> None:
        inside.append(shelter.is_inside())

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    look()
    assert inside == [False, True]


def test_thousands_of_interruptions_never_cut_a_sheltered_function() -> None:
    """Let the signal arrive anywhere: before, inside and after the function, by delays of 1 to 200 microseconds."""
    started = finished = caught = 0

    @sheltered
    def work() -> None:
        nonlocal started, finished
        started += 1
        sum(range(200))
        finished += 1

    with alarms():
        for attempt in range(5000):
            with suppress(Interrupted):
                signal.setitimer(signal.ITIMER_REAL, (1 + attempt % 200) / 1_000_000)
                while True:
                    work()
            caught += 1
            assert not shelter.is_inside()
    assert caught == 5000
    assert started == finished > 0


@pytest.mark.requirement("S2-78")
def test_interrupted_data_functions_leave_disk_memory_and_locks_right(world: MarketWorld) -> None:
    """Store and read minute after minute; an interruption may lose the answer, never the bar or the lock."""
    bars = minutes_from_open(390)
    known = {bar.ts: bar.close for bar in bars}
    with alarms():
        for attempt in range(2000):
            with suppress(Interrupted):
                signal.setitimer(signal.ITIMER_REAL, (1 + attempt % 400) / 1_000_000)
                while True:
                    bar = bars[attempt % len(bars)]
                    insert_minute_data("SPY", bar.ts, {"o": 1, "h": 500, "l": 1, "c": bar.close, "v": 1})
                    get_closes("SPY", 51)
    stored = world.bar_store.last_bars("SPY", 390, before=bars[-1].ts + MINUTE)
    assert len(stored) > 100
    assert {bar.ts: bar.close for bar in stored}.items() <= known.items()
    assert get_closes("SPY", 390) == [bar.close for bar in stored]
    with world.bar_store.store.transaction() as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
