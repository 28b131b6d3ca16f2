"""The order desk, one situation a test: sent once, resolved by asking, never repeated on doubt."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from system_databse.order import OrderStatus
from tests.orchestra.execution.fake_broker import ZERO
from tests.orchestra.execution.order_path import CALENDAR, FIRST, MINUTE, OrderPath, fresh_path, later, moment


def sent(path: OrderPath) -> int:
    return sum(request.startswith("submit") for request in path.port.exchange.requests)


def asked(path: OrderPath) -> int:
    return sum(request.startswith("find") for request in path.port.exchange.requests)


def buy_with(path: OrderPath, *faults: str, algorithm: int = 1) -> None:
    """Let one algorithm buy while the line does this to the orders sent."""
    path.port.script = list(faults)
    path.decide(FIRST, (algorithm, "buy", 10))


def statuses(path: OrderPath) -> list[OrderStatus]:
    return [order.status for order in path.orders()]


def fill_all(path: OrderPath) -> None:
    for order in path.port.exchange.orders:
        if order.is_working:
            path.port.exchange.fill(
                order, order.qty - order.filled_qty, price=order.qty * 0 + 100, now=path.clock.now()
            )


def test_an_approved_decision_is_on_disk_and_then_at_the_broker(path: OrderPath) -> None:
    buy_with(path)
    (order,) = path.orders()
    assert (order.status, order.attempts, order.broker_order_id) == (OrderStatus.ACCEPTED, 1, "b0")
    assert path.port.exchange.find(order.client_order_id) is not None
    assert path.rows("SELECT outcome, client_order_id FROM decisions WHERE algo_id = 1") == [
        ("SUBMITTED", order.client_order_id)
    ]


@pytest.mark.requirement("S2-71")
@pytest.mark.parametrize("fault", ["answer_lost", "garbage"])
def test_an_order_whose_answer_was_lost_is_found_by_its_id_and_not_sent_again(path: OrderPath, fault: str) -> None:
    buy_with(path, fault)
    assert statuses(path) == [OrderStatus.UNKNOWN]
    later(path, seconds=0.5)
    assert statuses(path) == [OrderStatus.ACCEPTED]
    assert sent(path) == 1


@pytest.mark.parametrize("fault", ["dropped", "server_error"])
def test_an_order_that_never_arrived_is_sent_again_under_the_same_id(path: OrderPath, fault: str) -> None:
    buy_with(path, fault)
    later(path, seconds=0.5)
    (order,) = path.orders()
    assert (order.status, order.attempts) == (OrderStatus.ACCEPTED, 2)
    assert len(path.port.exchange.orders) == 1


def test_an_unknown_order_is_asked_for_at_growing_distances_and_not_in_a_rush(path: OrderPath) -> None:
    buy_with(path, *["dropped"] * 50)
    assert (sent(path), asked(path)) == (1, 0)
    later(path, seconds=16)
    assert (sent(path), asked(path)) == (6, 5)


def test_an_order_that_is_not_found_and_too_old_is_given_up_and_watched(path: OrderPath) -> None:
    buy_with(path, *["dropped"] * 50)
    later(path, seconds=80)
    (order,) = path.orders()
    assert order.status is OrderStatus.ABANDONED
    assert order.reject_reason == "not found at the broker and too old to send again"
    attempts, questions = sent(path), asked(path)
    later(path, seconds=180)
    assert sent(path) == attempts
    assert asked(path) == questions + 3
    later(path, seconds=16 * 60)
    questions = asked(path)
    later(path, seconds=600)
    assert asked(path) == questions
    path.reconciler.run("session open")
    assert asked(path) == questions + 1
    path.reconciler.run("periodic")
    assert (asked(path), path.books.open_orders()) == (questions + 1, [])


def test_while_a_given_up_order_may_arrive_its_algorithm_orders_nothing_else(path: OrderPath) -> None:
    buy_with(path, *["dropped"] * 50)
    later(path, seconds=80)
    path.port.script.clear()
    path.decide(FIRST + 2 * MINUTE, (1, "buy", 10), (2, "buy", 5))
    assert path.rows("SELECT algo_id, outcome, gate FROM decisions WHERE minute = ?", (FIRST + 2 * MINUTE,))[:2] == [
        (1, "DENIED", "WORKING_ORDER"),
        (2, "SUBMITTED", None),
    ]
    later(path, seconds=15 * 60)
    path.decide(FIRST + 18 * MINUTE, (1, "buy", 10))
    assert path.orders()[-1].status is OrderStatus.ACCEPTED


def given_up_and_accepted_late(path: OrderPath, *, filled: int) -> None:
    buy_with(path, *["dropped"] * 50)
    later(path, seconds=80)
    order = path.orders()[0]
    late = path.port.exchange.accept(
        {"symbol": "AAA", "qty": order.qty, "side": "buy", "client_order_id": order.client_order_id}, path.clock.now()
    )
    if filled:
        path.port.exchange.fill(late, order.qty * 0 + filled, price=order.qty * 0 + 100, now=path.clock.now())


@pytest.mark.parametrize("filled", [0, 4, 10])
def test_an_order_found_after_it_was_given_up_keeps_its_fills_and_loses_its_rest(path: OrderPath, filled: int) -> None:
    given_up_and_accepted_late(path, filled=filled)
    later(path, seconds=70)
    (order,) = path.orders()
    assert order.status is (OrderStatus.FILLED if filled == 10 else OrderStatus.CANCELED)
    assert order.filled_qty == path.books.ledger.position(1, "AAA").qty == filled
    assert path.port.exchange.orders[0].is_working is False
    ((data,),) = path.rows("SELECT data FROM events WHERE type = 'order.found_late'")
    assert '"severity": "critical"' in str(data)


def test_a_cancel_that_fails_is_asked_for_again_even_after_a_restart(tmp_path: Path, path: OrderPath) -> None:
    given_up_and_accepted_late(path, filled=4)
    path.port.line.query_failed = 0.0
    order = path.orders()[0]
    report = path.broker.find(order.client_order_id)
    path.port.is_out = True
    assert report is not None
    path.desk.apply(report, None, source="poll")
    assert path.orders()[0].status is OrderStatus.PARTIALLY_FILLED
    assert path.orders()[0].cancel_wanted_at is not None
    path.port.is_out = False
    again = OrderPath(tmp_path / "system.db", path.port, path.clock)
    later(again, seconds=2)
    assert again.orders()[0].status is OrderStatus.CANCELED
    again.store.close()


def test_a_refusal_is_final_and_kept(path: OrderPath) -> None:
    buy_with(path, "refused")
    later(path, seconds=120)
    (order,) = path.orders()
    assert (order.status, order.reject_reason) == (OrderStatus.REJECTED, "403 40310000 insufficient buying power")
    assert sent(path) == 1


def test_the_refusal_of_a_second_attempt_says_nothing_of_the_first(path: OrderPath) -> None:
    """The money the broker misses may be what the first attempt has spent."""
    buy_with(path, "dropped", "refused")
    later(path, seconds=30)
    (order,) = path.orders()
    assert (order.status, sent(path)) == (OrderStatus.UNKNOWN, 2)
    path.port.exchange.accept(
        {"symbol": "AAA", "qty": order.qty, "side": "buy", "client_order_id": order.client_order_id}, path.clock.now()
    )
    later(path, seconds=60)
    assert statuses(path) == [OrderStatus.ACCEPTED]


def test_too_many_requests_on_a_second_attempt_leave_the_first_unknown(path: OrderPath) -> None:
    buy_with(path, "dropped", *["too_many"] * 50)
    later(path, seconds=40)
    assert statuses(path) == [OrderStatus.UNKNOWN]
    later(path, seconds=60)
    assert statuses(path) == [OrderStatus.ABANDONED]


def test_too_many_requests_send_the_order_again_while_it_is_valid(path: OrderPath) -> None:
    buy_with(path, "too_many", "too_many")
    assert statuses(path) == [OrderStatus.PENDING]
    later(path, seconds=2)
    assert statuses(path) == [OrderStatus.ACCEPTED]
    assert sent(path) == 3


def test_an_order_that_was_never_taken_is_denied_when_its_minute_is_over(path: OrderPath) -> None:
    buy_with(path, *["too_many"] * 50)
    later(path, seconds=58)
    (order,) = path.orders()
    assert (order.status, order.reject_reason) == (OrderStatus.DENIED, "TOO_LATE")
    assert not path.port.exchange.orders


def test_a_duplicate_id_means_that_an_earlier_attempt_landed(path: OrderPath) -> None:
    """The query before it may have missed it: the order came in between."""
    buy_with(path, "dropped")
    order = path.orders()[0]
    find, path.port.order_by_client_id = path.port.order_by_client_id, lambda _id: None  # type: ignore[method-assign]
    path.port.exchange.accept(
        {"symbol": "AAA", "qty": order.qty, "side": "buy", "client_order_id": order.client_order_id}, path.clock.now()
    )
    later(path, seconds=0.5)
    assert (statuses(path), sent(path)) == ([OrderStatus.UNKNOWN], 2)
    path.port.order_by_client_id = find  # type: ignore[method-assign]
    later(path, seconds=2)
    assert (statuses(path), len(path.port.exchange.orders)) == ([OrderStatus.ACCEPTED], 1)


@pytest.mark.parametrize("status", ["401", "404"])
def test_a_broken_configuration_halts_entries_at_once_and_not_exits(path: OrderPath, status: str) -> None:
    buy_with(path)
    fill_all(path)
    later(path, seconds=21)
    path.port.script = [status]
    path.decide(FIRST + MINUTE, (2, "buy", 5), (3, "buy", 5))
    assert [(o.status, o.reject_reason) for o in path.orders()[1:]] == [
        (OrderStatus.REJECTED, f"{status}  request is not authorized"),
        (OrderStatus.DENIED, "BROKER_REFUSES_KEYS"),
    ]
    assert path.desk.is_blocked
    path.decide(FIRST + 2 * MINUTE, (1, "sell", 10), (2, "buy", 5))
    assert path.orders()[-1].side == "sell"
    assert path.rows("SELECT gate FROM decisions WHERE algo_id = 2 AND minute = ?", (FIRST + 2 * MINUTE,)) == [
        ("BROKER_REFUSES_KEYS",)
    ]


class Switch:
    """A halt switch that is pressed after so many questions."""

    def __init__(self) -> None:
        self.questions_left = 1 << 40

    def __call__(self) -> bool:
        self.questions_left -= 1
        return self.questions_left < 0


@pytest.fixture
def switch() -> Switch:
    return Switch()


@pytest.fixture
def halting(tmp_path: Path, switch: Switch) -> Iterator[OrderPath]:
    path = fresh_path(tmp_path, is_halted=switch)
    yield path
    path.store.close()


def test_a_halt_before_the_commit_leaves_no_entry_at_all(halting: OrderPath, switch: Switch) -> None:
    switch.questions_left = 0
    buy_with(halting)
    assert halting.orders() == []
    assert halting.rows("SELECT outcome, gate FROM decisions WHERE algo_id = 1") == [("DENIED", "HALTED")]


@pytest.mark.parametrize("questions", [1, 2])
def test_a_halt_between_commit_and_socket_ends_the_entry_unsent(
    halting: OrderPath, switch: Switch, questions: int
) -> None:
    switch.questions_left = questions
    buy_with(halting)
    (order,) = halting.orders()
    assert (order.status, order.reject_reason, sent(halting)) == (OrderStatus.DENIED, "HALTED", 0)


def test_an_unknown_entry_is_not_sent_again_during_a_halt(halting: OrderPath, switch: Switch) -> None:
    buy_with(halting, "dropped")
    switch.questions_left = 0
    later(halting, seconds=80)
    assert (statuses(halting), sent(halting)) == ([OrderStatus.ABANDONED], 1)


def test_a_halt_lets_exits_pass(halting: OrderPath, switch: Switch) -> None:
    buy_with(halting)
    fill_all(halting)
    later(halting, seconds=21)
    switch.questions_left = 0
    halting.decide(FIRST + MINUTE, (1, "sell", 10))
    assert statuses(halting) == [OrderStatus.FILLED, OrderStatus.ACCEPTED]


def hold_and_oppose(path: OrderPath) -> None:
    """Leave algorithm 1 with 10 AAA that it wants to sell while algorithm 2 wants to buy AAA."""
    buy_with(path)
    fill_all(path)
    later(path, seconds=21)
    path.clock.seconds = FIRST + MINUTE + 2
    path.decide(FIRST + MINUTE, (1, "sell", 10), (2, "buy", 5))


@pytest.mark.requirement("S2-61")
def test_opposite_orders_of_one_symbol_wait_for_each_other(path: OrderPath) -> None:
    hold_and_oppose(path)
    assert statuses(path)[1:] == [OrderStatus.ACCEPTED, OrderStatus.PENDING]
    fill_all(path)
    later(path, seconds=21)
    assert statuses(path)[1:] == [OrderStatus.FILLED, OrderStatus.ACCEPTED]


@pytest.mark.requirement("S2-61")
def test_an_order_that_waited_its_minute_is_denied_and_may_be_decided_again(path: OrderPath) -> None:
    hold_and_oppose(path)
    path.clock.seconds = FIRST + 2 * MINUTE + 2
    path.decide(FIRST + 2 * MINUTE, (2, "buy", 5))
    waited, retried = path.orders()[2:]
    assert (waited.status, waited.reject_reason) == (OrderStatus.DENIED, "WASH_TRADE_GUARD")
    assert retried.status is OrderStatus.PENDING
    assert len(path.port.exchange.orders) == 2


def test_an_order_of_unknown_fate_makes_the_opposite_one_wait_too(path: OrderPath) -> None:
    buy_with(path)
    fill_all(path)
    later(path, seconds=21)
    path.port.script = ["answer_lost"]
    path.decide(FIRST + MINUTE, (1, "sell", 10), (2, "buy", 5))
    assert statuses(path)[1:] == [OrderStatus.UNKNOWN, OrderStatus.PENDING]


def test_orders_of_one_side_or_of_other_symbols_do_not_wait(path: OrderPath) -> None:
    path.decide(FIRST, (1, "buy", 10), (2, "buy", 5), (3, "buy", 5))
    assert statuses(path) == [OrderStatus.ACCEPTED] * 3


def test_without_the_stream_a_fill_is_found_by_the_poll(path: OrderPath) -> None:
    buy_with(path)
    fill_all(path)
    later(path, seconds=19)
    assert path.books.ledger.position(1, "AAA").qty == ZERO
    later(path, seconds=2)
    assert path.books.ledger.position(1, "AAA").qty == 10
    assert path.rows("SELECT exec_id, source FROM fills") == [("b0:10", "poll")]


@pytest.mark.requirement("S2-68")
def test_a_partly_filled_order_counts_with_what_it_filled_and_blocks_the_next(path: OrderPath) -> None:
    buy_with(path)
    exchange = path.port.exchange
    exchange.fill(exchange.orders[0], ZERO + 4, ZERO + 100, now=path.clock.now())
    for message in exchange.stream:
        path.hear(message)
    assert path.books.ledger.position(1, "AAA").qty == 4
    path.decide(FIRST + MINUTE, (1, "sell", 4))
    assert path.rows("SELECT gate FROM decisions WHERE action = 'sell'") == [("WORKING_ORDER",)]
    exchange.end(exchange.orders[0], "expired")
    later(path, seconds=21)
    assert (path.orders()[0].status, path.books.ledger.position(1, "AAA").qty) == (OrderStatus.EXPIRED, 4)


def test_with_the_broker_away_the_desk_neither_fails_nor_rushes(path: OrderPath) -> None:
    buy_with(path, "answer_lost")
    path.port.is_out = True
    later(path, seconds=600)
    assert statuses(path) == [OrderStatus.UNKNOWN]
    assert asked(path) < 20
    path.port.is_out = False
    later(path, seconds=61)
    assert statuses(path) == [OrderStatus.ACCEPTED]


def test_keys_that_work_again_let_entries_pass(path: OrderPath) -> None:
    buy_with(path, "401")
    assert path.desk.is_blocked
    path.reconciler.run("periodic")
    assert not path.desk.is_blocked


def test_in_real_time_nothing_is_sent_in_the_last_five_seconds_before_the_close(path: OrderPath) -> None:
    last = CALENDAR.sessions_between(0, 1 << 40)[0].close - MINUTE
    path.clock.seconds = last + 2
    path.port.script = ["too_many"] * 50
    path.decide(last, (1, "buy", 10))
    assert path.orders()[0].valid_until == moment(last + 55)
    path.clock.seconds = last + 55
    path.desk.run_due()
    assert (statuses(path), path.orders()[0].reject_reason) == ([OrderStatus.DENIED], "TOO_LATE")


def test_in_simulated_time_an_order_is_valid_until_the_close(path: OrderPath) -> None:
    last = CALENDAR.sessions_between(0, 1 << 40)[0].close - MINUTE
    path.clock.seconds, path.clock.is_simulated = last, True
    path.decide(last, (1, "buy", 10))
    assert path.orders()[0].valid_until == moment(last + MINUTE)


def test_a_canceled_order_is_asked_for_at_once_and_ends(path: OrderPath) -> None:
    buy_with(path)
    path.desk.cancel(path.orders()[0], "the owner stopped it")
    assert statuses(path) == [OrderStatus.CANCELED]
    assert path.books.open_orders() == []


def test_an_unsent_intent_that_is_canceled_never_leaves_this_machine(path: OrderPath) -> None:
    path.port.is_out = True
    buy_with(path)
    assert statuses(path) == [OrderStatus.PENDING]
    path.desk.cancel(path.orders()[0], "the owner stopped it")
    path.port.is_out = False
    later(path, seconds=30)
    assert statuses(path) == [OrderStatus.DENIED]
    assert path.port.exchange.orders == []


@pytest.mark.parametrize(("fault", "ends_as"), [("dropped", "ABANDONED"), ("answer_lost", "CANCELED")])
def test_an_unknown_order_that_is_canceled_is_never_sent_again(path: OrderPath, fault: str, ends_as: str) -> None:
    buy_with(path, fault)
    path.desk.cancel(path.orders()[0], "the owner stopped it")
    later(path, seconds=90)
    assert statuses(path) == [OrderStatus(ends_as)]
    assert sent(path) == 1


def test_a_cancel_that_the_broker_did_not_hear_is_asked_for_again(path: OrderPath) -> None:
    buy_with(path)
    path.port.is_out = True
    path.port.line.query_failed = 1.0
    path.desk.cancel(path.orders()[0], "the owner stopped it")
    assert statuses(path) == [OrderStatus.ACCEPTED]
    path.port.is_out, path.port.line.query_failed = False, 0.0
    later(path, seconds=3)
    assert statuses(path) == [OrderStatus.CANCELED]


def test_a_fill_that_beats_the_cancel_is_booked(path: OrderPath) -> None:
    buy_with(path)
    fill_all(path)
    path.desk.cancel(path.orders()[0], "the owner stopped it")
    assert statuses(path) == [OrderStatus.FILLED]
    assert path.books.ledger.position(1, "AAA").qty == 10


@pytest.mark.requirement("S2-49")
def test_open_orders_are_polled_each_five_seconds_while_the_stream_is_down(path: OrderPath) -> None:
    buy_with(path)
    asked_at = []
    for second in range(41):
        before = asked(path)
        path.desk.run_due(is_stream_down=second <= 20)
        asked_at += [second] if asked(path) > before else []
        path.clock.sleep(1)
    assert asked_at == [5, 10, 15, 20]


@pytest.mark.requirement("S2-49")
def test_stream_that_owes_a_fill_is_in_doubt_until_it_tells_it(path: OrderPath) -> None:
    buy_with(path)
    fill_all(path)
    later(path, seconds=20)
    watch = path.desk.stream_watch
    assert watch.is_in_doubt
    later(path, seconds=10)
    assert watch.take_overdue() == path.orders()[0].client_order_id
    for message in path.port.exchange.stream:
        path.hear(message)
    assert not watch.is_in_doubt


@pytest.mark.requirement("S2-70")
def test_symbol_the_broker_refuses_to_trade_is_told_once(path: OrderPath) -> None:
    buy_with(path, "untradable")
    assert statuses(path) == [OrderStatus.REJECTED]
    assert path.desk.take_not_tradable() == {"AAA"}
    assert path.desk.take_not_tradable() == frozenset()
