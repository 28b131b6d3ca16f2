"""The signal's life: every pair of states, when waiting is over, and what its order makes of it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system_databse.order import OrderStatus
from system_databse.signals.signal_status import TRANSITIONS, SignalStatus, expires_at, moved_to, status_by_order
from tests.system_databse.made_orders import NOON, order_in

# From the left to the top: what may follow what.
#         REC PEN APP REJ ORD EXE EXP FAI
TABLE = """
RECORDED   .   .   .   .   .   .   .   .
PENDING    .   .   x   x   .   .   x   .
APPROVED   .   .   .   x   x   .   x   .
REJECTED   .   .   .   .   .   .   .   .
ORDERED    .   .   .   .   .   x   .   x
EXECUTED   .   .   .   .   .   .   .   .
EXPIRED    .   .   .   .   .   .   .   .
FAILED     .   .   .   .   .   x   .   .
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]
STATES = [SignalStatus(row[0]) for row in ROWS]
ALLOWED = {
    (state, STATES[n]) for state, row in zip(STATES, ROWS, strict=True) for n, x in enumerate(row[1:]) if x == "x"
}


@pytest.mark.parametrize(("before", "after"), list(product(SignalStatus, repeat=2)))
def test_a_move_happens_if_the_table_has_it(before: SignalStatus, after: SignalStatus) -> None:
    if (before, after) in ALLOWED:
        assert moved_to(before, after) is after
        return
    with pytest.raises(ValueError, match=f"from {before} to {after}"):
        moved_to(before, after)


@given(st.lists(st.sampled_from(list(SignalStatus)), max_size=12))
def test_no_history_orders_twice_or_trades_without_approval(wishes: list[SignalStatus]) -> None:
    history = [SignalStatus.PENDING]
    for wish in wishes:
        if wish in TRANSITIONS[history[-1]]:
            history.append(wish)
    assert history.count(SignalStatus.ORDERED) <= 1
    if SignalStatus.ORDERED in history:
        assert history[history.index(SignalStatus.ORDERED) - 1] is SignalStatus.APPROVED
    if SignalStatus.EXECUTED in history:
        assert SignalStatus.ORDERED in history
        assert history[-1] is SignalStatus.EXECUTED


@pytest.mark.parametrize("status", SignalStatus)
@given(is_proposal=st.booleans(), seconds=st.integers(0, 10**6))
def test_only_what_waits_expires(status: SignalStatus, is_proposal: bool, seconds: int) -> None:
    since, close = NOON + timedelta(seconds=seconds), NOON + timedelta(hours=8)
    end = expires_at(status, since, is_proposal=is_proposal, session_close=close)
    assert (end is not None) == status.is_waiting == (SignalStatus.EXPIRED in TRANSITIONS[status])
    if status is SignalStatus.PENDING:
        assert end == since + (timedelta(hours=1) if is_proposal else timedelta(minutes=10))
    if status is SignalStatus.APPROVED:
        assert end == close


@pytest.mark.parametrize("status", OrderStatus)
@pytest.mark.parametrize("filled", [0, 3])
def test_the_order_ends_the_signal_when_it_is_over_and_by_what_it_has_filled(status: OrderStatus, filled: int) -> None:
    order = replace(order_in(status), filled_qty=Decimal(filled))
    over = SignalStatus.EXECUTED if filled else SignalStatus.FAILED
    assert status_by_order(order) is (over if status.is_terminal else None)
