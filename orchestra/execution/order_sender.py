"""Sending one order once, and what its answer means.

In: intents that are on disk. Out: orders at the broker, the answer in the books. Thread: engine.
Our own rules are asked before the commit that marks an order as sent, and again before the socket is touched.
"""

import logging
from collections.abc import Callable

from orchestra.execution.books import Books
from orchestra.execution.broker import OrderBroker
from orchestra.runtime.clock import Clock
from system_databse.errors import BrokerOutcomeUnknown, BrokerRejected, BrokerUnavailable
from system_databse.order import Order, OrderStatus, Purpose

log = logging.getLogger(__name__)

CONFIGURATION_IS_BROKEN = frozenset({401, 404})
REFUSED_ID = "client_order_id"


class OrderSender:
    """Send orders. is_halted: the halt switch. is_blocked: the broker refuses our keys, no entry makes sense."""

    def __init__(self, broker: OrderBroker, books: Books, clock: Clock, *, is_halted: Callable[[], bool]) -> None:
        self._broker = broker
        self._books = books
        self._clock = clock
        self._is_halted = is_halted
        self.is_blocked = False

    def block(self, *, is_blocked: bool) -> None:
        """Remember whether the broker refuses our keys, and say each change once."""
        if is_blocked and not self.is_blocked:
            log.error("The broker refuses our keys; no entries until it answers them again.")
        elif self.is_blocked and not is_blocked:
            log.info("The broker answers our keys again; entries may be sent.")
        self.is_blocked = is_blocked

    def entries_stopped(self) -> str | None:
        """Return the rule that stops every opening order now, if any."""
        if self._is_halted():
            return "HALTED"
        return "BROKER_REFUSES_KEYS" if self.is_blocked else None

    def obstacle(self, order: Order) -> str | None:
        """Return the rule that ends this order before it is sent, if any."""
        stopped = self.entries_stopped() if order.purpose is Purpose.ENTRY else None
        if stopped or self._clock.now() < order.valid_until:
            return stopped
        return "WASH_TRADE_GUARD" if self.has_to_wait(order) else "TOO_LATE"

    def has_to_wait(self, order: Order) -> bool:
        """Say whether an order on the other side is at the broker: Alpaca would see a wash trade (S2-61)."""
        return any(_opposes(other, order) for other in self._books.open_orders())

    def may_go(self, order: Order) -> bool:
        """Say whether the order may be sent now."""
        return self.obstacle(order) is None and not self.has_to_wait(order)

    def deny(self, order: Order, reason: str) -> None:
        """End an intent that never left this machine."""
        log.info("Order %s is not sent: %s.", order.client_order_id, reason)
        self._books.move(order, OrderStatus.DENIED, reason=reason)

    def send(self, order: Order) -> None:
        """Send an order whose id the broker does not know; on doubt it is UNKNOWN and nothing is repeated."""
        sent = self._books.mark_sent(order)
        stopped = self.obstacle(sent)
        if stopped:
            self._take_back(sent, order.status, stopped)
            return
        try:
            report = self._broker.submit(sent)
        except BrokerRejected as error:
            self._refused(sent, order.status, error)
        except BrokerUnavailable as error:
            # Surely not taken this time; what an earlier attempt became is as unknown as before.
            log.warning("Order %s was not taken: %s", sent.client_order_id, error)
            self._books.move(sent, order.status)
        except BrokerOutcomeUnknown as error:
            log.warning("Order %s may or may not exist: %s", sent.client_order_id, error)
            self._books.move(sent, OrderStatus.UNKNOWN)
        else:
            self._books.apply(report, None, source="answer")

    def _take_back(self, sent: Order, before: OrderStatus, reason: str) -> None:
        if before is OrderStatus.PENDING:
            self.deny(sent, reason)
        else:
            self._books.move(sent, before)

    def _refused(self, sent: Order, before: OrderStatus, error: BrokerRejected) -> None:
        if error.status == 422 and REFUSED_ID in str(error):
            # An earlier attempt landed after all; the order itself tells how it stands.
            self._books.move(sent, OrderStatus.UNKNOWN)
            return
        if error.status in CONFIGURATION_IS_BROKEN:
            self.block(is_blocked=True)
        reason = f"{error.status} {error.code or ''} {error}".strip()
        log.warning("Order %s was rejected: %s", sent.client_order_id, reason)
        # With an earlier attempt under way only this one is refused: not sent again, and still asked for.
        is_first = before is OrderStatus.PENDING
        self._books.move(sent, OrderStatus.REJECTED if is_first else OrderStatus.UNKNOWN, reason=reason)


def _opposes(other: Order, order: Order) -> bool:
    is_at_broker = other.is_working and other.status is not OrderStatus.PENDING
    return is_at_broker and other.symbol == order.symbol and other.side is order.side.opposite
