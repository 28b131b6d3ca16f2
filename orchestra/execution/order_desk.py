"""The order desk: intents on disk, then the wire, then what came of it.

In: judged decisions, broker news. Out: orders at the broker, rows in the books. Thread: engine.
Never sends again on doubt: unknown is a state of its own, resolved by asking for our id.
"""

import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import UTC, datetime

from database.bar import MINUTE
from database.calendar_manager import MarketCalendar
from orchestra.execution.books import Books
from orchestra.execution.broker import Broker
from orchestra.execution.due_times import DueTimes
from orchestra.execution.order_numbers import OrderNumbers
from orchestra.execution.order_sender import OrderSender
from orchestra.execution.send_budget import SEND_BUDGET, SendBudget
from orchestra.execution.watch.order_stream_watch import OrderStreamWatch
from orchestra.execution.watch.watched_broker import WatchedBroker
from orchestra.messages.lockstep import Execution
from orchestra.runtime.clock import Clock
from system_databse.decision import Decision, denied
from system_databse.errors import BrokerError, BrokerRejected, BrokerUnavailable
from system_databse.fill import ExecutionReport, Fill
from system_databse.order import Order, OrderReport, OrderStatus, Purpose, Side
from system_databse.trading_signal import Action, Outcome, TradingSignal

log = logging.getLogger(__name__)

POLL_SECONDS = 20.0
POLL_IN_DOUBT_SECONDS = 5.0
# An order that reaches the broker after the close would wait for the next open.
LAST_SEND_BEFORE_CLOSE_SECONDS = 5
POLL = "open orders"
NOT_FOUND = "not found at the broker and too old to send again"
NO_ANSWER_YET = frozenset({OrderStatus.SUBMITTED, OrderStatus.UNKNOWN})
AT_BROKER = frozenset({OrderStatus.ACCEPTED, OrderStatus.PARTIALLY_FILLED})


class OrderDesk:
    """Carry decisions out. is_halted: the halt switch, asked before the commit and before each send."""

    def __init__(
        self,
        broker: Broker,
        books: Books,
        clock: Clock,
        *,
        calendar: MarketCalendar,
        numbers: OrderNumbers,
        is_halted: Callable[[], bool],
    ) -> None:
        self._broker = WatchedBroker(broker, clock.monotonic)
        self._books = books
        self._clock = clock
        self._calendar = calendar
        self._numbers = numbers
        self._sender = OrderSender(self._broker, books, clock, is_halted=is_halted)
        self._budget = SendBudget(clock.monotonic, is_limited=not clock.is_simulated)
        self._doubts = DueTimes(clock.monotonic)
        self._polls = DueTimes(clock.monotonic, delays=(POLL_SECONDS,))
        self._polls_in_doubt = DueTimes(clock.monotonic, delays=(POLL_IN_DOUBT_SECONDS,))
        self.stream_watch = OrderStreamWatch(clock.monotonic)

    @property
    def is_blocked(self) -> bool:
        """Say whether the broker refuses our keys, so that no entry makes sense."""
        return self._sender.is_blocked

    @property
    def is_broker_silent(self) -> bool:
        """Say whether the broker left so many calls unanswered that no entry makes sense for a while."""
        return self._broker.is_closed_to_entries

    def unblock(self) -> None:
        """Take note that the broker answers our keys; it may refuse them again at the next order."""
        self._sender.block(is_blocked=False)

    def take_not_tradable(self) -> frozenset[str]:
        """Return, once, the symbols in which the broker has refused an order for what they are."""
        symbols = frozenset(self._broker.not_tradable)
        self._broker.not_tradable.clear()
        return symbols

    def carry_out(self, decisions: Iterable[Decision], minute: int) -> None:
        """Commit the minute with its intents, then send them."""
        judged, intents = self._with_intents(decisions)
        self._books.commit_minute(minute, judged, intents)
        self.send_waiting()

    def carry_out_owners(self, decisions: Iterable[Decision]) -> list[Decision]:
        """Commit the owner's own orders, then send them; no minute is decided by them. Returns what was committed."""
        judged, intents = self._with_intents(decisions)
        self._books.commit_owners(judged, intents)
        self.send_waiting()
        return judged

    def send_waiting(self) -> None:
        """Send every intent that may go now, end those that may not any more.

        Orders of one symbol on opposite sides wait for each other: Alpaca would refuse them as a
        potential wash trade (S2-61). After a call without an answer the others wait for a better moment.
        Exits go first where sending takes time; what has not been tried after ten seconds is DENIED, and an
        exit that is still wanted is decided again in the next minute.
        """
        self._budget.renew()
        is_resting, silences = self._broker.is_resting, self._broker.silences
        for order in self._in_line():
            is_resting = is_resting or self._broker.silences > silences
            if self._budget.is_spent:
                self._sender.deny(order, SEND_BUDGET)
            elif not is_resting or self._sender.obstacle(order):
                self._send_or_deny(order)

    def cancel(self, order: Order, reason: str) -> None:
        """End an order that still works: one that was not sent is denied, another one's cancel is asked for.

        The wish is on disk, and asked for again until the order is terminal; a fill may still win.
        """
        if order.status is OrderStatus.PENDING:
            self._sender.deny(order, reason)
        elif order.is_working:
            self._books.want_cancel(order)
            self._cancel(order.client_order_id)
            self._poll([order])

    def apply(self, report: OrderReport, execution: ExecutionReport | None, *, source: str) -> list[Fill]:
        """Book news of an order, from the stream, a poll or an answer.

        One that was given up and is found after all came too late to be wanted: its rest is canceled.
        """
        if source == "stream":
            self.stream_watch.on_update(report)
        before = self._books.find(report.client_order_id)
        added = self._books.apply(report, execution, source=source)
        if before and before.status is OrderStatus.ABANDONED:
            self._cancel(report.client_order_id)
        return added

    def is_booked(self, execution: Execution) -> bool:
        """Say whether the books already hold that much of the execution's order."""
        order = self._books.find(execution.client_order_id)
        return order is None or order.filled_qty >= execution.cumulative_qty

    def ask(self, client_order_id: str) -> None:
        """Ask the broker for one of our orders and book the answer."""
        report = self._broker.find(client_order_id)
        if report is not None:
            self.apply(report, None, source="poll")

    def ask_all(self, told: Collection[str] = ()) -> None:
        """Ask for every order that is not terminal, except those just told, and send none.

        What was given up too long ago to arrive is asked for once more, after a start as well, and then
        forgotten. Raises BrokerUnavailable or BrokerRejected when the broker does not answer.
        """
        for order in self._books.open_orders():
            if order.status in AT_BROKER and order.client_order_id not in told:
                self.ask(order.client_order_id)
            elif order.status in NO_ANSWER_YET or order.status is OrderStatus.ABANDONED:
                self._ask_for(order)
        self._books.forget_tombstones()

    def resolve_unknown(self) -> bool:
        """Ask for every order whose fate is unknown; send it again, under the same id, only after a 404.

        A second of two equal ids is refused by the broker, so sending after a 404 is safe. Too old to
        send, it is ABANDONED and still asked for. Returns whether nothing is left that asking at once
        could change. The pass ends at the first call without an answer: one time limit is enough.
        """
        silences, is_settled = self._broker.silences, True
        for order in [order for order in self._books.open_orders() if self._is_doubtful(order)]:
            is_settled = self._resolve(order) and is_settled
            if self._broker.silences > silences:
                return False
        return is_settled

    def run_due(self, *, is_stream_down: bool = False) -> None:
        """Do what is due by now: intents that may go, orders in doubt, cancels, the poll of open orders.

        For real time, where nobody waits for the broker: call it from the loop. Polls are more frequent while the
        order stream is down or owes what a poll has found.
        """
        is_polled = [order for order in self._books.open_orders() if order.status in AT_BROKER]
        is_in_doubt = is_stream_down or self.stream_watch.is_in_doubt
        for polls, is_used in ((self._polls_in_doubt, is_in_doubt), (self._polls, not is_in_doubt)):
            polls.watch([POLL] if is_polled and is_used else [])
            if is_polled and is_used and not self._broker.is_resting and polls.take(POLL):
                self._poll(is_polled)
        self._resolve_due()

    def _in_line(self) -> list[Order]:
        """Return the intents that were not sent, in the order in which they are."""
        pending = [order for order in self._books.open_orders() if order.status is OrderStatus.PENDING]
        if self._clock.is_simulated:
            return pending
        return sorted(pending, key=lambda order: order.purpose is Purpose.ENTRY)

    def _resolve_due(self) -> None:
        doubtful = [order for order in self._books.open_orders() if self._is_doubtful(order)]
        self._doubts.watch(map(_doubt, doubtful))
        is_resting, silences = self._broker.is_resting, self._broker.silences
        for order in doubtful:
            is_pending = order.status is OrderStatus.PENDING
            is_resting = is_resting or self._broker.silences > silences
            if is_pending and self._sender.obstacle(order):
                self._send_or_deny(order)
            elif not is_resting and ((is_pending and not order.attempts) or self._doubts.take(_doubt(order))):
                self._resolve(order)

    def _poll(self, orders: Iterable[Order]) -> None:
        if self._broker.is_resting:
            return
        try:
            for order in orders:
                self.ask(order.client_order_id)
                self.stream_watch.on_poll(order, self._books.find(order.client_order_id))
        except BrokerError as error:
            log.warning("Open orders could not be asked for: %s", error)

    def _is_doubtful(self, order: Order) -> bool:
        return (
            order.status in NO_ANSWER_YET
            or order.status is OrderStatus.PENDING
            or order.may_still_arrive(self._clock.now())
            or (order.cancel_wanted_at is not None and order.is_working)
        )

    def _resolve(self, order: Order) -> bool:
        """Bring one order out of doubt; say whether asking again at once would change nothing."""
        try:
            if order.status is OrderStatus.PENDING:
                self._send_or_deny(order)
            elif order.cancel_wanted_at is not None and order.status in AT_BROKER:
                self.ask(order.client_order_id)
                self._cancel(order.client_order_id)
                return True
            else:
                missing = self._ask_for(order)
                if missing is None or missing.cancel_wanted_at:
                    self._cancel_if_wanted(order)
                    return True
                if missing.reject_reason or not self._sender.may_go(missing):
                    return True
                self._sender.send(missing)
        except (BrokerUnavailable, BrokerRejected) as error:
            log.warning("Order %s is still unknown: %s", order.client_order_id, error)
            return False
        return not self._is_unresolved(order.client_order_id)

    def _ask_for(self, order: Order) -> Order | None:
        """Ask for an order of unknown fate; return it when the broker does not know it and it is not too old."""
        report = self._broker.find(order.client_order_id)
        if report is not None:
            self.apply(report, None, source="poll")
            return None
        if order.status is OrderStatus.SUBMITTED:
            order = self._books.move(order, OrderStatus.UNKNOWN)
        if order.status is OrderStatus.UNKNOWN and self._clock.now() >= order.valid_until:
            self._books.move(order, OrderStatus.ABANDONED, reason=order.reject_reason or NOT_FOUND)
            return None
        return order if order.status is OrderStatus.UNKNOWN else None

    def _is_unresolved(self, client_order_id: str) -> bool:
        order = self._books.find(client_order_id)
        if order is None or order.status in NO_ANSWER_YET:
            return order is not None
        return order.status is OrderStatus.PENDING and self._sender.may_go(order)

    def _send_or_deny(self, order: Order) -> None:
        obstacle = self._sender.obstacle(order)
        if obstacle:
            self._sender.deny(order, obstacle)
        elif not self._sender.has_to_wait(order):
            self._sender.send(order)

    def _cancel_if_wanted(self, order: Order) -> None:
        if order.cancel_wanted_at is not None:
            self._cancel(order.client_order_id)

    def _cancel(self, client_order_id: str) -> None:
        """Ask to cancel what was found too late; it is asked for again until the order is terminal."""
        order = self._books.find(client_order_id)
        if order is None or not order.is_working or order.broker_order_id is None or self._broker.is_resting:
            return
        try:
            self._broker.cancel(order.broker_order_id)
        except BrokerError as error:
            # "Not cancelable" means that a fill won: the next answer tells.
            log.warning("Order %s could not be canceled: %s", client_order_id, error)

    def _with_intents(self, decisions: Iterable[Decision]) -> tuple[list[Decision], list[Order]]:
        judged = [self._numbered(self._unless_stopped(decision)) for decision in decisions]
        return judged, [self._intent(decision) for decision in judged if decision.outcome is Outcome.SUBMITTED]

    def _unless_stopped(self, decision: Decision) -> Decision:
        is_entry = decision.outcome is Outcome.SUBMITTED and decision.signal.action is Action.BUY
        stopped = self._sender.entries_stopped() if is_entry else None
        return denied(decision.signal, stopped, "opening orders are stopped") if stopped else decision

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
            purpose=_purpose(signal),
            created_at=self._clock.now(),
            valid_until=datetime.fromtimestamp(self._valid_until(signal.minute), UTC),
        )

    def _valid_until(self, minute: int) -> int:
        """Return when an intent of that minute is too old to be sent; simulated time has no way to be late."""
        session = self._calendar.session_for_decision(minute)
        if self._clock.is_simulated or session is None:
            return minute + MINUTE
        return min(minute + MINUTE, session.close - LAST_SEND_BEFORE_CLOSE_SECONDS)


def _purpose(signal: TradingSignal) -> Purpose:
    if signal.action is Action.BUY:
        return Purpose.ENTRY
    return Purpose.MANUAL if signal.is_owners else Purpose.EXIT


def _doubt(order: Order) -> str:
    """Return what is in doubt: a cancel is a new question, asked soon again."""
    return f"{order.client_order_id} cancel" if order.cancel_wanted_at else order.client_order_id
