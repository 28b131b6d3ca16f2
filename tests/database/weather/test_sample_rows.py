"""Readings on disk: each as it was first told; and the recorded storm of September 2017, as its days knew it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from database import db_manager
from database.bar import MINUTE
from database.bars.market_world import MarketWorld
from database.timestamps import iso_minute
from database.weather import sample_rows
from database.weather.k_index import WINDOW, Sample, Source
from database.weather.noaa_answer import read_answer
from tests.database.market import open_world
from tests.database.weather.weather_samples import as_objects, at, minute, recorded_kp


@pytest.fixture
def world(tmp_path: Path) -> Iterator[MarketWorld]:
    world = open_world(tmp_path)
    yield world
    world.bar_store.store.close()


def stored(world: MarketWorld) -> list[Sample]:
    with world.bar_store.store.reader() as connection:
        return sample_rows.between(connection, 0, 1 << 40)


def test_a_reading_stays_as_it_was_first_told(world: MarketWorld) -> None:
    first, again = minute("2026-11-20T12:00", 7.0), minute("2026-11-20T12:00", 1.0)
    for told, fetched in ((first, "2026-11-20T12:02"), (again, "2026-11-20T12:07")):
        with world.bar_store.store.transaction() as connection:
            sample_rows.note_answer(connection, [told], at=at(fetched))
    assert stored(world) == [minute("2026-11-20T12:00", 7.0, fetched="2026-11-20T12:02")]


def test_what_is_not_over_yet_is_not_stored(world: MarketWorld) -> None:
    under_way = Sample(at("2026-11-20T12:00"), Source.THREE_HOURS, 8.0)
    with world.bar_store.store.transaction() as connection:
        sample_rows.note_answer(connection, [under_way], at=at("2026-11-20T14:59"))
    assert stored(world) == []


@pytest.mark.requirement("S0-03")
def test_a_failure_lasts_until_the_next_answer_even_when_that_brings_nothing_new(world: MarketWorld) -> None:
    told, store = Sample(at("2026-11-20T09:00"), Source.THREE_HOURS, 8.0), world.bar_store.store
    known = []
    for text in ("12:05", "12:10", "12:15", "12:20"):
        with store.transaction() as connection:
            if text == "12:10":
                sample_rows.note_failure(connection, at=at(f"2026-11-20T{text}"))
            else:
                sample_rows.note_answer(connection, [told], at=at(f"2026-11-20T{text}"))
        world.as_of = at(f"2026-11-20T{text}") + MINUTE
        known.append(world.space_weather().value)
    assert known == [8.0, None, 8.0, 8.0]
    assert [each.source for each in stored(world)] == [Source.THREE_HOURS, Source.FAILED, Source.ANSWERED]


@pytest.mark.requirement("S0-03")
def test_an_algorithm_asks_for_the_past_and_never_sees_later_than_now(world: MarketWorld) -> None:
    with world.bar_store.store.transaction() as connection:
        sample_rows.add(connection, [minute("2026-11-20T14:31", 3.0), minute("2026-11-20T14:40", 8.0)])
    db_manager.bind(world)
    try:
        world.as_of = at("2026-11-20T14:35")
        assert db_manager.get_space_weather("2026-11-20T14:45:00Z") == {
            "k_index": 3.0,
            "timestamp": "2026-11-20T14:31:00Z",
            "why": "",
        }
        world.as_of = at("2026-11-20T14:45")
        assert db_manager.get_space_weather()["k_index"] == 8.0
        assert db_manager.get_space_weather("2026-11-20T14:35:00Z")["k_index"] == 3.0
        assert db_manager.get_space_weather("2026-11-20T14:31:00Z")["k_index"] is None
    finally:
        db_manager.unbind()


def test_a_market_without_space_weather_says_so(world: MarketWorld) -> None:
    world.no_weather = "this market has none"
    assert world.space_weather(at("2026-11-20T14:45")).why == "this market has none"


@pytest.mark.requirement("S0-29", "S0-27")
def test_the_test_mode_is_a_storm_without_any_reading() -> None:
    db_manager.force_k_index(7.0)
    try:
        told = db_manager.get_space_weather("2026-11-20T14:45:00Z")
        assert told == {"k_index": 7.0, "timestamp": None, "why": "test mode"}
    finally:
        db_manager.force_k_index(None)


@pytest.mark.requirement("S0-03", "S0-28")
def test_the_recorded_storm_begins_and_ends_at_the_right_three_hours(world: MarketWorld, recorded_days: Path) -> None:
    """A reading is of use in the three hours after its own, when it is complete: 7 and above on, below 5 off."""
    told = recorded_kp(recorded_days, "2017-09-06T00", "2017-09-10T00")
    with world.bar_store.store.transaction() as connection:
        sample_rows.add(connection, read_answer(as_objects(told)))
    is_on, spells = False, []
    for minute_of_storm in range(at("2017-09-06T06:00"), at("2017-09-10T00:00"), 15 * MINUTE):
        world.as_of = minute_of_storm
        value = world.space_weather().value
        assert value == dict(told)[iso_minute(minute_of_storm // WINDOW * WINDOW - WINDOW)]
        if (value >= 7 and not is_on) or (value < 5 and is_on):
            is_on = not is_on
            spells.append((iso_minute(minute_of_storm), is_on))
    assert spells == [
        ("2017-09-08T00:00:00Z", True),
        ("2017-09-08T06:00:00Z", False),
        ("2017-09-08T15:00:00Z", True),
        ("2017-09-09T00:00:00Z", False),
    ]
