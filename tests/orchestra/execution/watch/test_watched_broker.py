"""The watched broker: silence is counted, an answer of any kind ends the count."""

from collections.abc import Callable

import pytest

from orchestra.execution.watch.watched_broker import CLOSED_SECONDS, WatchedBroker
from system_databse.errors import BrokerError, BrokerOutcomeUnknown, BrokerRejected, BrokerUnavailable
from system_databse.order import Order, OrderReport, OrderStatus
from tests.orchestra.execution.order_path import FIRST, OrderPath, SteppedClock, later
from tests.system_databse.made_orders import order_in


class ScriptedBroker:
    """A broker that fails each call as it is told to."""

    def __init__(self) -> None:
        self.failure: BrokerError | None = None

    def submit(self, order: Order) -> OrderReport:
        self.find(order.client_order_id)
        raise AssertionError("an answer is not needed here")

    def cancel(self, broker_order_id: str) -> None:
        self.find(broker_order_id)

    def find(self, client_order_id: str) -> OrderReport | None:
        if self.failure:
            raise self.failure
        return None


class Watching:
    def __init__(self) -> None:
        self.clock = SteppedClock(0)
        self.scripted = ScriptedBroker()
        self.broker = WatchedBroker(self.scripted, self.clock.monotonic)

    def fail(self, failure: BrokerError, call: Callable[[], object] | None = None) -> None:
        self.scripted.failure = failure
        with pytest.raises(type(failure)):
            (call or self.ask)()
        self.scripted.failure = None

    def ask(self) -> None:
        self.broker.find("x")


@pytest.fixture
def watching() -> Watching:
    return Watching()


SILENT = BrokerUnavailable("no answer")


def test_the_rest_after_each_silence_grows_to_eight_seconds(watching: Watching) -> None:
    for rest in (0.5, 1, 2, 4, 8, 8):
        watching.fail(SILENT)
        watching.clock.seconds += rest - 0.1
        assert watching.broker.is_resting
        watching.clock.seconds += 0.1
        assert not watching.broker.is_resting


@pytest.mark.requirement("S2-71")
@pytest.mark.parametrize("call", ["submit", "cancel", "find"])
def test_five_silences_in_a_row_of_any_call_close_entries_for_a_minute(watching: Watching, call: str) -> None:
    calls = {"submit": lambda: watching.broker.submit(order_in()), "cancel": lambda: watching.broker.cancel("b")}
    for number in range(5):
        assert not watching.broker.is_closed_to_entries
        watching.fail(BrokerOutcomeUnknown("lost") if number else SILENT, calls.get(call))
    watching.clock.seconds += CLOSED_SECONDS - 1
    assert watching.broker.is_closed_to_entries
    watching.clock.seconds += 1
    assert not watching.broker.is_closed_to_entries
    assert watching.broker.silences == 5


@pytest.mark.parametrize("answer", ["found", "refused"])
def test_an_answer_ends_the_count_even_a_refusal(watching: Watching, answer: str) -> None:
    for _ in range(3):
        for _ in range(4):
            watching.fail(SILENT)
        if answer == "found":
            watching.ask()
        else:
            watching.fail(BrokerRejected("no", status=422))
        assert not watching.broker.is_resting
    assert not watching.broker.is_closed_to_entries


def sent(path: OrderPath) -> int:
    return sum(request.startswith("submit") for request in path.port.exchange.requests)


def statuses(path: OrderPath) -> list[OrderStatus]:
    return [order.status for order in path.orders()]


def silent_calls(path: OrderPath, act: Callable[[], object]) -> int:
    """Return how many calls a pass costs while the broker does not answer."""
    path.port.is_out = True
    requests = len(path.port.exchange.requests)
    act()
    return len(path.port.exchange.requests) - requests


@pytest.mark.requirement("S2-71")
def test_a_pass_ends_at_the_first_call_without_an_answer(path: OrderPath) -> None:
    three = ((1, "buy", 10), (2, "buy", 5), (3, "buy", 5))
    assert silent_calls(path, lambda: path.decide(FIRST, *three)) == 1
    assert silent_calls(path, path.desk.resolve_unknown) == 1
    assert silent_calls(path, path.desk.run_due) == 0
    path.clock.sleep(1)
    assert silent_calls(path, path.desk.run_due) == 1
    path.port.is_out = False
    later(path, seconds=10)
    assert statuses(path) == [OrderStatus.ACCEPTED] * 3
    path.clock.sleep(21)
    assert silent_calls(path, path.desk.run_due) == 1


@pytest.mark.requirement("S2-71")
def test_five_calls_in_a_row_without_an_answer_close_entries_for_a_minute(path: OrderPath) -> None:
    path.port.is_out = True
    path.decide(FIRST, (1, "buy", 10))
    later(path, seconds=3.5)
    assert (sent(path), path.desk.is_broker_silent) == (4, False)
    later(path, seconds=4)
    assert (sent(path), path.desk.is_broker_silent) == (5, True)
    path.port.is_out = False
    later(path, seconds=8)
    assert statuses(path) == [OrderStatus.ACCEPTED]
    path.clock.sleep(51)
    assert path.desk.is_broker_silent
    path.clock.sleep(1)
    assert not path.desk.is_broker_silent


@pytest.mark.requirement("S2-70")
@pytest.mark.parametrize(
    ("words", "symbols"), [('asset "SPY" is not tradable', {"SPY"}), ("insufficient buying power", set())]
)
def test_symbol_refused_for_what_it_is_is_remembered(watching: Watching, words: str, symbols: set[str]) -> None:
    watching.fail(BrokerRejected(words, status=422), lambda: watching.broker.submit(order_in()))
    assert watching.broker.not_tradable == symbols
