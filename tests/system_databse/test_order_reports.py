"""Whatever order, repetition or loss: the reports of one order, with a last poll, give exactly what the broker did."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from system_databse.fill import ExecutionReport, Fill, fills_from
from system_databse.order import Order, OrderReport, OrderStatus
from tests.system_databse.made_orders import NOON, order_in, report_of

FINAL = (OrderStatus.FILLED, OrderStatus.CANCELED, OrderStatus.EXPIRED)
News = tuple[OrderReport, ExecutionReport | None]

prices = st.integers(9_000, 11_000).map(lambda cents: Decimal(cents) / 100)
parts = st.lists(st.tuples(st.integers(1, 40), prices), max_size=6)


def story_of(executions: list[tuple[int, Decimal]], *, is_filled: bool, end: OrderStatus) -> tuple[Order, list[News]]:
    """Return an order and everything the broker says of it, in the order in which it happened."""
    total = sum(qty for qty, _ in executions)
    order = order_in(OrderStatus.SUBMITTED, qty=total if is_filled and total else total + 5)
    news: list[News] = [(report_of(OrderStatus.ACCEPTED, order=order), None)]
    filled, notional = 0, Decimal(0)
    for number, (qty, price) in enumerate(executions):
        filled, notional = filled + qty, notional + qty * price
        status = OrderStatus.FILLED if filled == order.qty else OrderStatus.PARTIALLY_FILLED
        execution = ExecutionReport(f"e{number}", Decimal(qty), price, NOON)
        news.append((report_of(status, filled, notional, order=order), execution))
    if filled < order.qty:
        news.append((report_of(end, filled, notional, order=order), None))
    return order, news


@given(
    parts,
    st.booleans(),
    st.sampled_from(FINAL[1:]),
    st.data(),
)
def test_any_sequence_of_reports_and_a_last_poll_equal_the_broker(
    executions: list[tuple[int, Decimal]], is_filled: bool, end: OrderStatus, data: st.DataObject
) -> None:
    order, news = story_of(executions, is_filled=is_filled, end=end)
    heard = data.draw(st.lists(st.sampled_from(news), max_size=12))
    last = news[-1][0]
    booked: list[Fill] = []
    for report, execution in [*heard, (last, None)]:
        known = {fill.execution_id for fill in booked}
        fresh = execution if execution and execution.execution_id not in known else None
        added, before = fills_from(order, report, fresh, source="stream"), order
        order = order.after(report)
        booked += added
        assert order.filled_qty >= before.filled_qty
        assert sum(fill.qty for fill in booked) == order.filled_qty
        if before.status.is_terminal:
            assert order.status is before.status
    assert (order.status, order.filled_qty) == (last.status, last.filled_qty)
    assert abs(sum(fill.qty * fill.price for fill in booked) - last.filled_notional) < Decimal("1e-20")
    assert len({fill.execution_id for fill in booked}) == len(booked)
    assert all(fill.price > 0 for fill in booked)


def test_what_no_message_explained_is_booked_at_the_price_that_is_left() -> None:
    order = order_in(OrderStatus.ACCEPTED)
    execution = ExecutionReport("e2", Decimal(6), Decimal(102), NOON)
    told = fills_from(order, report_of(OrderStatus.FILLED, 10, 4 * 100 + 6 * 102), execution, source="stream")
    assert [(f.execution_id, f.qty, f.price, f.cumulative_qty, f.source) for f in told] == [
        ("b-0:4", 4, 100, 4, "stream"),
        ("e2", 6, 102, 10, "stream"),
    ]


def test_an_old_execution_told_again_with_a_newer_order_sets_no_price() -> None:
    """A stream that comes back may repeat an execution that a poll has already accounted for."""
    order = order_in(OrderStatus.ACCEPTED).after(report_of(OrderStatus.PARTIALLY_FILLED, 5, 500))
    old = ExecutionReport("e1", Decimal(5), Decimal(100), NOON)
    (fill,) = fills_from(order, report_of(OrderStatus.FILLED, 10, 500 + 5 * 110), old, source="stream")
    assert (fill.execution_id, fill.qty, fill.price) == ("b-0:10", 5, 110)


def test_a_rounded_average_does_not_displace_the_execution() -> None:
    order = order_in(OrderStatus.ACCEPTED)
    execution = ExecutionReport("e1", Decimal(3), Decimal("100.01"), NOON)
    (fill,) = fills_from(order, report_of(OrderStatus.PARTIALLY_FILLED, 3, Decimal("300.0299")), execution, source="s")
    assert (fill.execution_id, fill.price) == ("e1", Decimal("100.01"))
