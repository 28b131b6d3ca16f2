"""The allocator: whatever the wishes are, no more is granted than there is, and nobody better goes without."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestra.risk.scarce.allocator import Candidate, Resource, lacking, ranked, scarce
from system_databse.trading_signal import Action, TradingSignal

ONE = Decimal(1)


def candidate(id_: int, confidence: float | None, profit: float | None, *, closed: int = 0, wins: int = 0) -> Candidate:
    signal = TradingSignal(id_, f"toy{id_}", "AAA", 60, Action.BUY, ONE, confidence=confidence, expected_profit=profit)
    return Candidate(signal, {Resource.SLOT: ONE}, closed, wins)


fractions = st.one_of(st.none(), st.floats(-1, 2, allow_nan=False))
candidates = st.lists(st.tuples(fractions, fractions, st.integers(0, 50), st.integers(0, 50)), max_size=8).map(
    lambda rows: [candidate(n, c, p, closed=max(a, b), wins=min(a, b)) for n, (c, p, a, b) in enumerate(rows)]
)


@pytest.mark.requirement("S0-25")
@given(wishes=candidates, supply=st.integers(0, 5), seed=st.randoms())
def test_the_best_get_it_while_it_lasts(wishes: list[Candidate], supply: int, seed: object) -> None:
    mixed = list(wishes)
    seed.shuffle(mixed)  # type: ignore[attr-defined]
    order = ranked(mixed)
    assert order == ranked(wishes), "the order in which algorithms decide changes nothing"
    left, granted = Decimal(supply), []
    for each in order:
        if lacking(each, {Resource.SLOT: left}) is None:
            granted.append(each)
            left -= 1
    assert len(granted) == min(supply, len(wishes))
    best_loser = max((each.score for each in wishes if each not in granted), default=0.0)
    assert all(each.score >= best_loser for each in granted)
    assert bool(scarce(wishes, {Resource.SLOT: Decimal(supply)})) is (len(wishes) > supply)


@given(wishes=candidates)
def test_a_score_is_a_fraction_of_the_most_that_is_believed(wishes: list[Candidate]) -> None:
    assert all(0 <= each.score <= 0.20 for each in wishes)


def test_equal_scores_are_told_apart_by_confidence_then_name() -> None:
    sure, hopeful = candidate(2, 0.8, 0.05), candidate(1, 0.4, 0.10)
    assert ranked([hopeful, sure]) == [sure, hopeful]
    assert [each.signal.algorithm_id for each in ranked([candidate(2, 0.5, 0.1), candidate(1, 0.5, 0.1)])] == [1, 2]


def test_the_last_day_trade_can_be_kept_for_something_better() -> None:
    weak = candidate(1, 0.5, 0.01)
    floors = {1: 0.01}
    assert lacking(weak, {Resource.SLOT: ONE}, min_scores=floors) is Resource.SLOT
    assert lacking(weak, {Resource.SLOT: Decimal(2)}, min_scores=floors) is None
    assert lacking(replace(weak, needs={}), {Resource.SLOT: ONE}, min_scores=floors) is None
