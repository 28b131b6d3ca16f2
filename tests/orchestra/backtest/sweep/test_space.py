"""The space of a sweep: what is typed is understood or refused, what is drawn comes back by its seed."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.errors import ConfigError
from orchestra.backtest.sweep.space import MOST_VALUES, axes_of, drawn, grid, ranges_of, values_of
from orchestra.signals.parameters import read_parameters


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a=1,2,2,3", [1, 2, 3]),
        ("a=0.5,1", [0.5, 1]),
        ("a=none,5,True,word", [None, 5, True, "word"]),
        ("a=10:30:10", [10, 20, 30]),
        ("a=10:39:10", [10, 20, 30]),
        ("a=0.1:0.3:0.1", [0.1, 0.2, 0.3]),
        ("a=-2:2:2", [-2, 0, 2]),
    ],
)
def test_values_are_read(text: str, expected: list[object]) -> None:
    assert values_of(text) == ("a", expected)


@pytest.mark.parametrize(
    "text",
    [
        *("a", "=1", "a=", "a=1,,2", "a=1:2", "a=1:2:0", "a=1:2:-1", "a=3:1:1", "a=1:9999999:1", "a=nan", "a=1,inf"),
        *("a=0:1e308:1e-300", "a=0:1e14:1e-300", "a=true:3:1", "a=x:y:z", "a=1:2:3:4", "a=" + "9" * 5_000),
        "a=" + "w" * 41,
    ],
)
def test_values_that_cannot_be_are_refused(text: str) -> None:
    with pytest.raises(ConfigError) as refused:
        values_of(text)
    assert len(str(refused.value)) < 400 or len(text) > 1_000


@given(st.integers(-10_000, 10_000), st.integers(1, 500), st.integers(0, MOST_VALUES - 1), st.integers(0, 499))
def test_steps_begin_at_the_first_and_stay_within_the_last(first: int, step: int, count: int, rest: int) -> None:
    last = first + step * count + rest % step
    assert values_of(f"a={first}:{last}:{step}")[1] == [*range(first, last + 1, step)]


@given(st.dictionaries(st.sampled_from("abcd"), st.lists(st.integers(), min_size=1, max_size=5, unique=True)))
def test_a_grid_holds_every_combination_once(axes: dict[str, list[int]]) -> None:
    sets = grid(axes)
    assert len(sets) == math.prod(len(values) for values in axes.values())
    assert len({tuple(each.items()) for each in sets}) == len(sets)
    assert all(each[name] in axes[name] for each in sets for name in axes)


def test_the_last_name_changes_fastest() -> None:
    assert [tuple(each.values()) for each in grid(axes_of(["a=1,2", "b=x,y"]))] == [
        *((1, "x"), (1, "y"), (2, "x"), (2, "y")),
    ]


def test_a_large_grid_is_counted_and_needs_a_limit_an_absurd_one_is_refused() -> None:
    axes = {"a": range(100), "b": range(50)}
    with pytest.raises(ConfigError, match=r"5,000 trials, more than 1,000.*--limit 5000"):
        grid(axes)
    assert len(grid(axes, most=5_000)) == 5_000
    with pytest.raises(ConfigError, match="1,000,000 trials, which is absurd"):
        grid({"a": range(1_000), "b": range(1_000)}, most=10**9)


def test_a_name_may_come_once() -> None:
    with pytest.raises(ConfigError, match="a comes twice"):
        axes_of(["a=1", "b=2", "a=3"])
    with pytest.raises(ConfigError, match="a comes twice"):
        ranges_of(["a=1:2", "a=3:4"], {})


@given(st.integers(-1_000, 1_000), st.integers(0, 1_000), st.floats(-1e6, 1e6), st.floats(0, 1e3), st.integers())
def test_drawn_points_differ_lie_in_the_ranges_and_come_back_by_their_seed(
    low: int, width: int, start: float, length: float, seed: int
) -> None:
    ranges = {"whole": (low, low + width), "real": (start, start + length)}
    points = drawn(ranges, 10, random.Random(seed))
    assert points == drawn(ranges, 10, random.Random(seed))
    assert len({tuple(point.values()) for point in points}) == len(points) <= 10
    for point in points:
        assert isinstance(point["whole"], int)
        assert low <= point["whole"] <= low + width
        assert start <= point["real"] <= start + length


def test_ranges_that_hold_few_points_give_few() -> None:
    assert len(drawn({"a": (1, 3)}, 50, random.Random(1))) == 3


def test_many_random_trials_need_a_limit() -> None:
    with pytest.raises(ConfigError, match="--limit 1001"):
        drawn({"a": (1, 9_000)}, 1_001, random.Random(1))
    assert len(drawn({"a": (1, 9_000)}, 1_001, random.Random(1), most=1_001)) == 1_001
    with pytest.raises(ConfigError, match="cannot be"):
        drawn({"a": (1, 9_000)}, 50_001, random.Random(1), most=10**9)


def test_ranges_come_from_the_strategy_unless_typed() -> None:
    parameters = read_parameters([{"name": "a", "default": 5, "range": (1, 9)}, {"name": "b", "default": "x"}])
    assert ranges_of([], parameters) == {"a": (1, 9)}
    assert ranges_of(["c=1:2.5"], parameters) == {"c": (1, 2.5)}
    for wrong in (["c=1"], ["c=2:1"], ["c=x:2"], ["c=true:2"], ["=1:2"], ["c=1:nan"]):
        with pytest.raises(ConfigError, match=r"write|number|value"):
            ranges_of(wrong, parameters)
    with pytest.raises(ConfigError, match="tells no ranges"):
        ranges_of([], {})
