"""Luck is told from skill: the paper's own figures, seeded chance, and every way of turning signs."""

import math
import random
from itertools import product
from operator import mul

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestra.backtest.measures.luck import (
    as_good_by_chance,
    expected_best_sharpe,
    probabilistic_sharpe,
    verdict,
)


def test_the_papers_example_of_the_deflated_sharpe_ratio() -> None:
    """Annual 2.5 over 1250 days, 250 a year, skew -3, kurtosis 10, 100 tries whose annual ratios have variance 1/2.

    The paper goes on: 46 tries would have passed, and 88 with normal returns.
    """
    assert expected_best_sharpe(100, 0.5 / 250) == pytest.approx(0.1132, abs=5e-5)
    for tries, skew, kurtosis, printed in ((100, -3.0, 10.0, 0.9004), (46, -3.0, 10.0, 0.9505), (88, 0.0, 3.0, 0.9505)):
        benchmark = expected_best_sharpe(tries, 0.5 / 250)
        told = probabilistic_sharpe(2.5 / math.sqrt(250), benchmark, count=1250, skew=skew, kurtosis=kurtosis)
        assert told == pytest.approx(printed, abs=5e-5)


def test_the_best_of_many_coin_tosses_is_called_luck() -> None:
    chance, called = random.Random(11), 0
    for _ in range(60):
        tries = [[chance.gauss(0, 0.01) for _ in range(250)] for _ in range(30)]
        sharpes = [annualised(returns) for returns in tries]
        best = max(range(30), key=sharpes.__getitem__)
        called += verdict(tries[best], sharpes).is_likely_luck
    assert called >= 55


def test_skill_is_not_called_luck_and_too_little_is() -> None:
    chance = random.Random(3)
    skilled = [chance.gauss(0.004, 0.01) for _ in range(250)]
    others = [annualised([chance.gauss(0, 0.01) for _ in range(250)]) for _ in range(29)]
    judged = verdict(skilled, [annualised(skilled), *others])
    assert not judged.is_likely_luck
    assert "unlikely to be luck alone" in judged.sentence
    assert verdict(skilled[:10], [1.0, 2.0]).is_likely_luck
    told = verdict(skilled[:10], [None]).sentence
    assert told.startswith("1 try, and too few days")
    assert told.endswith("treat the best one as luck.")


def test_a_single_try_is_not_compared_with_others() -> None:
    judged = verdict([0.01, -0.005] * 100, [5.28])
    assert judged.expected == 0.0
    assert judged.sentence.startswith("The only try has a Sharpe ratio of 5.28. It is unlikely to be luck alone")


def test_returns_that_never_vary_tell_nothing() -> None:
    judged = verdict([0.001] * 300, [None, 1.0, 2.0])
    assert (judged.best, judged.probability, judged.is_likely_luck) == (None, None, True)


small_profits = st.lists(st.integers(-50, 50).map(float), min_size=1, max_size=9)


@given(small_profits, st.integers(0, 99))
def test_tosses_come_near_to_all_ways_of_turning_signs(profits: list[float], seed: int) -> None:
    told = as_good_by_chance(profits, random.Random(seed), flips=2_000)
    dealt = [profit for profit in profits if profit]
    if not dealt:
        assert told is None
        return
    ways = [sum(map(mul, dealt, signs)) >= sum(dealt) for signs in product((-1, 1), repeat=len(dealt))]
    assert told == pytest.approx(sum(ways) / len(ways), abs=0.06)


def test_few_and_many_profits_are_judged_alike() -> None:
    chance = random.Random(5)
    for mean in (0.0, 0.1, -0.1):
        profits = [chance.gauss(mean, 1.0) for _ in range(500)]
        tossed = as_good_by_chance(profits, random.Random(1))
        # One profit of next to nothing more takes the other way.
        assert tossed == pytest.approx(as_good_by_chance([*profits, 1e-9], random.Random(1)), abs=0.03)


def test_profits_without_skill_seldom_look_like_skill() -> None:
    chance = random.Random(2)
    found = [as_good_by_chance([chance.gauss(0, 10) for _ in range(40)], chance, flips=200) for _ in range(400)]
    assert 8 <= sum(p is not None and p <= 0.05 for p in found) <= 32
    assert as_good_by_chance([1.0] * 10 + [-0.1] * 10, chance) == pytest.approx(1 / 1_001, abs=0.003)


def annualised(returns: list[float]) -> float:
    mean = sum(returns) / len(returns)
    deviation = math.sqrt(sum((value - mean) ** 2 for value in returns) / (len(returns) - 1))
    return mean / deviation * math.sqrt(252)
