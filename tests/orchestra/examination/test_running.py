"""The running engine, line by line: each state has its word, its figure and what to do."""

from dataclasses import replace

import pytest

from orchestra.examination.gate_advice import ADVICE, advice_on
from orchestra.examination.running import examine_running
from orchestra.messages.diagnosis import Diagnosis, State
from orchestra.messages.engine_readings import (
    BrokerReading,
    ClockReading,
    EngineReadings,
    StreamReading,
    TurnsReading,
)
from orchestra.parts import account_side, control_side, live_watch
from orchestra.runtime.network import clock_gate
from orchestra.signals.watch import calendar_watch

MINUTE = 1_795_188_660  # Fri 2026-11-20 10:31 New York
WELL = EngineReadings(
    at=1000.0,
    began_at=0.0,
    is_market_open=True,
    broker=BrokerReading(143, 0.0, is_silent=False, answer=(4.2, 200)),
    data=StreamReading(11_400.0, message_seconds=12.0, wanted=5, confirmed=5),
    orders=StreamReading(11_400.0),
    clock=ClockReading(0.14, 0.05, follows_time_server=True),
    turns=TurnsReading(MINUTE, (12.0, "AAPL sma_crossover")),
    keeping=None,
    closed_gates=(),
)


def line(seen: EngineReadings, what: str, *, now: float = 1001.0) -> Diagnosis:
    (found,) = [each for each in examine_running(seen, now) if each.what == what]
    return found


def test_all_is_well_and_each_line_tells_its_figure() -> None:
    found = {each.what: each for each in examine_running(WELL, 1001.0)}
    assert {each.state for each in found.values()} == {State.OK}
    assert {what: each.sentence for what, each in found.items()} == {
        "New positions": "may be opened",
        "Engine": "last minute Fri 10:31 New York, slowest turn AAPL sma_crossover 12 ms",
        "Broker": "last answer 4 s ago, 143 requests left this minute",
        "Market data": "connected for 3 h 10 min, last message 12 s ago, 5 of 5 symbols",
        "Order stream": "connected for 3 h 10 min",
        "Clock": "0.1 s ahead of the broker's, follows a time server",
    }


@pytest.mark.parametrize(
    ("broker", "state", "words"),
    [
        (BrokerReading(None, 0.0, is_silent=False, answer=None), State.OK, "not asked yet"),
        (
            BrokerReading(0, 0.0, is_silent=True, answer=(300.0, 200)),
            State.BAD,
            "does not answer, last answer 5 min ago",
        ),
        (BrokerReading(0, 23.0, is_silent=False, answer=(1.0, 429)), State.WARN, "wants a pause, 23 s are left"),
        (BrokerReading(90, 0.0, is_silent=False, answer=(1.0, 503)), State.WARN, "with an error (503)"),
    ],
)
def test_the_line_to_the_broker(broker: BrokerReading, state: State, words: str) -> None:
    found = line(replace(WELL, broker=broker), "Broker")
    assert found.state is state
    assert words in found.sentence


@pytest.mark.parametrize(
    ("data", "is_open", "state", "words"),
    [
        (StreamReading(None), True, State.OK, "no algorithm needs prices"),
        (StreamReading(None, "406 connection limit", wanted=1), True, State.BAD, "down: 406 connection limit"),
        (StreamReading(None, wanted=1), True, State.BAD, "not connected yet"),
        (StreamReading(60.0, wanted=2, confirmed=2), True, State.OK, "no message yet"),
        (StreamReading(600.0, wanted=2, confirmed=2), True, State.WARN, "no message yet"),
        (StreamReading(600.0, message_seconds=200.0, wanted=2, confirmed=2), True, State.WARN, "3 min ago"),
        (StreamReading(600.0, message_seconds=200.0, wanted=2, confirmed=2), False, State.OK, "3 min ago"),
        (StreamReading(600.0, message_seconds=1.0, wanted=31, confirmed=30), True, State.WARN, "30 of 31 symbols"),
    ],
)
def test_the_data_stream(data: StreamReading, is_open: bool, state: State, words: str) -> None:
    found = line(replace(WELL, data=data, is_market_open=is_open), "Market data")
    assert found.state is state
    assert words in found.sentence


@pytest.mark.parametrize(
    ("clock", "state", "words"),
    [
        (None, State.OK, "owns the market's time"),
        (ClockReading(None), State.WARN, "not compared"),
        (ClockReading(-2.6, 0.1, follows_time_server=True), State.BAD, "2.6 s behind the broker's"),
        (ClockReading(2.1, 0.2, follows_time_server=True), State.OK, "2.1 s ahead of"),
        (ClockReading(0.1, 0.1, follows_time_server=False), State.WARN, "follows no time server"),
        (ClockReading(0.1, 0.1, follows_time_server=None), State.OK, "nobody says"),
    ],
)
def test_the_clock(clock: ClockReading | None, state: State, words: str) -> None:
    found = line(replace(WELL, clock=clock), "Clock")
    assert found.state is state
    assert words in found.sentence


@pytest.mark.parametrize(
    ("now", "state", "words"),
    [(1010.0, State.OK, "slowest"), (1020.0, State.WARN, "20 s behind"), (1200.0, State.BAD, "for 3 min")],
)
def test_an_engine_that_says_nothing_more(now: float, state: State, words: str) -> None:
    found = line(WELL, "Engine", now=now)
    assert found.state is state
    assert words in found.sentence


def test_a_slow_algorithm_is_named() -> None:
    found = line(replace(WELL, turns=TurnsReading(MINUTE, (3400.0, "SPY slow"))), "Engine")
    assert (found.state, found.sentence) == (
        State.WARN,
        "last minute Fri 10:31 New York, slowest turn SPY slow 3.4 s",
    )
    assert line(replace(WELL, turns=TurnsReading(0)), "Engine").sentence == "no minute decided yet, on time"


GATES = (
    live_watch.CATCHING_UP,
    account_side.NOT_KNOWN,
    control_side.UNREADABLE,
    calendar_watch.NOT_KNOWN,
    clock_gate.NOT_COMPARED,
    clock_gate.in_words(5.0),
    "the broker refuses our keys",
    "no PIN has been created yet",
    "the order stream is down",
    "the data feed is down (406)",
    "nothing can be stored (disk full)",
    "a database is damaged",
)


@pytest.mark.parametrize("gate", GATES)
def test_every_reason_not_to_buy_has_its_own_advice(gate: str) -> None:
    found = line(replace(WELL, closed_gates=(gate,)), "New positions")
    assert (found.state, found.sentence) == (State.WARN, f"blocked: {gate}")
    assert found.advice in dict(ADVICE).values()


def test_an_unlisted_reason_leads_to_the_log() -> None:
    assert advice_on("something new") == "look at the log, which says more"
