"""The end of a simulated minute: nothing is left that the exchange has and the books have not."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from orchestra.execution.settler import Settler
from orchestra.messages.lockstep import Execution, Settlement
from system_databse.errors import BrokerUnavailable
from system_databse.order import OrderStatus
from tests.orchestra.execution.order_path import FIRST, MINUTE, OrderPath, moment


class LockStepClock:
    """The clock of an exchange that fills whatever is open when it is told `done`."""

    is_simulated = True

    def __init__(self, path: OrderPath) -> None:
        self.path = path
        self.slept = 0.0
        self.answers: list[Callable[[], Settlement]] = []
        self.calls = 0

    def now(self):
        return moment(FIRST)

    def monotonic(self) -> float:
        return self.path.clock.seconds

    def sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.path.clock.sleep(seconds)

    def done(self, minute: int) -> Settlement:
        self.calls += 1
        if self.answers:
            return self.answers.pop(0)()
        exchange = self.path.port.exchange
        made = []
        for order in [order for order in exchange.orders if order.is_working]:
            exchange.fill(order, order.qty, Decimal(100), now=self.path.clock.now())
            made.append(
                Execution(
                    order.executions[-1]["execution_id"],
                    order.client_order_id,
                    order.symbol,
                    order.side,
                    order.qty,
                    Decimal(100),
                    order.filled_qty,
                    minute,
                )
            )
        return Settlement(tuple(made), not made)


class Settling:
    """A settler on an order path, with or without a stream that brings the news."""

    def __init__(self, path: OrderPath, *, has_stream: bool = True) -> None:
        self.path, self.has_stream = path, has_stream
        self.clock = LockStepClock(path)
        self.is_stopping = False
        self.settler = Settler(
            self.clock,  # type: ignore[arg-type]
            path.desk,
            pump=self._pump,
            is_stopping=lambda: self.is_stopping,
        )

    def _pump(self, seconds: float) -> None:
        exchange = self.path.port.exchange
        if self.has_stream and exchange.stream:
            self.path.hear(exchange.stream.pop(0))
            return
        self.path.clock.sleep(seconds)


@pytest.mark.requirement("S2-37", "S2-38")
@pytest.mark.parametrize("has_stream", [True, False])
def test_a_minute_ends_with_every_fill_in_the_books(path: OrderPath, has_stream: bool) -> None:
    settling = Settling(path, has_stream=has_stream)
    path.decide(FIRST, (1, "buy", 10), (3, "buy", 5))
    settling.settler.settle(FIRST)
    assert [order.status for order in path.orders()] == [OrderStatus.FILLED] * 2
    assert settling.clock.calls == 2
    assert settling.clock.slept == 0


def test_an_order_that_waited_for_the_opposite_one_goes_in_the_same_minute(path: OrderPath) -> None:
    settling = Settling(path)
    path.decide(FIRST, (1, "buy", 10))
    settling.settler.settle(FIRST)
    path.clock.seconds = FIRST + MINUTE
    path.decide(FIRST + MINUTE, (1, "sell", 10), (2, "buy", 5))
    settling.settler.settle(FIRST + MINUTE)
    assert [order.status for order in path.orders()] == [OrderStatus.FILLED] * 3


@pytest.mark.parametrize("faults", [["answer_lost"], ["dropped", "dropped"], ["too_many", "too_many"], ["garbage"]])
def test_the_market_stands_still_until_the_fate_of_an_order_is_known(path: OrderPath, faults: list[str]) -> None:
    settling = Settling(path)
    path.port.script = faults
    path.decide(FIRST, (1, "buy", 10))
    settling.settler.settle(FIRST)
    assert [order.status for order in path.orders()] == [OrderStatus.FILLED]
    assert len(path.port.exchange.orders) == 1


def test_an_order_refused_on_its_second_attempt_does_not_hold_the_market_for_ever(path: OrderPath) -> None:
    settling = Settling(path)
    path.port.script = ["dropped", "refused"]
    path.decide(FIRST, (1, "buy", 10))
    settling.settler.settle(FIRST)
    assert [order.status for order in path.orders()] == [OrderStatus.UNKNOWN]
    path.clock.seconds = FIRST + MINUTE
    settling.settler.settle(FIRST + MINUTE)
    assert [order.status for order in path.orders()] == [OrderStatus.ABANDONED]


def unreachable() -> Settlement:
    raise BrokerUnavailable("gone")


def test_an_exchange_that_does_not_answer_is_asked_again(path: OrderPath) -> None:
    settling = Settling(path)
    settling.clock.answers = [unreachable, unreachable]
    path.decide(FIRST, (1, "buy", 10))
    settling.settler.settle(FIRST)
    assert settling.clock.slept == 1.0
    assert [order.status for order in path.orders()] == [OrderStatus.FILLED]


def test_a_stop_ends_the_waiting(path: OrderPath) -> None:
    settling = Settling(path)

    def stop_and_fail() -> Settlement:
        settling.is_stopping = True
        return unreachable()

    settling.clock.answers = [stop_and_fail]
    settling.settler.settle(FIRST)
    assert settling.clock.calls == 1


def test_an_execution_stays_on_the_list_until_the_books_hold_it(path: OrderPath) -> None:
    """The exchange answers `done` a moment before its order shows the fill."""
    settling = Settling(path, has_stream=False)
    path.decide(FIRST, (1, "buy", 10))
    order = path.port.exchange.orders[0]

    def told_too_early() -> Settlement:
        execution = Execution("b0-e0", order.client_order_id, "AAA", "buy", order.qty, Decimal(100), order.qty, FIRST)
        return Settlement((execution,), is_settled=False)

    settling.clock.answers = [told_too_early]
    ask, asked = path.port.order_by_client_id, []

    def fills_after_the_first_question(client_order_id: str):
        asked.append(client_order_id)
        if len(asked) == 2:
            path.port.exchange.fill(order, order.qty, Decimal(100), now=path.clock.now())
        return ask(client_order_id)

    path.port.order_by_client_id = fills_after_the_first_question  # type: ignore[method-assign]
    settling.settler.settle(FIRST)
    assert path.books.ledger.position(1, "AAA").qty == 10


def test_orders_that_end_at_the_close_are_known_before_the_next_session(tmp_path: Path, path: OrderPath) -> None:
    settling = Settling(path, has_stream=False)
    path.decide(FIRST, (1, "buy", 10))
    exchange = path.port.exchange

    def expire() -> Settlement:
        exchange.end(exchange.orders[0], "expired")
        return Settlement((), is_settled=False)

    settling.clock.answers = [expire]
    settling.settler.settle(FIRST)
    assert path.orders()[0].status is OrderStatus.EXPIRED
