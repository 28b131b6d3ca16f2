"""The request budget: never more than its rate, room kept for what is urgent, silence after a refusal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestra.runtime.network.token_bucket import (
    LONGEST_PAUSE_SECONDS,
    PER_MINUTE,
    WAIT_SECONDS,
    BudgetSpent,
    Priority,
    TokenBucket,
)


class Hand:
    """Steady seconds that only waiting and the test move."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.bucket = TokenBucket(lambda: self.seconds, self.sleep)

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.seconds += seconds

    def taken(self, priority: Priority) -> int:
        """Return how many requests go at once."""
        count, now = 0, self.seconds
        while self.goes(priority) and self.seconds == now:
            count += 1
        return count

    def goes(self, priority: Priority) -> bool:
        try:
            self.bucket.take(priority)
        except BudgetSpent:
            return False
        return True


@pytest.mark.requirement("S2-71")
@pytest.mark.parametrize("priority", Priority)
def test_each_priority_leaves_room_for_those_above_it(priority: Priority) -> None:
    assert Hand().taken(priority) == PER_MINUTE - priority


def test_forty_requests_stay_for_cancels_and_queries_whatever_orders_do() -> None:
    hand = Hand()
    while hand.goes(Priority.EXIT) and hand.seconds == 1000.0:
        pass
    hand.seconds = 1000.0
    assert hand.taken(Priority.CANCEL) >= 40 - 1


def test_a_backfill_waits_and_an_order_is_told_at_once() -> None:
    hand = Hand()
    assert hand.taken(Priority.CANCEL) == PER_MINUTE
    waits_from = hand.seconds
    with pytest.raises(BudgetSpent, match="nothing was sent"):
        hand.bucket.take(Priority.ENTRY)
    assert hand.seconds == waits_from
    hand.bucket.take(Priority.BACKFILL)
    assert 25 < hand.seconds - waits_from < WAIT_SECONDS[Priority.BACKFILL]


@pytest.mark.requirement("S2-71")
def test_a_refusal_silences_everything_until_the_broker_counts_anew() -> None:
    hand = Hand()
    hand.bucket.close(17.0)
    assert not hand.goes(Priority.CANCEL)
    hand.bucket.take(Priority.BACKFILL)
    assert hand.seconds == pytest.approx(1017.0)
    assert hand.goes(Priority.ENTRY)


@pytest.mark.parametrize(("said", "waited"), [(-5.0, 1.0), (0.0, 1.0), (1e9, LONGEST_PAUSE_SECONDS)])
def test_a_senseless_time_of_the_broker_is_bounded(said: float, waited: float) -> None:
    hand = Hand()
    hand.bucket.close(said)
    hand.bucket.take(Priority.BACKFILL)
    assert hand.seconds == pytest.approx(1000.0 + waited)


@given(st.lists(st.tuples(st.sampled_from(list(Priority)), st.floats(0.0, 5.0)), max_size=400))
def test_no_stretch_of_time_holds_more_than_a_full_bucket_and_its_refill(wishes: list[tuple[Priority, float]]) -> None:
    hand, sent = Hand(), []
    for priority, pause in wishes:
        hand.seconds += pause
        if hand.goes(priority):
            sent.append(hand.seconds)
    for number, start in enumerate(sent):
        for count, moment in enumerate(sent[number:], start=1):
            assert count <= PER_MINUTE + (moment - start) * PER_MINUTE / 60 + 1


def test_what_is_left_is_told_and_nothing_during_a_pause() -> None:
    hand = Hand()
    assert hand.bucket.left == PER_MINUTE
    for _ in range(20):
        hand.bucket.take(Priority.CANCEL)
    assert (hand.bucket.left, hand.bucket.paused_seconds) == (PER_MINUTE - 20, 0.0)
    hand.bucket.close(23.0)
    assert (hand.bucket.left, hand.bucket.paused_seconds) == (0, 23.0)
    hand.seconds += 23.0
    assert (hand.bucket.left, hand.bucket.paused_seconds) == (PER_MINUTE, 0.0)
