"""How old an instance was."""

from collections.abc import Iterable

import pytest

from orchestra.backtest.checks.parity.instance_life import births, born_before
from orchestra.backtest.checks.parity.live_day import LiveMinute
from tests.orchestra.backtest.checks.parity.made_day import HOLD, minute
from tests.orchestra.owner_house import NEXT_OPEN, OPEN


def lived(numbers: Iterable[int]) -> list[LiveMinute]:
    return [LiveMinute(minute(number), HOLD) for number in numbers]


@pytest.mark.parametrize(
    ("numbers", "starts", "expected"),
    [
        ((1, 2, 3), (), []),
        ((1, 2, 3), (0,), []),
        ((1, 2, 3), (2,), [3]),
        ((1, 2, 3), (1.5,), [2]),
        ((1, 2, 3), (1.2, 1.5), [2]),
        ((1, 2, 5, 6), (), [5]),
        ((1, 2, 5, 6), (5.5,), [5, 6]),
        ((1, 2, 3), (3, 4), []),
    ],
)
def test_instances_are_new_after_a_start_and_after_a_rest(
    numbers: tuple[int, ...], starts: tuple[float, ...], expected: list[int]
) -> None:
    began = [OPEN + int(start * 60) for start in starts]
    assert births(lived(numbers), began, opens=frozenset({OPEN})) == [minute(number) for number in expected]


def test_a_night_is_no_rest() -> None:
    minutes = [*lived((209, 210)), LiveMinute(NEXT_OPEN + 60, HOLD)]
    assert births(minutes, [], opens=frozenset({OPEN, NEXT_OPEN})) == []
    late = [*lived((209, 210)), LiveMinute(NEXT_OPEN + 120, HOLD)]
    assert births(late, [], opens=frozenset({OPEN, NEXT_OPEN})) == [NEXT_OPEN + 120]


def test_an_instance_is_as_old_as_the_last_start_or_its_algorithm() -> None:
    assert born_before(minute(5), [OPEN - 1000, minute(2), minute(9)], first_minute=OPEN - 600) == minute(2)
    assert born_before(minute(5), [OPEN - 1000], first_minute=minute(4)) == minute(3)
    assert born_before(minute(5), [], first_minute=minute(1)) == OPEN
