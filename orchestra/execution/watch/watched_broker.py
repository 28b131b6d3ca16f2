"""A broker that is watched: how often it stayed silent, and whether it is worth asking now.

In: calls of the order desk. Out: the same answers, and a verdict on the line. Thread: engine.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from orchestra.execution.broker import OrderBroker
from orchestra.execution.due_times import FIRST_DELAYS_SECONDS
from system_databse.errors import BrokerOutcomeUnknown, BrokerRejected, BrokerUnavailable
from system_databse.order import Order, OrderReport

SILENCES_UNTIL_CLOSED = 5
CLOSED_SECONDS = 60.0
# Alpaca's words for an asset that may not be bought or sold (422).
NOT_TRADABLE = "not tradable"


class WatchedBroker:
    """Pass calls on and count those without an answer. monotonic: steady seconds; silences: since the start.

    not_tradable: symbols in which the broker has refused an order for what they are.
    """

    def __init__(self, broker: OrderBroker, monotonic: Callable[[], float]) -> None:
        self._broker = broker
        self._monotonic = monotonic
        self._in_a_row = 0
        self._rests_until = 0.0
        self._closed_until = 0.0
        self.silences = 0
        self.not_tradable: set[str] = set()

    @property
    def is_resting(self) -> bool:
        """Say whether the broker was silent so lately that no call is worth its time limit."""
        return self._in_a_row > 0 and self._monotonic() < self._rests_until

    @property
    def is_closed_to_entries(self) -> bool:
        """Say whether five calls in a row had no answer within the last minute (S2-71)."""
        return self._monotonic() < self._closed_until

    def submit(self, order: Order) -> OrderReport:
        """Send an order once."""
        try:
            with self._watching():
                return self._broker.submit(order)
        except BrokerRejected as error:
            if NOT_TRADABLE in str(error):
                self.not_tradable.add(order.symbol)
            raise

    def cancel(self, broker_order_id: str) -> None:
        """Ask to cancel an order."""
        with self._watching():
            self._broker.cancel(broker_order_id)

    def find(self, client_order_id: str) -> OrderReport | None:
        """Return the order with our id, or None."""
        with self._watching():
            return self._broker.find(client_order_id)

    @contextmanager
    def _watching(self) -> Iterator[None]:
        try:
            yield
        except (BrokerUnavailable, BrokerOutcomeUnknown):
            self._was_silent()
            raise
        except BrokerRejected:
            self._in_a_row = 0
            raise
        self._in_a_row = 0

    def _was_silent(self) -> None:
        now = self._monotonic()
        delay = FIRST_DELAYS_SECONDS[min(self._in_a_row, len(FIRST_DELAYS_SECONDS) - 1)]
        self.silences += 1
        self._in_a_row += 1
        self._rests_until = now + delay
        if self._in_a_row >= SILENCES_UNTIL_CLOSED:
            self._closed_until = now + CLOSED_SECONDS
