"""Our order ids: unique, short, and told from everybody else's."""

from hypothesis import given
from hypothesis import strategies as st

from orchestra.execution.order_numbers import OrderNumbers, base36

MINUTES = st.integers(0, 10**10).map(lambda ts: ts // 60 * 60)
KEYS = st.tuples(st.integers(1, 99_999_999), MINUTES, st.integers(0, 999))


def test_an_id_names_install_algorithm_minute_and_leg() -> None:
    assert OrderNumbers("abc123").number(7, 36 * 36 * 60, 2) == "at-abc123-7-100-2"


@given(st.integers(0, 10**12))
def test_base_36_reads_back(number: int) -> None:
    assert int(base36(number), 36) == number


@given(KEYS, KEYS)
def test_two_ids_are_equal_only_if_everything_is(one: tuple[int, int, int], other: tuple[int, int, int]) -> None:
    numbers = OrderNumbers("abc123")
    assert (numbers.number(*one) == numbers.number(*other)) is (one == other)


@given(KEYS)
def test_every_id_keeps_the_brokers_limit(key: tuple[int, int, int]) -> None:
    assert len(OrderNumbers("abc123").number(*key)) <= 48


def test_only_ids_of_this_installation_are_ours() -> None:
    ours = OrderNumbers("abc123")
    assert ours.is_ours(ours.number(1, 60, 0))
    assert [ours.is_rivals(id_) for id_ in (ours.number(1, 60, 0), "at-abc124-1-x-0", "by hand")] == [
        False,
        True,
        False,
    ]
    assert not ours.is_ours(OrderNumbers("abc124").number(1, 60, 0))
    assert not ours.is_ours("6b0d549b-6f03-475a-9600-a35a099950d8")


def test_an_id_of_a_minute_beyond_all_calendars_is_none_of_ours() -> None:
    numbers = OrderNumbers("abc123")
    assert numbers.read("at-abc123-1-zzzzzz-0") is not None
    assert numbers.read("at-abc123-1-zzzzzzzzz-0") is None
