"""The order desk: intents on disk, then the wire, then what came of it.

In: judged decisions, broker news. Out: orders at the broker, rows in the books. Thread: engine.
Never sends again on doubt: unknown is a state of its own, resolved by asking for our id.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime

from orchestra.execution.books import Books
from orchestra.execution.broker import Broker
from orchestra.execution.order_numbers import OrderNumbers
from orchestra.messages.lockstep import Execution
from orchestra.runtime.clock import Clock
from system_databse.decision import Decision
from system_databse.errors import BrokerOutcomeUnknown, BrokerRejected, BrokerUnavailable
from system_databse.fill import ExecutionReport, Fill
from system_databse.order import Order, OrderReport, OrderStatus, Purpose, Side
from system_databse.trading_signal import Action, Outcome

log = logging.getLogger(__name__)

MINUTE = 60
CONFIGURATION_IS_BROKEN = frozenset({401, 404})
REFUSED_ID = "client_order_id"


class OrderDesk:
    """Carry decisions out. is_halted: the halt switch, asked before the commit and before each send."""

    def __init__(
        self,
        broker: Broker,
        books: Books,
        clock: Clock,
        *,
        numbers: OrderNumbers,
        is_halted: Callable[[], bool],
    ) -> None:
        self._broker = broker
        self._books = books
        self._clock = clock
        self._numbers = numbers
        self._is_halted = is_halted
        self._is_refused_entirely = False

    @property
    def is_blocked(self) -> bool:
        """Say whether the broker refuses our keys, so that no entry makes sense."""
        return self._is_refused_entirely

    def carry_out(self, decisions: Iterable[Decision], minute: int) -> None:
        """Commit the minute with its intents, then send them."""
        judged = [self._numbered(decision) for decision in decisions]
        intents = [self._intent(decision) for decision in judged if decision.outcome is Outcome.SUBMITTED]
        self._books.commit_minute(minute, judged, intents)
        self.send_waiting()

    def send_waiting(self) -> int:
        """Send every intent that may go now and return how many were sent.

        Orders of one symbol on opposite sides wait for each other: Alpaca would refuse them as a
        potential wash trade (S2-61).
        """
        sent = 0
        for order in self._books.open_orders():
            if order.status is OrderStatus.PENDING and self._may_go(order):
                self._send(order)
                sent += 1
        return sent

    def apply(self, report: OrderReport, execution: ExecutionReport | None, *, source: str) -> list[Fill]:
        """Book news of an order, from the stream, a poll or an answer."""
        return self._books.apply(report, execution, source=source)

    def is_booked(self, execution: Execution) -> bool:
        """Say whether the books already hold that much of the execution's order."""
        order = self._books.find(execution.client_order_id)
        return order is None or order.filled_qty >= execution.cumulative_qty

    def ask(self, client_order_id: str) -> None:
        """Ask the broker for one of our orders and book the answer."""
        report = self._broker.find(client_order_id)
        if report is not None:
            self.apply(report, None, source="poll")

    def has_unresolved(self) -> bool:
        """Say whether an order was sent, or could be sent now, whose fate is not known."""
        return any(
            order.status in (OrderStatus.SUBMITTED, OrderStatus.UNKNOWN)
            or (order.status is OrderStatus.PENDING and self._may_go(order))
            for order in self._books.open_orders()
        )

    def resolve_unknown(self) -> None:
        """Ask for every order whose fate is unknown; send it again, under the same id, only after a 404.

        A second of two equal ids is refused by the broker, so sending after a 404 is safe. Too old to
        send, it is ABANDONED and still asked for.
        """
        for order in self._books.open_orders():
            if order.status in (OrderStatus.SUBMITTED, OrderStatus.UNKNOWN, OrderStatus.ABANDONED):
                self._resolve(order)

    def _resolve(self, order: Order) -> None:
        try:
            report = self._broker.find(order.client_order_id)
        except (BrokerUnavailable, BrokerRejected) as error:
            log.warning("Order %s is still unknown: %s", order.client_order_id, error)
            return
        if report is not None:
            self.apply(report, None, source="poll")
            return
        if order.status is OrderStatus.SUBMITTED:
            order = self._books.move(order, OrderStatus.UNKNOWN)
        if self._clock.now() < order.valid_until and self._may_go(order):
            self._send(order)
        elif order.status is OrderStatus.UNKNOWN and self._clock.now() >= order.valid_until:
            self._books.move(order, OrderStatus.ABANDONED, reason="not found at the broker and too old to send again")

    def _ask_quietly(self, client_order_id: str) -> None:
        """Ask now; without an answer the order stays UNKNOWN and is asked for again."""
        try:
            self.ask(client_order_id)
        except (BrokerUnavailable, BrokerRejected) as error:
            log.warning("Order %s is not known yet: %s", client_order_id, error)

    def _may_go(self, order: Order) -> bool:
        if self._is_halted() and order.purpose is Purpose.ENTRY:
            self._deny(order, "HALTED")
            return False
        is_waiting = any(self._opposes(other, order) for other in self._books.open_orders())
        if self._clock.now() >= order.valid_until:
            self._deny(order, "WASH_TRADE_GUARD" if is_waiting else "TOO_LATE")
            return False
        return not is_waiting

    def _deny(self, order: Order, reason: str) -> None:
        """Stop an intent by our own rule; one that may have reached the broker is left to be asked for."""
        if order.status is OrderStatus.PENDING:
            self._books.move(order, OrderStatus.DENIED, reason=reason)

    @staticmethod
    def _opposes(other: Order, order: Order) -> bool:
        at_broker = other.is_working and other.status is not OrderStatus.PENDING
        return at_broker and other.symbol == order.symbol and other.side is order.side.opposite

    def _send(self, order: Order) -> None:
        sent = self._books.mark_sent(order)
        try:
            self.apply(self._broker.submit(sent), None, source="answer")
        except BrokerRejected as error:
            self._refused(sent, error)
        except BrokerUnavailable as error:
            log.warning("Order %s was not taken: %s", sent.client_order_id, error)
            self._books.move(sent, OrderStatus.PENDING)
        except BrokerOutcomeUnknown as error:
            log.warning("Order %s may or may not exist: %s", sent.client_order_id, error)
            self._books.move(sent, OrderStatus.UNKNOWN)
            self._resolve(self._books.find(sent.client_order_id) or sent)

    def _refused(self, order: Order, error: BrokerRejected) -> None:
        if error.status == 422 and REFUSED_ID in str(error):
            # An earlier attempt landed after all; the order itself tells how it stands.
            self._books.move(order, OrderStatus.UNKNOWN)
            self._ask_quietly(order.client_order_id)
            return
        if error.status in CONFIGURATION_IS_BROKEN:
            self._is_refused_entirely = True
        log.warning("Order %s was rejected: %s", order.client_order_id, error)
        self._books.move(order, OrderStatus.REJECTED, reason=f"{error.status} {error.code or ''} {error}".strip())

    def _numbered(self, decision: Decision) -> Decision:
        if decision.outcome is not Outcome.SUBMITTED:
            return decision
        minute = decision.signal.minute - MINUTE
        leg = self._books.next_leg(decision.signal.algorithm_id, minute)
        number = self._numbers.number(decision.signal.algorithm_id, minute, leg)
        return replace(decision, client_order_id=number)

    def _intent(self, decision: Decision) -> Order:
        signal = decision.signal
        number = decision.client_order_id
        if decision.qty is None or number is None:
            raise ValueError(f"an approved decision of algorithm {signal.algorithm_id} carries no quantity")
        side = Side.BUY if signal.action is Action.BUY else Side.SELL
        return Order(
            client_order_id=number,
            algorithm_id=signal.algorithm_id,
            minute=signal.minute - MINUTE,
            leg=int(number.rsplit("-", 1)[1]),
            symbol=signal.symbol,
            side=side,
            qty=decision.qty,
            purpose=Purpose.ENTRY if side is Side.BUY else Purpose.EXIT,
            created_at=self._clock.now(),
            valid_until=datetime.fromtimestamp(signal.minute + MINUTE, UTC),
        )
