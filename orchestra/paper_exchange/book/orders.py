"""An order at the exchange, its states, and what each step may change."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum
from operator import attrgetter

from database.bar import MINUTE

MICROSECONDS = 1_000_000
SMALLEST_SHARE = Decimal("0.000000001")
ZERO = Decimal(0)

# What makes ids: the text of each thing it returns is another one.
NewId = Callable[[], object]


class Side(StrEnum):
    """Direction of an order."""

    BUY = "buy"
    SELL = "sell"

    @property
    def opposite(self) -> "Side":
        """Return the other direction."""
        return Side.SELL if self is Side.BUY else Side.BUY

    @property
    def sign(self) -> int:
        """Return 1 for a buy, -1 for a sell: with it one comparison serves both directions."""
        return 1 if self is Side.BUY else -1


class OrderType(StrEnum):
    """How the price of an order is limited, and what wakes it."""

    MARKET = "market"
    LIMIT = "limit"
    STOP = "stop"
    STOP_LIMIT = "stop_limit"
    TRAILING_STOP = "trailing_stop"


class TimeInForce(StrEnum):
    """How long an order works: its session, 90 days, one auction, or one moment."""

    DAY = "day"
    GTC = "gtc"
    OPG = "opg"
    CLS = "cls"
    IOC = "ioc"
    FOK = "fok"


class OrderClass(StrEnum):
    """How orders belong together. A family is a parent and its legs."""

    SIMPLE = ""
    BRACKET = "bracket"
    OCO = "oco"
    OTO = "oto"


class Leg(StrEnum):
    """What a leg does for its family."""

    TAKE_PROFIT = "take_profit"
    STOP_LOSS = "stop_loss"


class OrderStatus(StrEnum):
    """Alpaca's names. ACCEPTED waits for a session, HELD for another order of its family, NEW can be filled."""

    ACCEPTED = "accepted"
    HELD = "held"
    NEW = "new"
    PARTIALLY_FILLED = "partially_filled"
    DONE_FOR_DAY = "done_for_day"
    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"
    REPLACED = "replaced"
    REJECTED = "rejected"


FINAL = frozenset(
    {OrderStatus.FILLED, OrderStatus.CANCELED, OrderStatus.EXPIRED, OrderStatus.REPLACED, OrderStatus.REJECTED}
)
WORKING = frozenset(OrderStatus) - FINAL

_LIVE_STEPS = (FINAL | {OrderStatus.PARTIALLY_FILLED, OrderStatus.DONE_FOR_DAY}) - {OrderStatus.REJECTED}
_ENDS = FINAL - {OrderStatus.FILLED}
STEPS: dict[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.ACCEPTED: frozenset({OrderStatus.NEW, OrderStatus.CANCELED, OrderStatus.EXPIRED}),
    # A leg that wakes up without the shares it should sell is rejected.
    OrderStatus.HELD: _ENDS | {OrderStatus.NEW},
    OrderStatus.NEW: _LIVE_STEPS,
    OrderStatus.PARTIALLY_FILLED: _LIVE_STEPS,
    OrderStatus.DONE_FOR_DAY: (_ENDS - {OrderStatus.REJECTED}) | {OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED},
    **{status: frozenset[OrderStatus]() for status in FINAL},
}
_TIME_OF = {
    OrderStatus.CANCELED: "canceled_at",
    OrderStatus.EXPIRED: "expired_at",
    OrderStatus.REPLACED: "replaced_at",
    OrderStatus.REJECTED: "failed_at",
}


@dataclass(frozen=True, slots=True)
class Order:
    """One order as the book keeps it.

    Times with `_at` are microseconds of market time; orders of one minute count up by one, so that lists can be paged
    by time. eligible_from and expires_at are epoch seconds: the start of the first bar that may fill the order, and
    the end of its life; a leg that still sleeps begins where it ends. qty of a notional order: for a buy what it has
    bought so far, for a sell the shares it may sell at most. hwm: the best price since a trailing stop began, from
    which stop_price follows. is_triggered: the stop was touched, from then on the order is a limit or market order.
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
    filled_qty: Decimal = ZERO
    filled_avg_price: Decimal | None = None
    filled_at: int | None = None
    canceled_at: int | None = None
    expired_at: int | None = None
    notional: Decimal | None = None
    stop_price: Decimal | None = None
    trail_price: Decimal | None = None
    trail_percent: Decimal | None = None
    hwm: Decimal | None = None
    is_triggered: bool = False
    extended_hours: bool = False
    order_class: OrderClass = OrderClass.SIMPLE
    parent_id: str | None = None
    leg: Leg | None = None
    replaces: str | None = None
    replaced_by: str | None = None
    replaced_at: int | None = None
    failed_at: int | None = None

    @property
    def is_working(self) -> bool:
        """Tell whether the order can still be filled, now or in a later session."""
        return self.status in WORKING

    @property
    def family_id(self) -> str:
        """Return the id of the parent, or its own."""
        return self.parent_id or self.id

    @property
    def open_qty(self) -> Decimal:
        """Return the shares that are not filled yet; of a notional buy they are not known."""
        return self.qty - self.filled_qty

    @property
    def open_notional(self) -> Decimal:
        """Return the dollars that a notional order has still to deal in."""
        return (self.notional or ZERO) - self.filled_qty * (self.filled_avg_price or ZERO)

    def wanted_at(self, price: Decimal) -> Decimal:
        """Return the shares still wanted when one costs `price`, at most nine decimals."""
        if self.notional is None:
            return self.open_qty
        shares = (self.open_notional / price).quantize(SMALLEST_SHARE, ROUND_DOWN)
        return shares if self.side is Side.BUY else min(shares, self.open_qty)

    def stepped(self, status: OrderStatus, at: int) -> "Order":
        """Return the order in its next state; at: microseconds."""
        if status not in STEPS[self.status]:
            raise ValueError(f"Order {self.id} cannot go from {self.status} to {status}.")
        changes: dict[str, object] = {"status": status, "updated_at": at}
        time_name = _TIME_OF.get(status)
        if time_name:
            changes[time_name] = at
        return self._changed(changes)

    def executed(self, qty: Decimal, price: Decimal, at: int) -> "Order":
        """Return the order after an execution of qty shares at price; at: microseconds."""
        wanted = self.wanted_at(price)
        if not 0 < qty <= wanted:
            raise ValueError(f"Order {self.id} cannot execute {qty} of {wanted} open shares.")
        filled_qty = self.filled_qty + qty
        status = OrderStatus.FILLED if qty == wanted else OrderStatus.PARTIALLY_FILLED
        is_qty_found = self.notional is not None and (self.side is Side.BUY or status is OrderStatus.FILLED)
        paid = (self.filled_avg_price or ZERO) * self.filled_qty + price * qty
        if status not in STEPS[self.status]:
            raise ValueError(f"Order {self.id} cannot go from {self.status} to {status}.")
        return self._changed(
            {
                "status": status,
                "updated_at": at,
                "qty": filled_qty if is_qty_found else self.qty,
                "filled_qty": filled_qty,
                "filled_avg_price": paid / filled_qty,
                "filled_at": at if status is OrderStatus.FILLED else None,
            }
        )

    def _changed(self, changes: dict[str, object]) -> "Order":
        """Return the order with other values; dataclasses.replace takes three times as long for so many fields."""
        values = list(_values_of(self))
        for name, value in changes.items():
            values[_PLACES[name]] = value
        return Order(*values)


_NAMES = tuple(each.name for each in fields(Order))
_PLACES = {name: place for place, name in enumerate(_NAMES)}
_values_of = attrgetter(*_NAMES)


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
