"""One validator for every source: what is a bar, what is none, and that both paths agree."""

from datetime import UTC, datetime
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.bar import MINUTE, Bar, BarSource
from database.errors import MarketDataError
from database.normaliser import bar_from_alpaca, epoch_seconds, make_bar

FIELDS = {"o": 388.98, "h": 389.13, "l": 388.97, "c": 389.12, "v": 49378, "n": 461, "vw": 389.06}
HISTORY = {"t": "2026-11-19T19:15:00Z", **FIELDS}
STREAM = {"T": "b", "S": "SPY", "t": msgpack.Timestamp(1_795_115_700), **FIELDS}


def normalised(message: dict[str, Any]) -> Bar:
    return bar_from_alpaca("SPY", message, BarSource.STREAM)


@pytest.mark.requirement("S2-35")
@pytest.mark.requirement("S2-34")
def test_the_same_bar_from_stream_and_history_compares_equal() -> None:
    unpacked = msgpack.unpackb(msgpack.packb(STREAM), timestamp=0)
    stream = bar_from_alpaca("SPY", unpacked, BarSource.STREAM)
    history = bar_from_alpaca("SPY", HISTORY, BarSource.HISTORY)
    assert stream == history
    assert repr(stream.volume) == repr(history.volume)
    assert stream.ts % MINUTE == 0
    assert stream.ts == 1_795_115_700


@pytest.mark.parametrize(
    "moment",
    [
        "2026-11-19T19:15:00Z",
        "2026-11-19T19:15:00.000000000Z",
        "2026-11-19T14:15:00-05:00",
        datetime(2026, 11, 19, 19, 15, tzinfo=UTC),
        msgpack.Timestamp(1_795_115_700),
        1_795_115_700,
    ],
)
def test_every_spelling_of_a_moment_is_the_same_second(moment: object) -> None:
    assert epoch_seconds(moment) == 1_795_115_700


@pytest.mark.parametrize(
    "change",
    [
        {"t": "2026-11-19T19:15:30Z"},
        {"t": "2026-11-19T19:15:00.5Z"},
        {"t": "2026-11-19T19:15:00"},
        {"t": "yesterday"},
        {"t": msgpack.Timestamp(1_795_115_700, 1)},
        {"t": 1_795_115_700_000_000_000},
        {"t": True},
        {"t": None},
        {"o": None},
        {"c": "much"},
        {"h": float("inf")},
        {"l": float("nan")},
        {"l": 0},
        {"l": -1.0},
        {"h": 389.0},
        {"l": 388.99},
        {"v": -1},
        {"v": float("nan")},
        {"vw": float("inf")},
        {"n": -1},
        {"h": 10**400},
    ],
)
def test_a_bar_that_cannot_be_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(MarketDataError, match="SPY"):
        normalised({**HISTORY, **change})


@pytest.mark.parametrize("field", ["t", "o", "h", "l", "c", "v"])
def test_a_bar_without_a_field_is_refused(field: str) -> None:
    with pytest.raises(MarketDataError, match="SPY"):
        normalised({key: value for key, value in HISTORY.items() if key != field})


def test_average_and_count_may_be_absent() -> None:
    bar = normalised({key: value for key, value in HISTORY.items() if key not in {"n", "vw"}})
    assert (bar.vwap, bar.trade_count) == (None, None)
    assert normalised({**HISTORY, "vw": 0, "n": 0}).vwap is None


number = st.one_of(st.floats(), st.floats(min_value=0.01, max_value=1000))


@given(number, number, number, number, number)
def test_whatever_passes_could_be_stored(opening: float, high: float, low: float, close: float, volume: float) -> None:
    try:
        bar = make_bar(
            "SPY", MINUTE, open=opening, high=high, low=low, close=close, volume=volume, source=BarSource.HISTORY
        )
    except MarketDataError:
        return
    assert 0 < bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high < float("inf")
    assert 0 <= bar.volume < float("inf")
