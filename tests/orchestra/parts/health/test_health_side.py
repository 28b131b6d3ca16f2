"""The health side of a real engine: what it says of itself, and of its last day."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from orchestra.parts.health.health_side import POINTS_A_DAY, HealthSide
from tests.orchestra.live_house import LiveHouse
from tests.orchestra.parts.health.test_examiner import Steady

PAST_TEN_MINUTES = 601.0


class Memory:
    def __init__(self) -> None:
        self.held = 100_000_000

    def __call__(self) -> int:
        return self.held


@pytest.fixture
def house(tmp_path: Path) -> Iterator[LiveHouse]:
    with ExitStack() as stack:
        yield LiveHouse(tmp_path, stack)


def side_of(house: LiveHouse, steady: Steady, memory: Memory) -> HealthSide:
    return HealthSide(house.engine, resident=memory, keeping=lambda: None, steady=steady)


def test_an_engine_tells_of_its_broker_streams_clock_and_minutes(house: LiveHouse) -> None:
    side = side_of(house, Steady(), Memory())
    house.start()
    house.pass_minutes(1)
    house.engine._pass()
    seen = side.readings
    assert seen is not None
    assert seen.broker.answer is not None
    assert seen.broker.answer[1] == 200
    assert seen.data.connected_seconds is not None
    assert (seen.data.wanted, seen.data.confirmed) == (1, 1)
    assert seen.orders.connected_seconds is not None
    assert seen.turns.minute == house.engine.books.minute
    assert seen.turns.slowest is not None
    assert seen.closed_gates == house.engine.closed_gates()


def test_it_is_read_every_two_seconds_however_fast_the_passes_are(house: LiveHouse) -> None:
    steady = Steady()
    side = side_of(house, steady, Memory())
    house.engine._pass()
    first = side.readings
    steady.at += 1.9
    house.engine._pass()
    assert side.readings is first
    steady.at += 0.2
    house.engine._pass()
    assert side.readings is not first


def test_the_trend_keeps_the_most_memory_of_each_ten_minutes_for_a_day(house: LiveHouse) -> None:
    steady, memory = Steady(), Memory()
    side = side_of(house, steady, memory)
    house.engine._pass()
    memory.held = 300_000_000
    steady.at += 3
    house.engine._pass()
    memory.held = 120_000_000
    steady.at += PAST_TEN_MINUTES
    house.engine._pass()
    assert side.readings
    assert [point.resident_bytes for point in side.readings.trend] == [100_000_000, 300_000_000]
    for _ in range(POINTS_A_DAY):
        steady.at += PAST_TEN_MINUTES
        house.engine._pass()
    assert len(side.readings.trend) == POINTS_A_DAY
    assert side.readings.trend[0].resident_bytes == 120_000_000
