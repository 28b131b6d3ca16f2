"""The time limit of a turn: what is interrupted, what is contained, what is put back."""

import contextlib
import gc
import logging
import queue
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from database.errors import StorageError
from database.shelter import sheltered
from orchestra.runtime.clock import SystemClock
from orchestra.runtime.process.stop_switch import StoppedWhileStarting
from orchestra.signals.strategy_loader import StrategyLoader
from orchestra.signals.turns.turn_timer import TurnInterrupted, TurnTimer
from system_databse.errors import StrategyError

# So long that what answers at once does so on a busy machine, too.
LIMIT = 0.1


@pytest.fixture
def timer() -> Iterator[TurnTimer]:
    handlers = {number: signal.getsignal(number) for number in (signal.SIGALRM, signal.SIGINT, signal.SIGTERM)}
    yield TurnTimer(SystemClock(), limit_seconds=LIMIT, repeat_seconds=0.005)
    for number, handler in handlers.items():
        signal.signal(number, handler)


def endless_loop() -> None:
    while True:
        pass


def sleeping() -> None:
    time.sleep(60)


def waiting_for_a_lock() -> None:
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


def waiting_for_a_queue() -> None:
    queue.Queue().get()


def waiting_for_an_event() -> None:
    threading.Event().wait()


def waiting_for_a_thread() -> None:
    thread = threading.Thread(target=time.sleep, args=(0.5,), daemon=True)
    thread.start()
    thread.join()


def searching_with_a_regular_expression() -> None:
    while True:
        re.search(r"(a+)+b", "a" * 12)


def computing_powers() -> None:
    while True:
        pow(7, 5_000)


def swallowing_exceptions() -> None:
    while True:
        with contextlib.suppress(Exception):
            time.sleep(0.001)


def swallowing_everything_once() -> None:
    with contextlib.suppress(BaseException):
        endless_loop()
    endless_loop()


def logging_for_ever() -> None:
    while True:
        logging.getLogger("strategy").debug("again")


def looping_inside_a_log_handler() -> None:
    class Stuck(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            endless_loop()

    log = logging.getLogger("stuck")
    log.handlers = [Stuck()]
    log.critical("never written")


def looping_in_a_destructor() -> None:
    class Stuck:
        def __del__(self) -> None:
            endless_loop()

    Stuck()
    endless_loop()


def running_other_threads() -> None:
    threads = [threading.Thread(target=time.sleep, args=(0.2,), daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    endless_loop()


@pytest.mark.requirement("S2-43", "S2-69")
@pytest.mark.parametrize(
    "strategy",
    [
        endless_loop,
        sleeping,
        waiting_for_a_lock,
        waiting_for_a_queue,
        waiting_for_an_event,
        waiting_for_a_thread,
        searching_with_a_regular_expression,
        computing_powers,
        swallowing_exceptions,
        swallowing_everything_once,
        logging_for_ever,
        looping_inside_a_log_handler,
        running_other_threads,
    ],
)
def test_overlong_turn_is_interrupted_and_the_next_one_works(timer: TurnTimer, strategy: Callable[[], None]) -> None:
    with pytest.raises(TurnInterrupted):
        timer.call(strategy)
    assert timer.call(lambda: "next") == "next"


def test_loop_in_a_destructor_is_interrupted(timer: TurnTimer, monkeypatch: pytest.MonkeyPatch) -> None:
    # pytest's own hook reads files, and the alarm that comes again may hit it there.
    monkeypatch.setattr(sys, "unraisablehook", lambda _unraisable: None)
    with pytest.raises(TurnInterrupted):
        timer.call(looping_in_a_destructor)


def test_lock_of_a_log_handler_is_free_after_a_loop_inside_it(timer: TurnTimer) -> None:
    log, handler = logging.getLogger("stuck"), logging.Handler()
    handler.emit = lambda _record: endless_loop()  # type: ignore[method-assign]
    log.handlers = [handler]
    with pytest.raises(TurnInterrupted):
        timer.call(lambda: log.critical("never written"))
    log.handlers.clear()
    assert not handler.lock._is_owned()  # type: ignore[union-attr]


@pytest.mark.requirement("S2-69", "S2-73")
@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("no"), "ValueError: no"),
        (SystemExit(3), "SystemExit: 3"),
        (GeneratorExit(), "GeneratorExit"),
        (BaseException("own"), "BaseException: own"),
        (RecursionError(), "RecursionError"),
        (MemoryError(), "MemoryError"),
    ],
)
def test_whatever_a_strategy_raises_is_a_strategy_error(timer: TurnTimer, error: BaseException, text: str) -> None:
    def fail() -> None:
        raise error

    with pytest.raises(StrategyError, match=re.escape(text)) as caught:
        timer.call(fail)
    assert "of test_turn_timer.py" in str(caught.value)


@pytest.mark.parametrize("wish", [StoppedWhileStarting])
def test_wish_to_end_the_program_passes(timer: TurnTimer, wish: type[BaseException]) -> None:
    def end() -> None:
        raise wish

    with pytest.raises(wish):
        timer.call(end)


def test_keyboard_interrupt_of_a_strategy_is_contained(timer: TurnTimer) -> None:
    """Ctrl-C comes as a message of the stop switch, so this one is the strategy's own."""

    def end() -> None:
        raise KeyboardInterrupt

    with pytest.raises(StrategyError, match="KeyboardInterrupt"):
        timer.call(end)


def test_alarms_that_come_faster_than_they_are_looked_at_pile_up_nothing() -> None:
    timer = TurnTimer(SystemClock(), limit_seconds=LIMIT, repeat_seconds=0.0001)

    def deep_loop(depth: int) -> None:
        if depth:
            deep_loop(depth - 1)
        while True:
            pass

    gc.disable()  # what other tests hung on the collector would run into these alarms, too
    try:
        for _ in range(20):
            with pytest.raises(TurnInterrupted):
                timer.call(lambda: deep_loop(600))
    finally:
        gc.enable()


def test_guard_makes_an_interrupt_a_strategy_error(timer: TurnTimer) -> None:
    with pytest.raises(StrategyError, match=r"did not end within 0\.1 s"):
        timer.guard(endless_loop)


def test_endless_recursion_is_contained(timer: TurnTimer) -> None:
    def deeper() -> None:
        deeper()

    with pytest.raises((StrategyError, TurnInterrupted)):
        timer.call(deeper)


def test_looping_import_is_interrupted_and_leaves_no_module(timer: TurnTimer, tmp_path: Path) -> None:
    file = tmp_path / "looping.py"
    file.write_text("while True: pass\nclass Algorithm: pass\n", encoding="utf-8")
    loader = StrategyLoader(tmp_path, guard=timer.guard)
    with pytest.raises(StrategyError, match="did not end within"):
        loader.load(loader.find(str(file)))
    assert timer.call(lambda: "next") == "next"


def test_loop_in_a_module_that_a_strategy_imports_is_interrupted(
    timer: TurnTimer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "strangers_loop.py").write_text("while True: pass\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    for _ in range(2):  # a lock of the import machinery left behind would hang the second try
        with pytest.raises(TurnInterrupted):
            timer.call(lambda: __import__("strangers_loop"))


def test_interrupt_waits_for_a_sheltered_function(timer: TurnTimer) -> None:
    finished = []

    @sheltered
    def ours() -> None:
        time.sleep(3 * LIMIT)
        finished.append(True)

    with pytest.raises(TurnInterrupted):
        timer.call(ours)
    assert finished


def test_pending_interrupt_does_not_reach_past_its_turn(timer: TurnTimer) -> None:
    with pytest.raises(TurnInterrupted):
        timer.call(sheltered(lambda: time.sleep(2 * LIMIT)))
    assert timer.call(sheltered(lambda: "next")) == "next"


@pytest.mark.parametrize(
    "trick",
    [
        lambda: signal.signal(signal.SIGALRM, signal.SIG_IGN),
        lambda: signal.signal(signal.SIGALRM, lambda *_: None),
        lambda: signal.setitimer(signal.ITIMER_REAL, 0),
        lambda: signal.alarm(0),
        lambda: signal.alarm(1),
        lambda: signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001),
    ],
)
def test_strategy_that_took_the_alarm_is_limited_in_the_next_turn(
    timer: TurnTimer, trick: Callable[[], object]
) -> None:
    timer.call(trick)
    with pytest.raises(TurnInterrupted):
        timer.call(endless_loop)


def test_alarm_that_a_strategy_leaves_behind_disturbs_nobody(timer: TurnTimer) -> None:
    def leave_behind() -> None:
        signal.signal(signal.SIGALRM, lambda *_: pytest.fail("the strategy's own handler ran after its turn"))

    timer.call(leave_behind)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    signal.raise_signal(signal.SIGALRM)


@pytest.mark.requirement("S2-55")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_strategy_cannot_keep_ctrl_c_for_itself(timer: TurnTimer, number: signal.Signals) -> None:
    before = signal.getsignal(number)
    timer.call(lambda: signal.signal(number, signal.SIG_IGN))
    assert signal.getsignal(number) is before


def test_pause_grants_the_time_that_was_left(timer: TurnTimer) -> None:
    paused_seconds = 4 * LIMIT

    def look_up() -> None:
        with timer.paused():
            time.sleep(paused_seconds)

    clock = SystemClock()
    started = clock.monotonic()
    assert timer.call(look_up) is None
    with pytest.raises(TurnInterrupted):
        timer.call(lambda: (look_up(), endless_loop()))
    took = clock.monotonic() - started
    assert took >= 2 * paused_seconds + LIMIT / 2
    assert took < 2 * paused_seconds + 20 * LIMIT


def test_pause_outside_a_turn_or_on_another_thread_sets_no_alarm(timer: TurnTimer) -> None:
    with timer.paused():
        pass
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    left: list[float] = []

    def elsewhere() -> None:
        with timer.paused():
            left.append(signal.getitimer(signal.ITIMER_REAL)[0])

    def turn() -> None:
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()

    timer.call(turn)
    assert 0 < left[0] <= LIMIT


def test_a_failing_database_is_not_the_strategys_fault(timer: TurnTimer) -> None:
    def read() -> None:
        raise StorageError("disk i/o error.")

    with pytest.raises(StorageError):
        timer.call(read)
