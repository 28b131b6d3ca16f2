"""The order: an intent on disk first, then what the broker made of it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

ZERO = Decimal(0)
# An order that was not found may still arrive that long after it was given up.
TOMBSTONE_WATCH = timedelta(minutes=15)


class Side(StrEnum):
    """Direction of an order or a fill."""

    BUY = "buy"
    SELL = "sell"

    @property
    def opposite(self) -> "Side":
        """Return the other side."""
        return Side.SELL if self is Side.BUY else Side.BUY


class Purpose(StrEnum):
    """Why an order exists; exits stay allowed where entries are not."""

    ENTRY = "ENTRY"
    EXIT = "EXIT"
    MANUAL = "MANUAL"


class OrderStatus(StrEnum):
    """Life of an order. *Denied* is our own rule, *rejected* is the broker."""

    PENDING = "PENDING"  # the intent is on disk, nothing was sent
    SUBMITTED = "SUBMITTED"  # sent, no answer yet
    UNKNOWN = "UNKNOWN"  # sent, the answer was lost: ask for the id, never assume
    ABANDONED = "ABANDONED"  # not found and too old; left only by finding it after all
    ACCEPTED = "ACCEPTED"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    REJECTED = "REJECTED"
    DENIED = "DENIED"

    @property
    def is_terminal(self) -> bool:
        """Say whether the status can never change again."""
        return self in TERMINAL

    @property
    def is_working(self) -> bool:
        """Say whether the order may still trade (or may already have, unseen)."""
        return not self.is_terminal and self is not OrderStatus.ABANDONED


TERMINAL = frozenset(
    {OrderStatus.FILLED, OrderStatus.CANCELED, OrderStatus.EXPIRED, OrderStatus.REJECTED, OrderStatus.DENIED}
)

_REPORTED = TERMINAL - {OrderStatus.DENIED} | {OrderStatus.ACCEPTED, OrderStatus.PARTIALLY_FILLED}

# Every move that may happen; anything else is an older message and is ignored.
TRANSITIONS: dict[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.PENDING: _REPORTED | {OrderStatus.SUBMITTED, OrderStatus.DENIED},
    # DENIED after SUBMITTED: marked as sent, then the halt came before the socket was touched.
    OrderStatus.SUBMITTED: _REPORTED | {OrderStatus.UNKNOWN, OrderStatus.PENDING, OrderStatus.DENIED},
    OrderStatus.UNKNOWN: _REPORTED | {OrderStatus.SUBMITTED, OrderStatus.ABANDONED},
    # A delayed accept may follow the 404 that made us give up.
    OrderStatus.ABANDONED: _REPORTED,
    OrderStatus.ACCEPTED: _REPORTED - {OrderStatus.ACCEPTED},
    OrderStatus.PARTIALLY_FILLED: TERMINAL - {OrderStatus.DENIED},
    **dict.fromkeys(TERMINAL, frozenset()),
}


@dataclass(frozen=True, slots=True)
class OrderReport:
    """What the broker says of one order, from any of its channels. Quantities are cumulative."""

    client_order_id: str
    broker_order_id: str
    symbol: str
    side: Side
    qty: Decimal
    status: OrderStatus
    raw_status: str
    filled_qty: Decimal
    filled_notional: Decimal
    at: datetime
    reject_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One order of ours. minute: epoch seconds of the bar that was decided on (decision minute - 60).

    valid_until: the last moment at which the intent may be sent (again). cancel_wanted_at: since when the
    rest is to be canceled; it is asked for until the order is terminal.
    """

    client_order_id: str
    algorithm_id: int
    minute: int
    leg: int
    symbol: str
    side: Side
    qty: Decimal
    purpose: Purpose
    created_at: datetime
    valid_until: datetime
    status: OrderStatus = OrderStatus.PENDING
    order_type: str = "market"
    time_in_force: str = "day"
    filled_qty: Decimal = ZERO
    filled_notional: Decimal = ZERO
    broker_order_id: str | None = None
    raw_status: str | None = None
    attempts: int = 0
    reject_reason: str | None = None
    cancel_wanted_at: datetime | None = None

    @property
    def is_working(self) -> bool:
        """Say whether the order may still trade."""
        return self.status.is_working

    def may_still_arrive(self, now: datetime) -> bool:
        """Say whether the order was given up so lately that the broker may yet take it."""
        return self.status is OrderStatus.ABANDONED and now < self.valid_until + TOMBSTONE_WATCH

    def moved_to(self, status: OrderStatus, *, reason: str | None = None) -> "Order":
        """Return the order in that status; raises ValueError for a move that cannot happen."""
        if status not in TRANSITIONS[self.status]:
            raise ValueError(f"order {self.client_order_id} cannot go from {self.status} to {status}")
        return replace(self, status=status, reject_reason=reason or self.reject_reason)

    def after(self, report: OrderReport) -> "Order":
        """Return the order with a report applied; an older report changes nothing.

        Status only moves along TRANSITIONS and filled_qty only rises, in whatever order the
        stream, a poll and a query bring their news.
        """
        status = report.status if report.status in TRANSITIONS[self.status] else self.status
        has_moved = status is not self.status
        has_filled = report.filled_qty > self.filled_qty
        return replace(
            self,
            # A split restates what works at the broker; an order by dollars tells no quantity.
            qty=self.qty if self.status.is_terminal or report.qty <= ZERO else report.qty,
            status=status,
            broker_order_id=report.broker_order_id,
            raw_status=report.raw_status if has_moved or has_filled else self.raw_status or report.raw_status,
            filled_qty=report.filled_qty if has_filled else self.filled_qty,
            # Belongs to the quantity: an average that is rounded anew brings no money.
            filled_notional=report.filled_notional if has_filled else self.filled_notional,
            reject_reason=report.reject_reason if has_moved else self.reject_reason,
        )
