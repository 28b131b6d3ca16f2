"""What the order path needs of a broker; Alpaca and the simulated twin implement it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from system_databse.fill import ExecutionReport
from system_databse.order import ZERO, Order, OrderReport


@dataclass(frozen=True, slots=True)
class Account:
    """The broker's account in dollars. last_equity: at the last session's close."""

    number: str
    cash: Decimal
    equity: Decimal
    buying_power: Decimal = ZERO
    last_equity: Decimal = ZERO


class OrderBroker(Protocol):
    """The calls for one order; each blocks for at most its time limit and raises only our BrokerErrors."""

    def submit(self, order: Order) -> OrderReport:
        """Send an order once.

        Raises BrokerRejected (final), BrokerUnavailable (surely not accepted) or BrokerOutcomeUnknown.
        """

    def cancel(self, broker_order_id: str) -> None:
        """Ask to cancel an order; "not cancelable" means that a fill won."""

    def find(self, client_order_id: str) -> OrderReport | None:
        """Return the order with our id, or None when the broker does not know it (yet)."""


class Broker(OrderBroker, Protocol):
    """Everything; the same holds for every call."""

    def orders_since(self, after: datetime | None) -> list[OrderReport]:
        """Return all orders submitted later than `after`, oldest first; None returns all there are."""

    def positions(self) -> Mapping[str, Decimal]:
        """Return the account's signed quantity by symbol."""

    def account(self) -> Account:
        """Return the account."""

    def read_update(self, message: Mapping[str, Any]) -> tuple[OrderReport, ExecutionReport | None]:
        """Read one trade_updates message; raises BrokerError when it cannot be understood."""
