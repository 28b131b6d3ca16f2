"""A bar looks like a plain dict everywhere and changes nowhere."""

import copy
import json
import pickle
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from database.bars.bar_mapping import BarMapping, shape
from tests.database.market import bar_at, session_on

PLAIN: dict[str, Any] = {
    "timestamp": "2026-11-20T14:30:00Z",
    "ohlcv": {"o": 100.0, "h": 101.0, "l": 50.0, "c": 100.0, "v": 10.0},
}


@pytest.fixture
def bar() -> BarMapping:
    return shape(bar_at(session_on().open))


@pytest.mark.requirement("S2-03")
def test_a_bar_has_the_shape_of_the_contract(bar: BarMapping) -> None:
    assert bar == PLAIN
    assert bar == PLAIN
    assert repr(bar) == repr(PLAIN)
    assert str(bar) == str(PLAIN)
    assert json.dumps(bar) == json.dumps(PLAIN)
    assert isinstance(bar, dict)
    assert {**bar} == PLAIN
    assert list(bar["ohlcv"]) == ["o", "h", "l", "c", "v"]
    assert all(type(value) is float for value in bar["ohlcv"].values())


def test_pandas_reads_bars_like_plain_dicts(bar: BarMapping) -> None:
    frame = pd.DataFrame([{"timestamp": row["timestamp"], **row["ohlcv"]} for row in [bar]])
    assert pd.DataFrame([bar["ohlcv"]]).to_dict("records") == [PLAIN["ohlcv"]]
    assert frame["c"].tolist() == [100.0]
    assert pd.json_normalize([bar])["ohlcv.c"].tolist() == [100.0]


def change_item(bar: Any) -> None:
    bar["c"] = 1.0


def delete_item(bar: Any) -> None:
    del bar["c"]


def merge(bar: Any) -> None:
    bar |= {"c": 1.0}


@pytest.mark.parametrize(
    "change",
    [
        change_item,
        delete_item,
        merge,
        lambda bar: bar.update(c=1.0),
        lambda bar: bar.pop("c"),
        lambda bar: bar.popitem(),
        lambda bar: bar.clear(),
        lambda bar: bar.setdefault("c", 1.0),
    ],
)
def test_every_change_is_refused_on_both_levels(bar: BarMapping, change: Callable[[Any], object]) -> None:
    for mapping in (bar, bar["ohlcv"]):
        with pytest.raises(TypeError, match="cannot be changed"):
            change(mapping)
    assert bar == PLAIN


@pytest.mark.parametrize(
    "duplicate",
    [
        BarMapping.copy,
        copy.copy,
        copy.deepcopy,
        lambda bar: pickle.loads(pickle.dumps(bar)),
    ],
)
def test_a_copy_is_a_plain_dict_that_may_be_changed(
    bar: BarMapping, duplicate: Callable[[BarMapping], dict[str, Any]]
) -> None:
    changed = duplicate(bar)
    assert type(changed) is dict
    assert type(changed["ohlcv"]) is dict
    changed["ohlcv"]["c"] = 1.0
    assert bar == PLAIN
