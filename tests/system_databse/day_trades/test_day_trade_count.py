"""Counting day trades: the broker's own examples, and what may never change a count."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system_databse.day_trades.day_trade_count import DayTradeCount, Trade
from system_databse.day_trades.day_trade_terms import DayTradePolicy, DayTradeTerms, is_protective, remaining

GOLDENS = [
    (0, "B10 S5", 1),
    (0, "B10 S5 S5", 1),
    (0, "S10 B5", 1),
    (100, "B10 S5", 1),
    (100, "S10 B5", 0),
    (-100, "B10 S5", 0),
    (0, "B10 S5 B5 S10", 2),
    (0, "B100 B200 S300", 1),
    (0, "B10 S20 B10", 2),
    (100, "S100 B100", 0),
    (100, "S100 B100 S100", 1),
    (0, "B1 S1 B1 S1 B1 S1 B1 S1 B1 S1", 5),
]
changes = st.lists(st.integers(-30, 30).filter(bool), max_size=20)


def trades_of(text: str) -> list[Trade]:
    return [
        Trade(f"order {number}", Decimal(word[1:]) * (1 if word[0] == "B" else -1))
        for number, word in enumerate(text.split())
    ]


def made_of(numbers: list[int]) -> list[Trade]:
    return [Trade(f"order {number}", Decimal(change)) for number, change in enumerate(numbers)]


@pytest.mark.requirement("S0-02")
@pytest.mark.parametrize(("before", "text", "count"), GOLDENS)
def test_golden(before: int, text: str, count: int) -> None:
    assert len(DayTradeCount(Decimal(before), trades_of(text)).closing_orders) == count


def test_a_day_trade_belongs_to_the_order_that_closes() -> None:
    assert DayTradeCount(trades=trades_of("B10 B10 S5 S15 B1 S1")).closing_orders == ["order 2", "order 5"]


@given(before=st.integers(-50, 50), numbers=changes, data=st.data())
def test_partial_executions_of_one_order_count_like_the_whole(before: int, numbers: list[int], data: st.DataObject):
    parts: list[Trade] = []
    for trade in made_of(numbers):
        size = abs(int(trade.change))
        first = data.draw(st.integers(0, size - 1))
        sign = 1 if trade.change > 0 else -1
        parts += [Trade(trade.order, Decimal(sign * each)) for each in (first, size - first) if each]
    whole, split = DayTradeCount(Decimal(before), made_of(numbers)), DayTradeCount(Decimal(before), parts)
    assert split.closing_orders == whole.closing_orders
    assert (split.position, split.has_opened) == (whole.position, whole.has_opened)


@given(before=st.integers(-50, 50), numbers=changes)
def test_a_mirrored_account_counts_the_same(before: int, numbers: list[int]) -> None:
    one = DayTradeCount(Decimal(before), made_of(numbers))
    other = DayTradeCount(Decimal(-before), made_of([-each for each in numbers]))
    assert one.closing_orders == other.closing_orders


@given(before=st.integers(0, 50), numbers=changes)
def test_an_account_that_is_never_short_counts_no_more_than_its_sells_and_its_buys(before: int, numbers: list[int]):
    held, taken = before, []
    for each in numbers:
        if held + each >= 0:
            held += each
            taken.append(each)
    count = len(DayTradeCount(Decimal(before), made_of(taken)).closing_orders)
    assert count <= min(sum(each < 0 for each in taken), sum(each > 0 for each in taken))


@given(numbers=changes)
def test_no_order_closes_two_day_trades(numbers: list[int]) -> None:
    closing = DayTradeCount(trades=made_of(numbers)).closing_orders
    assert len(closing) == len(set(closing))


@pytest.mark.parametrize(
    ("policy", "equity", "is_binding", "is_noted"),
    [
        ("enforce", 24_999, True, False),
        ("enforce", 25_000, False, False),
        ("enforce", None, True, False),
        ("advisory", 24_999, False, True),
        ("advisory", 25_000, False, False),
        ("off", 100, False, False),
    ],
)
def test_the_limit_is_the_owners_and_for_small_accounts(policy, equity, is_binding, is_noted) -> None:
    terms = DayTradeTerms(DayTradePolicy(policy), equity=None if equity is None else Decimal(equity))
    assert (terms.is_binding, terms.is_noted) == (is_binding, is_noted)


def test_what_is_left_is_never_less_than_nothing() -> None:
    assert [remaining(used) for used in (0, 2, 3, 7)] == [3, 1, 0, 0]


def test_only_two_exits_are_protective() -> None:
    exits = ("stop_loss", "expiration_today", "target", None, ["stop_loss"])
    assert [is_protective({"exit": each}) for each in exits] == [True, True, False, False, False]
    assert not is_protective({})
