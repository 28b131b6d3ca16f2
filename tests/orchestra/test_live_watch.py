"""A run in real time in front of a broker that misbehaves: entries stop in words, nothing is lost, it heals itself."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path

import pytest

from orchestra.messages.events import StreamName
from orchestra.paper_exchange.wire.faults.fault import FaultKind
from tests.orchestra.live_house import OPEN, SYMBOL, LiveHouse

MINUTE = 60


@pytest.fixture
def house(tmp_path: Path) -> Iterator[LiveHouse]:
    with ExitStack() as stack:
        yield LiveHouse(tmp_path, stack)


def test_healthy_run_buys(house: LiveHouse) -> None:
    house.start().pass_minutes(2)
    assert house.last_decision()[0] == "SUBMITTED"
    assert house.alerts() == []


@pytest.mark.requirement("S2-71")
def test_machine_whose_clock_is_wrong_buys_nothing_until_it_is_right(house: LiveHouse) -> None:
    house.alpaca.clock_differs = timedelta(hours=3)
    house.start().pass_minutes(2)
    outcome, gate, reason = house.last_decision()
    assert (outcome, gate) == ("DENIED", "CLOSED_GATE")
    assert "this machine's clock is 3 h behind the exchange's: check the time" in reason
    assert [kind for kind, _ in house.alerts()] == ["clock.wrong"]
    house.alpaca.clock_differs = timedelta(0)
    house.pass_minutes(2)
    assert house.last_decision()[0] == "SUBMITTED"


def test_clock_that_is_set_while_running_closes_the_gate_until_it_is_compared(house: LiveHouse) -> None:
    house.start().pass_minutes(1)
    house.clock.set_by += 5.0
    assert house.engine.live is not None
    house.engine.live.run_due()
    assert any("has not been compared" in reason for reason in house.engine.closed_gates())
    house.until(lambda: house.engine.closed_gates() == ())


@pytest.mark.requirement("S2-49", "S2-60", "S2-71")
def test_mute_feed_is_found_out_and_its_bars_are_fetched_without_deciding_twice(house: LiveHouse) -> None:
    house.start().pass_minutes(6)
    house.plant("data", FaultKind.MUTE)
    house.pass_minutes(3)
    house.until(lambda: house.engine.streams.trouble(StreamName.DATA) is not None)
    house.until(lambda: house.engine.streams.is_connected(StreamName.DATA))
    house.pass_minutes(3)
    house.until(lambda: house.stored() == list(range(12)))
    reasons = [text for kind, text in house.alerts() if kind == "feed.down"]
    assert reasons
    assert house.engine.closed_gates() == ()
    minutes = house.rows("SELECT minute, until_minute FROM decisions ORDER BY minute")
    decided = [minute for first, last in minutes for minute in range(first, last + MINUTE, MINUTE)]
    assert decided == [OPEN + count * MINUTE for count in range(1, 13)]


@pytest.mark.requirement("S2-71")
def test_feed_that_is_refused_stops_entries_with_the_likely_culprit(house: LiveHouse) -> None:
    house.start()
    culprit = "another program uses these keys; Alpaca allows one data connection"
    house.plant("data", FaultKind.REFUSE_406, times=1000)
    house.plant("data", FaultKind.DISCONNECT)
    house.pass_minutes(1)
    house.until(lambda: culprit in (house.engine.streams.trouble(StreamName.DATA) or ""))
    house.pass_minutes(7)
    outcome, gate, reason = house.last_decision()
    assert (outcome, gate) == ("DENIED", "CLOSED_GATE")
    assert culprit in reason
    assert house.stored() == list(range(8)), "exits would rest on data that is getting old"


@pytest.mark.requirement("S2-75")
def test_slip_of_the_feed_is_never_traded_on_and_settled_by_history(house: LiveHouse) -> None:
    house.start().pass_minutes(2)
    house.alpaca.is_out = True
    house.plant("data", FaultKind.BAD_BAR, times=3)
    house.pass_minutes(3)
    outcome, gate, reason = house.last_decision()
    assert (outcome, gate) == ("DENIED", "PRICE_JUMP")
    assert "from 50.01 to 5004" in reason
    assert house.stored() == [0, 1]
    house.pass_minutes(1)
    assert house.last_decision()[:2] == ("DENIED", "PRICE_JUMP")
    assert "market.price_jump" in [kind for kind, _ in house.alerts()]
    house.alpaca.is_out = False
    house.pass_until(house.clock.seconds + 70)
    house.until(lambda: house.stored() == list(range(6)))
    house.pass_minutes(1)
    assert house.last_decision()[1] != "PRICE_JUMP"
    assert max(row[0] for row in house.rows("SELECT h FROM bars", "market")) < 60


@pytest.mark.requirement("S2-60")
def test_what_could_not_be_fetched_is_a_gap_until_it_can(house: LiveHouse) -> None:
    house.start().pass_minutes(3)
    house.alpaca.is_out = True
    house.plant("data", FaultKind.DROP, times=2)
    house.pass_minutes(12)
    house.engine.streams.reconnect(StreamName.DATA, "the test wants it")
    house.until(lambda: any("still being fetched" in reason for reason in house.engine.closed_gates()))
    house.until(lambda: "data.gap" in [kind for kind, _ in house.alerts()])
    assert house.engine.pull.gaps() == [(SYMBOL, OPEN + 3 * MINUTE, OPEN + 5 * MINUTE)]
    house.alpaca.is_out = False
    house.pass_until(house.clock.seconds + 70)
    house.until(lambda: house.engine.pull.gaps() == [])
    assert house.stored() == list(range(15))
    house.until(lambda: house.engine.closed_gates() == ())


def test_bar_that_got_lost_is_looked_for_within_the_quarter_of_an_hour(house: LiveHouse) -> None:
    house.start().pass_minutes(2)
    house.plant("data", FaultKind.DROP)
    house.pass_minutes(17)
    house.until(lambda: house.stored() == list(range(19)))


@pytest.mark.requirement("S2-70")
def test_algorithm_whose_symbol_is_taken_off_the_market_rests_with_an_alert(house: LiveHouse) -> None:
    house.start().pass_minutes(2)
    house.alpaca.is_tradable = False
    assert house.engine.live is not None
    house.engine.live.assets.check({SYMBOL})
    house.until(lambda: house.rows("SELECT status FROM algorithms") == [("PAUSED",)])
    assert ("algorithm.paused", f"Algorithm 1 rests: {SYMBOL} cannot be traded at Alpaca any more.") in house.alerts()
    before = house.rows("SELECT count(*) FROM decisions")
    house.pass_minutes(1)
    assert house.rows("SELECT count(*) FROM decisions") == before


@pytest.mark.requirement("S2-49")
def test_order_stream_that_tells_nothing_of_a_fill_is_made_anew(house: LiveHouse) -> None:
    house.start()
    house.until(lambda: house.engine.streams.is_connected(StreamName.ORDERS))
    house.plant("orders", FaultKind.MUTE)
    house.pass_minutes(2)
    house.pass_until(house.clock.seconds + 25)
    assert house.rows("SELECT source FROM fills")[:1] == [("poll",)]
    house.pass_until(house.clock.seconds + 15)
    house.until(lambda: not house.engine.desk.stream_watch.is_in_doubt)
    assert house.engine.streams.is_connected(StreamName.ORDERS)
    house.pass_minutes(2)
    house.until(lambda: "stream" in {source for (source,) in house.rows("SELECT source FROM fills")})


@pytest.mark.requirement("S2-17", "S2-56")
def test_early_close_announced_during_the_session_ends_the_trading_day(house: LiveHouse) -> None:
    house.start()
    house.pass_minutes(3)
    assert house.last_decision()[0] == "SUBMITTED"
    # In New York it is 09:33.
    house.alpaca.hours[date(2024, 7, 5)] = ("09:30", "09:50")
    house.pass_minutes(15)
    assert house.last_decision()[0] == "SUBMITTED"
    house.until(lambda: house.world.calendar.session_on(date(2024, 7, 5)).close == OPEN + 20 * MINUTE)  # type: ignore[union-attr]
    house.pass_minutes(2)
    assert house.last_decision()[:2] == ("DENIED", "SESSION_END")
    orders = house.rows("SELECT count(*) FROM orders")
    house.pass_minutes(5)
    assert house.rows("SELECT count(*) FROM orders") == orders
    assert house.rows("SELECT max(minute) FROM decisions") == [(OPEN + 20 * MINUTE,)]
    assert [kind for kind, _ in house.alerts()] == ["calendar.changed"]


def test_day_the_exchange_has_not_told_of_buys_nothing(house: LiveHouse) -> None:
    house.alpaca.hours.update({date(2024, 7, day): None for day in range(1, 32)})
    house.start()
    house.pass_minutes(2)
    outcome, _, reason = house.last_decision()
    assert outcome == "DENIED"
    assert "the exchange has not told yet whether it is open today" in reason
    assert house.rows("SELECT count(*) FROM orders") == [(0,)]
