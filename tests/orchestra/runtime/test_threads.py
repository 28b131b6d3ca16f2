"""Clock, inbox, fetcher, tick thread and stop switch: what the engine's thread relies on."""

import logging
import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from datetime import UTC, datetime, timedelta

import pytest

from database.errors import ConfigError, StorageError
from orchestra.messages.event_bus import EventBus
from orchestra.messages.events import MinuteFinished, StopRequested
from orchestra.messages.lockstep import Settlement, Tick
from orchestra.runtime.agenda import Agenda
from orchestra.runtime.clock import SimulatedClock, SystemClock
from orchestra.runtime.fetcher import WORKERS, Fetcher
from orchestra.runtime.inbox import Inbox
from orchestra.runtime.process import stop_switch
from orchestra.runtime.process.stop_switch import StoppedWhileStarting, StopSwitch
from orchestra.runtime.tick_thread import TickThread
from system_databse.errors import BrokerUnavailable

WAIT = 30.0
START = 1_795_186_800


class ScriptedExchange:
    """Answer next_tick from a list: ticks, None for "not yet", errors."""

    def __init__(self, *script: Tick | Exception | None) -> None:
        self.script = list(script)
        self.asked: list[int] = []
        self.is_over = threading.Event()

    def done(self, minute: int) -> Settlement:
        return Settlement((), is_settled=True)

    def next_tick(self, after: int, wait_seconds: float) -> Tick | None:
        self.asked.append(after)
        if not self.script:
            self.is_over.wait(wait_seconds)
            return None
        answer = self.script.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture(autouse=True)
def quick_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestra.runtime.tick_thread.WAIT_SECONDS", 0.05)


def ticks(exchange: ScriptedExchange, count: int) -> list[object]:
    inbox = Inbox()
    thread = TickThread(SimulatedClock(exchange, START), inbox, after=START)
    thread.start()
    found = [inbox.take(WAIT) for _ in range(count)]
    # It asks without a pause from here on: only being told to stop ends it.
    exchange.is_over.set()
    thread.stop()
    thread._thread.join(WAIT)
    assert not thread._thread.is_alive()
    return found


def test_ticks_arrive_in_order_and_each_once() -> None:
    first, second = Tick(START + 60), Tick(START + 120)
    exchange = ScriptedExchange(None, first, None, second)
    assert ticks(exchange, 2) == [first, second]
    assert exchange.asked[:4] == [START, START, START + 60, START + 60]


def test_thread_ends_with_the_market() -> None:
    end = Tick(START + 60, has_ended=True)
    exchange = ScriptedExchange(end, Tick(START + 120))
    assert ticks(exchange, 1) == [end]
    assert exchange.asked == [START]


def test_exchange_that_is_away_for_a_while_is_asked_again() -> None:
    error, tick = BrokerUnavailable("away"), Tick(START + 60)
    assert ticks(ScriptedExchange(error, error, tick), 1) == [tick]


@pytest.mark.parametrize("error", [ConfigError("out of step"), StorageError("disk full"), ValueError("broken")])
def test_engine_is_told_when_the_clock_is_broken(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    (message,) = ticks(ScriptedExchange(error), 1)
    assert isinstance(message, StopRequested)
    assert message.error is error


def test_simulated_time_never_falls() -> None:
    clock = SimulatedClock(ScriptedExchange(), START)
    clock.reach(START + 120)
    clock.reach(START + 60)
    assert clock.now() == datetime.fromtimestamp(START + 120, UTC)
    assert clock.is_simulated
    assert clock.done(START).is_settled


def test_real_time_is_aware_and_steady() -> None:
    clock = SystemClock()
    assert clock.now().utcoffset() == timedelta(0)
    before = clock.monotonic()
    clock.sleep(0.01)
    assert clock.monotonic() - before >= 0.01
    assert not clock.is_simulated


def test_inbox_keeps_order_and_answers_none_when_nothing_came() -> None:
    inbox = Inbox()
    for number in range(3):
        inbox.put(number)
    assert [inbox.take(0), inbox.take(-5), inbox.take(1)] == [0, 1, 2]
    assert inbox.take(0) is None
    assert inbox.take(-1) is None


@pytest.mark.requirement("S2-78")
def test_inbox_loses_nothing_of_eight_threads() -> None:
    inbox = Inbox()

    def put(name: int) -> None:
        for number in range(1_000):
            inbox.put((name, number))

    threads = [threading.Thread(target=put, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    taken = [inbox.take(WAIT) for _ in range(8_000)]
    assert all(taken.index((name, 10)) < taken.index((name, 500)) for name in range(8))
    assert len(set(taken)) == 8_000
    assert inbox.take(0) is None


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    fetcher = Fetcher()
    yield fetcher
    fetcher.stop()


def test_look_up_answers_or_fails_through_its_future(fetcher: Fetcher) -> None:
    assert fetcher.submit(pow, 2, 5).result(WAIT) == 32
    with pytest.raises(ZeroDivisionError):
        fetcher.submit(divmod, 1, 0).result(WAIT)


@pytest.mark.requirement("S2-71", "S2-79")
def test_asking_again_joins_the_look_up_under_way(fetcher: Fetcher) -> None:
    go = threading.Event()
    calls: queue.SimpleQueue[str] = queue.SimpleQueue()

    def look_up(symbol: str) -> str:
        calls.put(symbol)
        go.wait(WAIT)
        return symbol

    futures = [fetcher.submit(look_up, symbol) for _ in range(500) for symbol in ("SPY", "QQQ", "IWM")]
    assert len(set(map(id, futures))) == 3
    go.set()
    assert {future.result(WAIT) for future in futures} == {"SPY", "QQQ", "IWM"}
    assert calls.qsize() == 3
    assert fetcher.submit(look_up, "SPY").result(WAIT) == "SPY"
    assert calls.qsize() == 4


@pytest.mark.requirement("S2-79")
def test_newer_look_up_of_a_symbol_takes_the_place_of_one_that_has_not_begun(fetcher: Fetcher) -> None:
    go = threading.Event()
    calls: queue.SimpleQueue[tuple[str, int]] = queue.SimpleQueue()

    def look_up(symbol: str, minute: int) -> int:
        calls.put((symbol, minute))
        go.wait(WAIT)
        return minute

    begun = [fetcher.submit(look_up, symbol, 0) for symbol in ("SPY", "QQQ")]
    for _ in begun:  # both workers are taken
        calls.get(timeout=WAIT)
    queued = [fetcher.submit(look_up, symbol, minute) for minute in range(1, 50) for symbol in ("SPY", "IWM")]
    assert [future.cancelled() for future in queued] == [True] * 96 + [False] * 2
    go.set()
    assert [future.result(WAIT) for future in [*begun, *queued[-2:]]] == [0, 0, 49, 49]
    assert {calls.get(timeout=WAIT), calls.get(timeout=WAIT)} == {("SPY", 49), ("IWM", 49)}
    assert calls.empty()


def test_stop_waits_for_nobody_and_drops_what_has_not_begun(fetcher: Fetcher) -> None:
    go = threading.Event()
    calls: queue.SimpleQueue[int] = queue.SimpleQueue()

    def look_up(number: int) -> int:
        calls.put(number)
        go.wait(WAIT)
        return number

    begun = [fetcher.submit(look_up, number) for number in range(WORKERS)]
    for _ in begun:  # both workers are taken
        calls.get(timeout=WAIT)
    waiting = fetcher.submit(pow, 2, 2)
    fetcher.stop()
    with pytest.raises(CancelledError):
        waiting.result(WAIT)
    go.set()
    assert [future.result(WAIT) for future in begun] == list(range(WORKERS))


@pytest.fixture
def switch(monkeypatch: pytest.MonkeyPatch) -> Iterator[StopSwitch]:
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    monkeypatch.setattr(stop_switch, "HARD_LIMIT_SECONDS", 3_600.0)
    # As it is, to be put back: the switch sets its own.
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    before = set(threading.enumerate())
    switch = StopSwitch()
    switch.install()
    yield switch
    for number, handler in handlers.items():
        signal.signal(number, handler)
    for thread in set(threading.enumerate()) - before:
        if isinstance(thread, threading.Timer):
            thread.cancel()


@pytest.mark.requirement("S2-55")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_during_the_start_ends_it(switch: StopSwitch, number: signal.Signals) -> None:
    with pytest.raises(StoppedWhileStarting, match=number.name):
        signal.raise_signal(number)
    signal.raise_signal(number)


@pytest.mark.requirement("S2-55")
def test_hard_end_is_noted_and_exits_with_0(switch: StopSwitch, monkeypatch: pytest.MonkeyPatch) -> None:
    codes, noted = list[int](), list[str]()
    monkeypatch.setattr(stop_switch, "HARD_LIMIT_SECONDS", 0.01)
    monkeypatch.setattr(stop_switch.os, "_exit", codes.append)
    monkeypatch.setattr(stop_switch.logging, "shutdown", lambda: None)
    switch.at_hard_end = lambda: noted.append("stopped")
    switch.hand_over(Inbox())
    before = set(threading.enumerate())
    signal.raise_signal(signal.SIGTERM)
    for thread in set(threading.enumerate()) - before:
        if isinstance(thread, threading.Timer):
            thread.join(WAIT)
    assert (codes, noted) == ([0], ["stopped"])


@pytest.mark.requirement("S2-55")
def test_signal_to_a_running_engine_is_one_message(switch: StopSwitch) -> None:
    inbox = Inbox()
    switch.hand_over(inbox)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGTERM):
        signal.raise_signal(number)
    assert inbox.take(0) == StopRequested("SIGTERM")
    assert inbox.take(0) is None


def test_signal_that_strangers_code_swallowed_during_the_start_is_not_lost(switch: StopSwitch) -> None:
    with pytest.raises(StoppedWhileStarting):
        signal.raise_signal(signal.SIGTERM)
    inbox = Inbox()
    switch.hand_over(inbox)
    assert isinstance(inbox.take(0), StopRequested)


@pytest.mark.requirement("S2-55")
def test_signal_while_libraries_are_imported_ends_at_once(switch: StopSwitch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stop_switch.os, "_exit", sys.exit)
    with pytest.raises(SystemExit) as ended, switch.importing():
        signal.raise_signal(signal.SIGTERM)
    assert ended.value.code == 0
    with pytest.raises(StoppedWhileStarting):
        signal.raise_signal(signal.SIGTERM)


@pytest.mark.requirement("S2-55")
def test_stop_that_a_destructor_swallowed_leaves_no_traceback_and_other_errors_do(
    switch: StopSwitch, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dropped:
        def __init__(self, last: Callable[[], None]) -> None:
            self.last = last

        def __del__(self) -> None:
            self.last()

    def break_down() -> None:
        raise ValueError("mine")

    told: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: told.append(unraisable.exc_type))
    switch.install()
    Dropped(lambda: signal.raise_signal(signal.SIGTERM))
    assert told == []
    Dropped(break_down)
    assert told == [ValueError]
    inbox = Inbox()
    switch.hand_over(inbox)
    assert isinstance(inbox.take(0), StopRequested)


def test_listener_that_fails_disturbs_nobody(caplog: pytest.LogCaptureFixture) -> None:
    bus, heard = EventBus(), []

    def fail(_event: object) -> None:
        raise ValueError("mine")

    for listener in (fail, heard.append, fail):
        bus.listen(listener)
    caplog.set_level(logging.ERROR)
    bus.publish(MinuteFinished(START))
    assert heard == [MinuteFinished(START)]
    assert "A listener failed on MinuteFinished." in caplog.text


def test_nobody_listening_is_no_error() -> None:
    EventBus().publish(MinuteFinished(START))


def test_late_job_runs_once_and_then_in_its_interval() -> None:
    class HandClock(SystemClock):
        seconds = 0.0

        def monotonic(self) -> float:
            return self.seconds

    clock, runs = HandClock(), []
    agenda = Agenda(clock)
    agenda.every(10, lambda: runs.append(clock.seconds))
    agenda.every(25, lambda: runs.append(-clock.seconds))
    steps: list[Callable[[], None]] = [agenda.run_due]
    for clock.seconds in (5.0, 10.0, 40.0, 45.0, 50.0):
        steps[0]()
    assert runs == [10.0, 40.0, -40.0, 50.0]
