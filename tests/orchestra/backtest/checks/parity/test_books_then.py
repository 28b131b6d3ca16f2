"""The books as live had them at a minute."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from orchestra.backtest.checks.parity.books_then import BooksThen
from system_databse.order import OrderStatus, Side
from system_databse.truth.adjustment import Adjustment, AdjustmentKind
from tests.orchestra.backtest.checks.parity.made_day import algorithm, at, fill, minute, order


def books(**parts: Any) -> BooksThen:
    return BooksThen(algorithm(**parts))


def test_fills_are_known_after_the_minute_in_which_they_happened() -> None:
    then = books(fills=[fill("a", at(3, 2.4)), fill("b", at(5), side=Side.SELL, price="51")])
    known = []
    for number in (3, 4, 5, 6):
        then.move_to(minute(number), {})
        known.append((len(then.transactions(1)), then.view.position.qty, then.view.cash))
    assert known == [(0, 0, 10_000), (1, 10, 9_500), (1, 10, 9_500), (2, 0, 10_010)]


@pytest.mark.parametrize(
    ("saw", "known"),
    [
        ({"position": "10", "cash": "9500"}, 1),
        ({"position": "0", "cash": "10000"}, 0),
        ({"position": "99", "cash": "1"}, 0),
        ({"position": "ten", "cash": "9500"}, 0),
        ({"position": None}, 0),
    ],
)
def test_what_the_row_saw_tells_what_was_booked(saw: dict[str, Any], known: int) -> None:
    """A fill a second into the minute may have been booked before the decision two seconds into it."""
    then = books(fills=[fill("a", at(4, 1.0))])
    then.move_to(minute(4), saw)
    assert len(then.transactions(1)) == known


def test_a_fill_booked_late_is_not_known_before() -> None:
    then = books(fills=[fill("a", at(3))])
    then.move_to(minute(5), {"position": "0", "cash": "10000"})
    assert then.transactions(1) == []


def test_transactions_are_the_contracts_and_nobody_elses() -> None:
    then = books(fills=[fill("a", at(1))])
    then.move_to(minute(2), {})
    (row,) = then.transactions(1)
    assert (row["type"], row["shares"], row["price"], row["order_id"]) == ("buy", 10, 50.0, "a")
    assert then.transactions(2) == []
    row_of_the_strategy = then.transactions(1)[0]
    row_of_the_strategy["shares"] = 0  # type: ignore[index]
    assert then.transactions(1)[0]["shares"] == 10


def test_a_split_counts_from_its_open_on() -> None:
    split = Adjustment("ACME", 1, Decimal(10), AdjustmentKind.SPLIT, "s", at(3), ratio=Fraction(2))
    live = replace(algorithm(fills=[fill("a", at(1))]), adjustments=((1, split),))
    then = BooksThen(live)
    seen = []
    for number in (2, 4):
        then.move_to(minute(number), {})
        seen.append((then.view.position.qty, then.view.cash, then.transactions(1)[0]["shares"]))
    assert seen == [(10, 9_500, 10), (20, 9_500, 20)]


def test_an_order_works_from_its_minute_until_it_is_over() -> None:
    then = books(orders=[order("a", 3, ended=at(5, 0.5))])
    working = []
    for number in (3, 4, 5, 6):
        then.move_to(minute(number), {})
        working.append([each.client_order_id for each in then.view.working])
    assert working == [[], ["a"], ["a"], []]
    then.move_to(minute(4), {})
    assert then.view.working[0].status is OrderStatus.ACCEPTED


def test_an_order_whose_fills_are_known_works_no_more() -> None:
    then = books(orders=[order("a", 3, ended=at(4, 1.0))], fills=[fill("a", at(4, 0.5))])
    then.move_to(minute(4), {"position": "10", "cash": "9500"})
    assert then.view.working == ()


def test_an_order_that_was_given_up_may_still_arrive_for_a_while() -> None:
    then = books(orders=[order("a", 3, status=OrderStatus.ABANDONED)])
    seen = []
    for number in (4, 10, 19):
        then.move_to(minute(number), {})
        seen.append([each.status for each in then.view.working])
    assert seen == [[OrderStatus.ABANDONED], [OrderStatus.ABANDONED], []]


def test_the_minute_before_is_decided() -> None:
    then = books()
    then.move_to(minute(7), {})
    assert then.view.decided_until == minute(6)
    assert then.view.cash == Decimal(10_000)
