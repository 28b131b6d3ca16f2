"""Places for connections: this machine's own screen always finds one."""

import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestra.api.api_parts import ApiLimits
from orchestra.api.wire.admission import Admission
from orchestra.api.wire.token_bucket import KEPT_SOURCES, TokenBuckets

LIMITS = ApiLimits(connections=6, loopback_connections=2, lan_connections=3, lan_burst=100)


@pytest.fixture
def connections() -> Iterator[list[socket.socket]]:
    made = [socket.socket() for _ in range(10)]
    yield made
    for each in made:
        each.close()


def test_a_crowd_from_the_network_leaves_room_for_the_own_screen(connections: list[socket.socket]) -> None:
    admission = Admission(LIMITS)
    crowd = [admission.enter(each, f"192.168.1.{number}", 0.0) for number, each in enumerate(connections[:6])]
    assert crowd == [True] * 4 + [False] * 2
    assert [admission.enter(each, "127.0.0.1", 0.0) for each in connections[6:9]] == [True, True, False]


def test_one_address_of_the_network_gets_no_more_than_its_share(connections: list[socket.socket]) -> None:
    admission = Admission(LIMITS)
    assert [admission.enter(each, "192.168.1.5", 0.0) for each in connections[:4]] == [True, True, True, False]
    admission.leave(connections[0])
    assert admission.enter(connections[4], "192.168.1.5", 0.0)
    assert len(admission.open) == 3


def test_an_address_that_connects_all_the_time_is_slowed_down(connections: list[socket.socket]) -> None:
    admission = Admission(ApiLimits(lan_burst=2))
    asked = [admission.enter(connections[0], "192.168.1.5", now) for now in (0.0, 0.0, 0.0, 1.0, 1.0)]
    assert asked == [True, True, False, True, False]
    assert admission.enter(connections[1], "127.0.0.1", 1.0)


@given(st.lists(st.floats(0, 3, allow_nan=False), max_size=60))
def test_a_bucket_never_gives_more_than_its_burst_and_its_rate(pauses: list[float]) -> None:
    buckets, now, given_at = TokenBuckets(burst=3, per_second=1), 0.0, []
    for pause in pauses:
        now += pause
        if buckets.take("a", now):
            given_at.append(now)
    for first in range(len(given_at)):
        for last in range(first, len(given_at)):
            assert last - first + 1 <= 3 + (given_at[last] - given_at[first]) + 1e-6


def test_ten_thousand_sources_do_not_fill_the_memory() -> None:
    buckets = TokenBuckets(burst=1, per_second=1)
    assert all(buckets.take(str(number), 0.0) for number in range(10_000))
    assert len(buckets._left) == KEPT_SOURCES
