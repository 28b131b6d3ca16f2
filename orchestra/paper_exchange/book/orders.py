"""An order at the exchange, its states, and what each step may change."""

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from database.bar import MINUTE

MICROSECONDS = 1_000_000


class Side(StrEnum):
    """Direction of an order."""

    BUY = "buy"
    SELL = "sell"

    @property
    def opposite(self) -> "Side":
        """Return the other direction."""
        return Side.SELL if self is Side.BUY else Side.BUY


class OrderType(StrEnum):
    """How the price of an order is limited."""

    MARKET = "market"
    LIMIT = "limit"


class TimeInForce(StrEnum):
    """How long an order works: to its session's close, or 90 days."""

    DAY = "day"
    GTC = "gtc"


class OrderStatus(StrEnum):
    """Alpaca's names. ACCEPTED waits for the next session, NEW can be filled."""

    ACCEPTED = "accepted"
    NEW = "new"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"


WORKING = frozenset({OrderStatus.ACCEPTED, OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED})
FINAL = frozenset(OrderStatus) - WORKING

STEPS: dict[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.ACCEPTED: frozenset({OrderStatus.NEW, OrderStatus.CANCELED, OrderStatus.EXPIRED}),
    OrderStatus.NEW: frozenset(OrderStatus) - {OrderStatus.ACCEPTED, OrderStatus.NEW},
    OrderStatus.PARTIALLY_FILLED: frozenset(OrderStatus) - {OrderStatus.ACCEPTED, OrderStatus.NEW},
    **{status: frozenset[OrderStatus]() for status in FINAL},
}


@dataclass(frozen=True, slots=True)
class Order:
    """One order as the book keeps it.

    Times with `_at` are microseconds of market time; orders of one minute count up by one, so that lists can be paged
    by time. eligible_from and expires_at are epoch seconds: the start of the first bar that may fill the order, and
    the end of its life.
    """

    id: str
    client_order_id: str
    symbol: str
    side: Side
    type: OrderType
    time_in_force: TimeInForce
    qty: Decimal
    limit_price: Decimal | None
    status: OrderStatus
    submitted_at: int
    updated_at: int
    eligible_from: int
    expires_at: int
    filled_qty: Decimal = Decimal(0)
    filled_avg_price: Decimal | None = None
    filled_at: int | None = None
    canceled_at: int | None = None
    expired_at: int | None = None

    @property
    def is_working(self) -> bool:
        """Tell whether the order can still be filled, now or in a later session."""
        return self.status in WORKING

    @property
    def open_qty(self) -> Decimal:
        """Return the shares that are not filled yet."""
        return self.qty - self.filled_qty

    def stepped(self, status: OrderStatus, at: int) -> "Order":
        """Return the order in its next state; at: microseconds."""
        if status not in STEPS[self.status]:
            raise ValueError(f"Order {self.id} cannot go from {self.status} to {status}.")
        return replace(
            self,
            status=status,
            updated_at=at,
            canceled_at=at if status is OrderStatus.CANCELED else self.canceled_at,
            expired_at=at if status is OrderStatus.EXPIRED else self.expired_at,
        )

    def executed(self, qty: Decimal, price: Decimal, at: int) -> "Order":
        """Return the order after an execution of qty shares at price; at: microseconds."""
        if not 0 < qty <= self.open_qty:
            raise ValueError(f"Order {self.id} cannot execute {qty} of {self.open_qty} open shares.")
        filled_qty = self.filled_qty + qty
        status = OrderStatus.FILLED if filled_qty == self.qty else OrderStatus.PARTIALLY_FILLED
        paid = (self.filled_avg_price or Decimal(0)) * self.filled_qty + price * qty
        return replace(
            self.stepped(status, at),
            filled_qty=filled_qty,
            filled_avg_price=paid / filled_qty,
            filled_at=at if status is OrderStatus.FILLED else None,
        )


@dataclass(frozen=True, slots=True)
class OrderFill:
    """One execution of an order. at: epoch seconds of the filling bar's start; minute: the exchange's clock then."""

    execution_id: str
    order_id: str
    client_order_id: str
    symbol: str
    side: Side
    qty: Decimal
    price: Decimal
    cumulative_qty: Decimal
    leaves_qty: Decimal
    position_qty: Decimal
    at: int
    minute: int


@dataclass(frozen=True, slots=True)
class OrderUpdate:
    """One line of the trade-updates stream: Alpaca's event name and the order after it."""

    event: str
    order: Order
    fill: OrderFill | None = None


def microseconds(ts: int) -> int:
    """Return epoch seconds as microseconds."""
    return ts * MICROSECONDS


def is_eligible(order: Order, ts: int) -> bool:
    """Tell whether the bar [ts, ts + 60) may fill the order."""
    return order.is_working and order.eligible_from <= ts and ts + MINUTE <= order.expires_at
