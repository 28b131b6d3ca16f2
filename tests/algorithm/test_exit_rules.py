"""When a position is left: each rule at its very edge, and only by bars that ended after the entry."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algorithm.exit_rules import Exit, ExitRules, bars_since_entry, has_left_on_last_bar
from algorithm.holding import Holding, staleness
from database.timestamps import iso_minute

OPEN = 1_700_231_400
prices = st.floats(1, 1_000, allow_nan=False)


def bars(*closes: float, high: float = 0.0) -> list[dict[str, Any]]:
    return [
        {"timestamp": iso_minute(OPEN + 300 * i), "ohlcv": {"o": c, "h": max(c, high), "l": c, "c": c, "v": 1.0}}
        for i, c in enumerate(closes)
    ]


@pytest.mark.parametrize(
    ("rules", "closes", "wanted"),
    [
        (ExitRules(), (1.0, 500.0), None),
        (ExitRules(stop=2), (98.0,), None),
        (ExitRules(stop=2), (97.99,), Exit.STOP_LOSS),
        (ExitRules(stop=2), (97.0, 99.0), None),  # what was reached before is over
        (ExitRules(target=3), (102.99,), None),
        (ExitRules(target=3), (103.0,), Exit.TARGET),
        (ExitRules(trail=1), (110.0, 109.0), None),
        (ExitRules(trail=1), (110.0, 109.5, 108.99), Exit.TRAILING_STOP),
        (ExitRules(most_bars=3), (100.0, 100.0), None),
        (ExitRules(most_bars=3), (100.0, 100.0, 100.0), Exit.TIME),
        (ExitRules(stop=2, trail=1, target=3, most_bars=1), (90.0,), Exit.STOP_LOSS),
        (ExitRules(trail=1, target=3, most_bars=1), (120.0, 110.0), Exit.TRAILING_STOP),
        (ExitRules(target=3, most_bars=1), (110.0,), Exit.TARGET),
        (ExitRules(stop=2, most_bars=0), (), None),  # no bar has ended since the entry
    ],
)
def test_each_rule_holds_at_its_edge_and_the_worst_is_named(
    rules: ExitRules, closes: tuple[float, ...], wanted: Exit | None
) -> None:
    assert rules.wanted(100.0, bars(*closes)) is wanted


def test_the_trailing_stop_follows_highs_not_closes() -> None:
    assert ExitRules(trail=5).wanted(100.0, bars(100.0, high=105.01)) is Exit.TRAILING_STOP


@given(st.lists(prices, min_size=1, max_size=30), prices, st.floats(0.01, 50))
def test_a_wider_stop_never_leaves_earlier(closes: list[float], entry: float, distance: float) -> None:
    tight, wide = ExitRules(stop=distance, trail=distance), ExitRules(stop=2 * distance, trail=2 * distance)
    ends = range(1, len(closes) + 1)
    left = [[rules.wanted(entry, bars(*closes[:end])) is not None for end in ends] for rules in (tight, wide)]
    assert all(early or not late for early, late in zip(*left, strict=True))


@pytest.mark.parametrize(("seconds", "count"), [(0, 4), (299, 4), (300, 3), (302, 3), (899, 2), (900, 1), (1200, 0)])
def test_a_bar_counts_when_it_ended_after_the_entry(seconds: int, count: int) -> None:
    holding = Holding(10, 0.0, entered_at=OPEN + seconds, entry_price=100.0)
    assert len(bars_since_entry(bars(1.0, 2.0, 3.0, 4.0), holding, minutes=5)) == count


@pytest.mark.parametrize(("seconds", "has_left"), [(1199, False), (1200, True), (1201, True)])
def test_whoever_left_on_the_last_bar_waits_for_the_next(seconds: int, has_left: bool) -> None:
    holding = Holding(0, 0.0, left_at=OPEN + seconds)
    assert has_left_on_last_bar(bars(1.0, 2.0, 3.0, 4.0), holding, minutes=5) is has_left
    assert not has_left_on_last_bar(bars(1.0, 2.0), Holding(0, 0.0), minutes=5)


@pytest.mark.parametrize(("minutes", "longest"), [(1, 5), (5, 9), (15, 19)])
def test_a_bar_is_new_until_five_minutes_after_its_successor_is_missing(minutes: int, longest: int) -> None:
    end = OPEN + 60 * minutes
    assert staleness(bars(1.0), end + 60 * longest, minutes=minutes) == ""
    assert "older than five minutes" in staleness(bars(1.0), end + 60 * (longest + 1), minutes=minutes)
