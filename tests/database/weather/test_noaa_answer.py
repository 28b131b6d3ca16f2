"""NOAA's products in every shape they have had, and whatever else may come in their place."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.errors import MarketDataError
from database.weather.k_index import Source
from database.weather.noaa_answer import read_answer
from tests.database.weather.weather_samples import as_minutes, as_objects, as_rows, at

STORM = [("2017-09-07T21:00:00Z", 7.667), ("2017-09-08T00:00:00Z", 8.0), ("2017-09-08T03:00:00Z", 4.667)]


@pytest.mark.requirement("S0-03")
def test_the_three_hour_product_reads_the_same_as_objects_and_as_rows() -> None:
    objects, rows = read_answer(as_objects(STORM)), read_answer(as_rows(STORM))
    assert [(each.ts, each.source) for each in objects] == [(each.ts, each.source) for each in rows]
    assert [each.ts for each in objects] == [at(text.removesuffix("Z")) for text, _ in STORM]
    assert [each.kp for each in objects] == [kp for _, kp in STORM]
    assert [each.kp for each in rows] == [round(kp, 2) for _, kp in STORM]
    assert {each.source for each in objects} == {Source.THREE_HOURS}


@pytest.mark.requirement("S0-03")
def test_the_minutes_product_is_sorted_and_carries_the_estimate() -> None:
    samples = read_answer(as_minutes([(120, 5.33), (60, 7.67), (180, 0.0)]))
    assert [(each.ts, each.source, each.value) for each in samples] == [
        (60, Source.ONE_MINUTE, 7.67),
        (120, Source.ONE_MINUTE, 5.33),
        (180, Source.ONE_MINUTE, 0),
    ]


@pytest.mark.requirement("S0-03")
@pytest.mark.parametrize(
    ("row", "value"),
    [
        ({"TIME_TAG": "2026-11-20T12:00:30Z", "Kp_Index": "6", "ESTIMATED_KP": " 6.33 "}, 6.33),
        ({"time_tag": "2026-11-20 12:00:00", "kp_index": 6, "estimated_kp": None}, 6.0),
        ({"time_tag": "2026-11-20T12:00:00", "kp_index": 6, "estimated_kp": "NaN"}, 6.0),
        ({"time_tag": "2026-11-20T12:00:00", "kp_index": True, "estimated_kp": 6}, 6.0),
        ({"time_tag": "2026-11-20T13:00:00+01:00", "kp": "6.00"}, 6.0),
    ],
)
def test_names_in_any_case_and_numbers_as_texts_are_read(row: dict[str, Any], value: float) -> None:
    (sample,) = read_answer(json.dumps([row]).encode())
    assert (sample.ts, sample.value) == (at("2026-11-20T12:00"), value)


@pytest.mark.requirement("S0-03")
@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html><body>503 Service Unavailable</body></html>",
        b"null",
        b"{}",
        b"[]",
        b"[[]]",
        b'[["time_tag","Kp"]]',
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'[{"time_tag": "2026-11-20T12:00:00", "kp_index": NaN, "estimated_kp": Infinity}]',
        b'[{"time_tag": "2026-11-20T12:00:00", "kp_index": 1e999}]',
        b'[{"time_tag": "2026-11-20T12:00:00", "kp": -1}]',
        b'[{"time_tag": "2026-11-20T12:00:00", "kp": ' + b"9" * 400 + b"}]",
        b'[{"time_tag": "2026-11-20T12:00:00", "kp": ' + b"9" * 5_000 + b"}]",
        b'[{"time_tag": 20261120, "kp": 5}]',
        b'[{"time_tag": "0001-01-01T00:00:00+23:00", "kp": 5}]',
        b'[{"time_tag": "yesterday", "kp": 5}]',
        b'[{"time_tag": "2026-11-20T12:00:00", "kp": {"kp": 5}}]',
    ],
)
def test_what_is_no_answer_is_one_error_of_ours(answer: bytes) -> None:
    with pytest.raises(MarketDataError):
        read_answer(answer)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.just("2026-11-20T12:00:00"),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["time_tag", "TIME_TAG", "kp", "Kp", "kp_index", "estimated_kp"]) | st.text(max_size=4),
            inner,
            max_size=5,
        )
    ),
    max_leaves=40,
)


@pytest.mark.requirement("S0-03")
@given(st.binary(max_size=200) | values.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_readings_from_zero_to_nine_or_one_error_of_ours(answer: bytes) -> None:
    try:
        samples = read_answer(answer)
    except MarketDataError:
        return
    assert samples
    assert all(each.value is not None and 0 <= each.value <= 9 for each in samples)
    assert [each.ts for each in samples] == sorted({each.ts for each in samples})
