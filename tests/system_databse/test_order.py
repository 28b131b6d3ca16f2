"""The order's life: every pair of states, and what a report may change."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import product

import pytest

from system_databse.order import TERMINAL, OrderStatus, Side
from tests.system_databse.made_orders import NOON, order_in, report_of

# From the top to the left: what may follow what. Anything else is refused as a command and ignored as a report.
#             PEN SUB UNK ABA ACC PAR FIL CAN EXP REJ DEN
TABLE = """
PENDING          .   x   .   .   x   x   x   x   x   x   x
SUBMITTED        x   .   x   .   x   x   x   x   x   x   x
UNKNOWN          .   x   .   x   x   x   x   x   x   x   .
ABANDONED        .   .   .   .   x   x   x   x   x   x   .
ACCEPTED         .   .   .   .   .   x   x   x   x   x   .
PARTIALLY_FILLED .   .   .   .   .   .   x   x   x   x   .
FILLED           .   .   .   .   .   .   .   .   .   .   .
CANCELED         .   .   .   .   .   .   .   .   .   .   .
EXPIRED          .   .   .   .   .   .   .   .   .   .   .
REJECTED         .   .   .   .   .   .   .   .   .   .   .
DENIED           .   .   .   .   .   .   .   .   .   .   .
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]
STATES = [OrderStatus(row[0]) for row in ROWS]
ALLOWED = {
    (state, STATES[n]) for state, row in zip(STATES, ROWS, strict=True) for n, x in enumerate(row[1:]) if x == "x"
}
PAIRS = list(product(STATES, repeat=2))


def test_the_table_names_every_state() -> None:
    assert set(STATES) == set(OrderStatus)
    assert {state for state in STATES if not any(pair[0] is state for pair in ALLOWED)} == TERMINAL


@pytest.mark.requirement("S0-15")
@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_a_move_happens_if_the_table_has_it(before: OrderStatus, after: OrderStatus) -> None:
    order = order_in(before)
    if (before, after) in ALLOWED:
        assert order.moved_to(after, reason="because").status is after
        return
    with pytest.raises(ValueError, match=f"from {before} to {after}"):
        order.moved_to(after)


@pytest.mark.parametrize(("before", "told"), PAIRS)
def test_a_report_moves_the_order_along_the_table_or_not_at_all(before: OrderStatus, told: OrderStatus) -> None:
    changed = order_in(before).after(report_of(told))
    assert changed.status is (told if (before, told) in ALLOWED else before)


@pytest.mark.parametrize("status", OrderStatus)
def test_in_every_state_filled_quantity_rises_and_never_falls(status: OrderStatus) -> None:
    order = replace(order_in(status), filled_qty=Decimal(4), filled_notional=Decimal(400))
    more = order.after(report_of(status, 7, 710))
    assert (more.filled_qty, more.filled_notional) == (7, 710)
    less = order.after(report_of(status, 3, 300))
    assert (less.filled_qty, less.filled_notional) == (4, 400)


def test_a_rounded_average_told_later_changes_no_money() -> None:
    order = replace(order_in(OrderStatus.FILLED), filled_qty=Decimal(3), filled_notional=Decimal("300.07"))
    assert order.after(report_of(OrderStatus.FILLED, 3, Decimal("300.069999"))).filled_notional == Decimal("300.07")


def test_the_reason_of_an_earlier_state_goes_when_the_broker_has_the_order_after_all() -> None:
    given_up = order_in(OrderStatus.UNKNOWN).moved_to(OrderStatus.ABANDONED, reason="not found")
    assert given_up.after(report_of(OrderStatus.FILLED, 10, 1000)).reject_reason is None


def test_an_abandoned_order_may_arrive_for_a_quarter_of_an_hour() -> None:
    order = order_in(OrderStatus.ABANDONED)
    end = order.valid_until + timedelta(minutes=15)
    assert order.may_still_arrive(end - timedelta(milliseconds=1))
    assert not order.may_still_arrive(end)
    assert not order_in(OrderStatus.UNKNOWN).may_still_arrive(NOON)


def test_each_side_has_the_other_as_its_opposite() -> None:
    assert (Side.BUY.opposite, Side.SELL.opposite) == (Side.SELL, Side.BUY)
