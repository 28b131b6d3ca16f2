"""The K-index as of a second: two windows, what was known by then, what is too old."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.weather.k_index import NOTHING_MEASURED, WINDOW, Sample, Source, k_index_at
from tests.database.weather.weather_samples import at, minute, three_hours

NOON = at("2026-11-20T12:00")


@pytest.mark.requirement("S0-03", "S0-28")
def test_an_estimate_that_begins_anew_does_not_hide_the_storm() -> None:
    samples = [minute("2026-11-20T11:58", 7.67), minute("2026-11-20T12:01", 0.33)]
    assert k_index_at(samples, at("2026-11-20T12:02")).value == 7.67
    assert k_index_at(samples, at("2026-11-20T12:20")).value == 7.67


@pytest.mark.requirement("S0-03")
def test_a_storm_counts_for_the_window_after_its_own_and_no_longer() -> None:
    storm, calm = minute("2026-11-20T09:00", 8.0), [minute("2026-11-20T14:59", 3.0), minute("2026-11-20T15:00", 1.0)]
    assert k_index_at([storm, minute("2026-11-20T14:58", 3.0)], at("2026-11-20T14:59")).value == 8.0
    assert k_index_at([storm, *calm], at("2026-11-20T15:01")).value == 3.0


@pytest.mark.requirement("S0-03")
@pytest.mark.parametrize(("asked", "value"), [("11:59", None), ("12:00", 5.0), ("12:29", 5.0), ("12:30", None)])
def test_a_reading_of_a_minute_is_known_when_it_is_over_and_old_after_half_an_hour(
    asked: str, value: float | None
) -> None:
    told = k_index_at([minute("2026-11-20T11:59", 5.0)], at(f"2026-11-20T{asked}"))
    assert told.value == value


@pytest.mark.requirement("S0-03")
@pytest.mark.parametrize(("asked", "value"), [("11:59", None), ("12:00", 5.0), ("14:59", 5.0), ("15:00", None)])
def test_a_reading_of_three_hours_is_known_when_they_are_over_and_stays_for_three_more(
    asked: str, value: float | None
) -> None:
    told = k_index_at([three_hours("2026-11-20T09:00", 5.0)], at(f"2026-11-20T{asked}"))
    assert told.value == value
    assert told.why == ("" if value else NOTHING_MEASURED)


def test_what_came_late_was_not_known_before_it_came() -> None:
    sample = minute("2026-11-20T11:50", 7.0, fetched="2026-11-20T11:56")
    assert k_index_at([sample], at("2026-11-20T11:55")).value is None
    assert k_index_at([sample], at("2026-11-20T11:56")).value == 7.0


@pytest.mark.requirement("S0-03")
def test_after_a_look_up_that_failed_nothing_is_known_until_the_next_answer() -> None:
    failed = Sample(at("2026-11-20T12:05") + 1, Source.FAILED, fetched_at=at("2026-11-20T12:05") + 1)
    answered = Sample(at("2026-11-20T12:10") + 1, Source.ANSWERED, fetched_at=at("2026-11-20T12:10") + 1)
    samples = [minute("2026-11-20T12:00", 7.0, fetched="2026-11-20T12:01"), failed, answered]
    at_minutes = {text: k_index_at(samples, at(f"2026-11-20T{text}")) for text in ("12:05", "12:06", "12:11")}
    assert [told.value for told in at_minutes.values()] == [7.0, None, 7.0]
    assert at_minutes["12:06"].why == "it could not be asked for at 2026-11-20T12:05:01Z"


def test_a_zero_estimate_gives_way_to_the_index() -> None:
    assert Sample(NOON, Source.ONE_MINUTE, kp=6.0, estimated_kp=0.0).value == 6.0
    assert k_index_at([minute("2026-11-20T11:58", 0.0)], NOON).value == 0.0


readings = st.builds(
    Sample,
    st.integers(NOON - 4 * WINDOW, NOON + WINDOW),
    st.sampled_from([Source.ONE_MINUTE, Source.THREE_HOURS]),
    st.floats(0, 9),
    st.none() | st.floats(0, 9),
    st.none() | st.integers(NOON - 4 * WINDOW, NOON + WINDOW),
)


@given(st.lists(readings, max_size=30), st.integers(NOON - WINDOW, NOON + WINDOW))
def test_no_reading_of_the_future_changes_what_was_known(samples: list[Sample], asked: int) -> None:
    told = k_index_at(samples, asked)
    assert k_index_at([each for each in samples if each.known_at <= asked], asked) == told
    assert k_index_at(reversed(samples), asked) == told
    assert told.value is None or told.value in [each.value for each in samples]
    assert (told.value is None) == bool(told.why)
