"""Cancel and shorten: a fill may come at any moment of a cancel, and what is sent next is what is really left."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from system_databse.order import OrderStatus
from tests.orchestra.execution.order_path import FIRST, MINUTE, OrderPath, fresh_path, later

ONE = Decimal(1)
MOMENTS = ("before the wish", "before the request", "after the request", "never")


def fill(path: OrderPath, qty: int) -> None:
    order = path.port.exchange.orders[0]
    if qty and order.is_working:
        path.port.exchange.fill(order, min(ONE * qty, order.qty - order.filled_qty), ONE * 100, now=path.clock.now())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(filled=st.integers(0, 10), moment=st.sampled_from(MOMENTS), is_heard=st.booleans(), is_answered=st.booleans())
def test_whenever_the_fill_comes_the_next_leg_is_what_is_left(
    tmp_path_factory: pytest.TempPathFactory, filled: int, moment: str, is_heard: bool, is_answered: bool
) -> None:
    path = fresh_path(tmp_path_factory.mktemp("race"))
    path.reconciler.run("start")
    path.decide(FIRST, (1, "buy", 10))
    cancel = path.port.cancel_order

    def racing(broker_order_id: str) -> None:
        """Cancel at the exchange with the fill on either side of it; the answer may be lost."""
        if moment == "before the request":
            fill(path, filled)
        order = path.port.exchange.orders[0]
        if moment == "after the request" and order.is_working:
            # Pending cancel: the venue still fills, then cancels the rest.
            fill(path, filled)
        cancel(broker_order_id)

    path.port.cancel_order = racing  # type: ignore[method-assign]
    if moment == "before the wish":
        fill(path, filled)
    path.port.is_out = not is_answered
    path.desk.cancel(path.books.open_orders()[0], "the owner wants less")
    path.port.is_out = False
    if is_heard:
        for message in path.port.exchange.stream:
            path.hear(message)
    later(path, seconds=90)
    (order,) = path.orders()
    at_exchange = path.port.exchange.orders[0]
    assert order.status.is_terminal
    assert order.filled_qty == at_exchange.filled_qty == path.books.ledger.position(1, "AAA").qty
    assert order.status is (OrderStatus.FILLED if at_exchange.filled_qty == 10 else OrderStatus.CANCELED)
    # Shorten: want six in the end. Computed only now that the status is terminal.
    left = 6 - int(order.filled_qty)
    path.clock.seconds = FIRST + 3 * MINUTE + 2
    if left > 0:
        path.decide(FIRST + 3 * MINUTE, (1, "buy", left))
        later(path, seconds=1)
        fill_all = path.port.exchange.orders[-1]
        path.port.exchange.fill(fill_all, fill_all.qty, ONE * 100, now=path.clock.now())
        later(path, seconds=25)
        assert path.books.ledger.position(1, "AAA").qty == path.port.exchange.position("AAA") == 6
    path.store.close()


def test_while_a_cancel_is_under_way_nothing_replaces_the_order(path: OrderPath) -> None:
    path.reconciler.run("start")
    path.decide(FIRST, (1, "buy", 10))
    path.port.cancel_order = lambda _id: None  # type: ignore[method-assign]  # pending_cancel, for as long as it likes
    path.desk.cancel(path.books.open_orders()[0], "the owner wants less")
    path.clock.seconds = FIRST + MINUTE + 2
    path.decide(FIRST + MINUTE, (1, "buy", 4))
    assert path.rows("SELECT gate FROM decisions WHERE algo_id = 1 AND minute > ?", (FIRST,)) == [("WORKING_ORDER",)]
    assert len(path.port.exchange.orders) == 1
