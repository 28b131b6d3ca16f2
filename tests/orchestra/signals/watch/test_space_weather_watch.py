"""NOAA is asked while an algorithm wants to know, every five minutes; whatever it answers, the minutes go on."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from database.bar import MINUTE
from database.bars.market_world import MarketWorld
from database.errors import MarketDataError
from orchestra.runtime.agenda import Agenda
from orchestra.runtime.clock import SystemClock
from orchestra.signals.watch.space_weather_watch import EVERY_SECONDS, SpaceWeatherWatch
from tests.database.market import open_world
from tests.database.weather.weather_samples import as_minutes

OPEN = int(datetime(2026, 11, 20, 14, 30, tzinfo=UTC).timestamp())


class HandClock(SystemClock):
    seconds = float(OPEN)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic(self) -> float:
        return self.seconds


class Hall:
    """A watch whose look-ups are done at once."""

    def __init__(self, world: MarketWorld) -> None:
        self.world, self.clock = world, HandClock()
        self.agenda = Agenda(self.clock)
        self.answer: bytes | Exception = b""
        self.asked: list[int] = []
        self.watch = SpaceWeatherWatch(world, self.clock, self.start, fetch=self.fetch, agenda=self.agenda)

    def fetch(self) -> bytes:
        self.asked.append((int(self.clock.seconds) - OPEN) // MINUTE)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer or as_minutes([(int(self.clock.seconds) - 60, 7.33)])

    @staticmethod
    def start(work: Callable[[], Any]) -> "Future[Any]":
        future: Future[Any] = Future()
        try:
            future.set_result(work())
        except (MarketDataError, ZeroDivisionError) as error:
            future.set_exception(error)
        return future

    def minutes(self, count: int, *, is_asking: bool = True) -> list[float | None]:
        """Let minutes go by, each with a few idle passes; return what was known at each."""
        known = []
        for _ in range(count):
            self.clock.seconds += MINUTE
            self.world.as_of = int(self.clock.seconds)
            known.append(self.world.space_weather().value if is_asking else None)
            for _ in range(3):
                self.watch.run_due()
        return known


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    world = open_world(tmp_path)
    yield Hall(world)
    world.bar_store.store.close()


@pytest.mark.requirement("S0-03")
def test_it_is_asked_every_five_minutes_as_long_as_an_algorithm_wants_to_know(hall: Hall) -> None:
    assert hall.minutes(5, is_asking=False) == [None] * 5
    assert hall.asked == []
    assert hall.minutes(12)[1:] == [7.33] * 11
    assert hall.asked == [6, 11, 16]
    hall.minutes(12, is_asking=False)
    assert hall.asked == [6, 11, 16]


def test_nights_count_as_asking_when_the_sessions_last_minute_did(hall: Hall) -> None:
    hall.minutes(1)
    hall.clock.seconds += 3600
    hall.watch.run_due()
    assert hall.asked == [1, 61]


@pytest.mark.requirement("S0-03", "S0-30")
@pytest.mark.parametrize(
    "answer",
    [
        b"<html>maintenance</html>",
        b"[]",
        MarketDataError("NOAA did not answer."),
        ZeroDivisionError("a mistake of ours"),
    ],
)
def test_a_noaa_that_fails_is_unknown_and_said_once(
    hall: Hall, answer: bytes | Exception, caplog: pytest.LogCaptureFixture
) -> None:
    hall.minutes(1)
    hall.answer = answer
    known = hall.minutes(40)
    assert known[:5] == [7.33] * 5
    assert known[-1] is None
    assert caplog.text.count("The K-index could not be looked up") == 1
    end = hall.agenda.last_ok["space_weather"]
    assert (end.at.timestamp(), end.every_seconds) == (OPEN + MINUTE, EVERY_SECONDS)
    hall.answer = b""
    hall.minutes(6)
    assert hall.minutes(1) == [7.33]
