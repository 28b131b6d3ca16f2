"""A run in real time that asks for space weather: known from the second minute on, and never in a minute's way."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.database.weather.weather_samples import as_minutes
from tests.orchestra.live_house import OPEN, LiveHouse

MINUTE = 60
ASKS = """
from database.db_manager import get_space_weather

class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.reason = ""
    def run(self, current_time, algo_id):
        weather = get_space_weather(current_time)
        self.reason = f"{weather['k_index']} {weather['why']}".strip()
        return "hold", 0
"""


class Noaa:
    """Answers with a storm, or with what it is told to."""

    answer: bytes | None = None

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> bytes:
        self.asked += 1
        return as_minutes([(OPEN - MINUTE, 7.67)]) if self.answer is None else self.answer


@pytest.fixture
def noaa() -> Noaa:
    return Noaa()


@pytest.fixture
def house(tmp_path: Path, noaa: Noaa) -> Iterator[LiveHouse]:
    with ExitStack() as stack:
        yield LiveHouse(tmp_path, stack, strategy=ASKS, space_weather=noaa)


def reasons(house: LiveHouse) -> list[str]:
    return [reason for (reason,) in house.rows("SELECT reason FROM decisions ORDER BY minute")]


@pytest.mark.requirement("S0-03", "S0-30")
def test_the_storm_is_known_a_minute_after_it_was_first_asked_for(house: LiveHouse, noaa: Noaa) -> None:
    house.start().pass_minutes(1)
    house.until(lambda: "space_weather" in house.engine.owner._workers(house.clock.seconds, 0.0))
    house.pass_minutes(3)
    assert reasons(house) == ["None nothing was measured of late", "7.67"]
    assert noaa.asked == 1
    rows = house.rows("SELECT ts, kp, estimated_kp, source FROM space_weather", "market")
    assert rows == [(OPEN - MINUTE, 7.0, 7.67, "noaa_1m")]


@pytest.mark.requirement("S0-03")
def test_a_noaa_that_answers_nonsense_costs_the_storm_and_no_minute(house: LiveHouse, noaa: Noaa) -> None:
    noaa.answer = b"<html>" + b"x" * 100_000
    house.start().pass_minutes(1)
    house.until(lambda: bool(house.rows("SELECT 1 FROM space_weather", "market")))
    house.pass_minutes(3)
    first, *others = reasons(house)
    assert first == "None nothing was measured of late"
    assert all(other.startswith("None it could not be asked for at") for other in others)
    assert {outcome for (outcome,) in house.rows("SELECT outcome FROM decisions")} == {"HELD"}
