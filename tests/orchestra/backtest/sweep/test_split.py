"""Splits: what judges a choice comes after all that it was made on."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.errors import ConfigError
from orchestra.backtest.sweep.split import held_out, walk_forward


@given(st.integers(1, 2_000), st.integers(1, 30), st.booleans())
def test_windows_never_overlap_what_they_are_judged_on(sessions: int, count: int, is_anchored: bool) -> None:
    if sessions < 2 * (count + 1):
        with pytest.raises(ConfigError, match="too few"):
            walk_forward(sessions, count, is_anchored=is_anchored)
        return
    windows = walk_forward(sessions, count, is_anchored=is_anchored)
    assert len(windows) == count
    for window in windows:
        assert 0 <= window.chosen_on[0] < window.chosen_on[1] == window.judged_on[0] < window.judged_on[1]
    judged = [window.judged_on for window in windows]
    assert all(earlier[1] == later[0] for earlier, later in pairwise(judged))
    assert judged[-1][1] == sessions
    starts = [window.chosen_on[0] for window in windows]
    assert starts == ([0] * count if is_anchored else [0, *(window.chosen_on[1] for window in windows[:-1])])


@given(st.integers(1, 3_000), st.floats(0.01, 0.99))
def test_a_held_out_part_is_the_last(sessions: int, part: float) -> None:
    kept = round(sessions * part)
    if not 0 < kept < sessions:
        with pytest.raises(ConfigError, match="too few"):
            held_out(sessions, part)
        return
    window = held_out(sessions, part)
    assert window.chosen_on == (0, sessions - kept)
    assert window.judged_on == (sessions - kept, sessions)


@pytest.mark.parametrize("part", [0, 1, -0.3, 30, float("nan"), float("inf")])
def test_a_part_that_is_none_is_refused(part: float) -> None:
    with pytest.raises(ConfigError, match="between 0 and 1"):
        held_out(100, part)
