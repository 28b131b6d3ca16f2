"""The lockout: waits grow, a restart refills nothing, and the owner is never locked out."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestra.api.auth.lockout import (
    FREE_TRIES,
    NETWORK_FAILURES,
    WAITS_S,
    Lockout,
    after_failure,
    faded,
    wait_of,
)
from orchestra.api.auth.peer import Peer
from system_databse.door.door_store import DoorStore
from system_databse.door.lockout_rows import Tries
from tests.orchestra.api.api_house import NOON

HERE = Peer("127.0.0.1", is_loopback=True, source="loopback")
PHONE = Peer("192.168.1.23", is_loopback=False, source="192.168.1.23")


@pytest.fixture
def door(tmp_path: Path):
    door = DoorStore.open(tmp_path / "door.db")
    yield door
    door.close()


def fail(lockout: Lockout, peer: Peer, now: datetime, times: int) -> None:
    for _ in range(times):
        lockout.charge(peer, now)


def test_five_tries_are_free_and_then_the_waits_grow_to_a_quarter_of_an_hour(door: DoorStore) -> None:
    lockout, now = Lockout(door), NOON
    left = [lockout.charge(HERE, now) for _ in range(FREE_TRIES - 1)]
    assert left == [4, 3, 2, 1]
    assert lockout.wait_seconds(HERE, now) == 0
    waits = []
    for _ in range(8):
        lockout.charge(HERE, now)
        waits.append(lockout.wait_seconds(HERE, now))
        now += timedelta(seconds=waits[-1])
        assert lockout.wait_seconds(HERE, now) == 0
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]


def test_another_process_finds_the_failures_of_this_one(tmp_path: Path) -> None:
    first = DoorStore.open(tmp_path / "door.db")
    fail(Lockout(first), PHONE, NOON, 6)
    first.close()
    second = DoorStore.open(tmp_path / "door.db")
    assert Lockout(second).wait_seconds(PHONE, NOON) == 60
    second.close()


def test_each_quiet_hour_halves_the_failures(door: DoorStore) -> None:
    tries = Tries(failures=9, last_failed_at=NOON)
    assert [faded(tries, NOON + timedelta(hours=hours)).failures for hours in (0, 1, 2, 3, 4, 400)] == [
        9,
        4,
        2,
        1,
        0,
        0,
    ]
    lockout = Lockout(door)
    fail(lockout, HERE, NOON, 8)
    later = NOON + timedelta(hours=2)
    assert lockout.charge(HERE, later) == FREE_TRIES - 3


def test_a_hundred_failures_close_the_network_but_not_this_machine_nor_a_known_browser(door: DoorStore) -> None:
    lockout = Lockout(door)
    for number in range(NETWORK_FAILURES):
        source = f"192.168.1.{number}"
        lockout.charge(Peer(source, is_loopback=False, source=source), NOON)
    later = NOON + timedelta(days=3)
    assert lockout.wait_seconds(PHONE, later) > 0
    assert lockout.wait_seconds(PHONE, later, is_trusted=True) == 0
    assert lockout.wait_seconds(HERE, later) == 0
    lockout.settle(HERE)
    assert lockout.wait_seconds(PHONE, later) == 0


def test_failures_of_this_machine_never_count_for_the_network(door: DoorStore) -> None:
    lockout = Lockout(door)
    fail(lockout, HERE, NOON, NETWORK_FAILURES + 5)
    assert lockout.wait_seconds(PHONE, NOON) == 0
    assert lockout.wait_seconds(HERE, NOON) == WAITS_S[-1]


def test_a_clock_set_back_makes_nobody_wait_longer_than_the_longest_wait() -> None:
    tries = after_failure(Tries(failures=30, last_failed_at=NOON), NOON)
    assert wait_of(tries, NOON - timedelta(days=365)) == WAITS_S[-1]


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 7200)), max_size=60))
def test_no_history_gives_more_than_five_failures_without_a_wait(steps: list[tuple[bool, int]]) -> None:
    tries, now = Tries(), NOON
    for is_try, seconds in steps:
        now += timedelta(seconds=seconds)
        if is_try and not wait_of(tries, now):
            tries = after_failure(tries, now)
            assert tries.failures < FREE_TRIES or wait_of(tries, now) >= WAITS_S[0]
        assert 0 <= wait_of(tries, now) <= WAITS_S[-1]
