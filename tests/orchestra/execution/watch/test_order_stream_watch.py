"""What a poll finds, the stream owes within ten seconds."""

from dataclasses import replace
from decimal import Decimal

import pytest

from orchestra.execution.watch.order_stream_watch import DELIVERY_SECONDS, OrderStreamWatch
from system_databse.order import Order, OrderStatus
from tests.system_databse.made_orders import order_in, report_of


class Hand:
    def __init__(self) -> None:
        self.seconds = 50.0
        self.watch = OrderStreamWatch(lambda: self.seconds)
        self.before = order_in(OrderStatus.ACCEPTED)

    def polled(self, status: OrderStatus, filled: int) -> Order:
        after = replace(self.before, status=status, filled_qty=Decimal(filled))
        self.watch.on_poll(self.before, after)
        return after

    def told(self, status: OrderStatus, filled: int) -> None:
        self.watch.on_update(report_of(status, filled, order=self.before))


@pytest.mark.requirement("S2-49")
def test_fill_that_only_a_poll_found_is_overdue_after_ten_seconds() -> None:
    hand = Hand()
    hand.polled(OrderStatus.FILLED, 10)
    assert hand.watch.is_in_doubt
    hand.seconds += DELIVERY_SECONDS - 0.1
    assert hand.watch.take_overdue() is None
    hand.seconds += 0.1
    assert hand.watch.take_overdue() == hand.before.client_order_id
    assert hand.watch.take_overdue() is None
    assert hand.watch.is_in_doubt
    hand.watch.on_connected()
    assert not hand.watch.is_in_doubt


@pytest.mark.parametrize(("status", "filled"), [(OrderStatus.FILLED, 10), (OrderStatus.CANCELED, 10)])
def test_stream_that_tells_as_much_is_cleared(status: OrderStatus, filled: int) -> None:
    hand = Hand()
    hand.polled(OrderStatus.FILLED, 10)
    hand.told(status, filled)
    assert not hand.watch.is_in_doubt


@pytest.mark.parametrize(("status", "filled"), [(OrderStatus.PARTIALLY_FILLED, 4), (OrderStatus.ACCEPTED, 0)])
def test_older_news_of_the_stream_does_not_clear_it(status: OrderStatus, filled: int) -> None:
    hand = Hand()
    hand.polled(OrderStatus.FILLED, 10)
    hand.told(status, filled)
    assert hand.watch.is_in_doubt


def test_poll_without_news_owes_nothing() -> None:
    hand = Hand()
    hand.polled(OrderStatus.ACCEPTED, 0)
    hand.watch.on_poll(hand.before, None)
    assert not hand.watch.is_in_doubt


def test_later_polls_do_not_put_the_end_off() -> None:
    hand = Hand()
    part = hand.polled(OrderStatus.PARTIALLY_FILLED, 4)
    hand.seconds += 6
    hand.watch.on_poll(part, replace(part, status=OrderStatus.FILLED, filled_qty=Decimal(10)))
    hand.seconds += 4
    assert hand.watch.take_overdue()
