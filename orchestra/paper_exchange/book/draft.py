"""Changes to an account that become real together: computed here, stored, and only then put in the account's place."""

from decimal import Decimal

from orchestra.paper_exchange.book.account import Account
from orchestra.paper_exchange.book.orders import (
    Order,
    OrderFill,
    OrderStatus,
    OrderUpdate,
    Side,
    TimeInForce,
    microseconds,
)
from orchestra.paper_exchange.book.positions import Position
from orchestra.paper_exchange.book.records.activities import Activity

DAY_ENDS = frozenset({OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED})
# What is over in a moment is canceled, what had its time expires.
CANCELED_AT_THE_END = frozenset({TimeInForce.OPG, TimeInForce.CLS, TimeInForce.IOC, TimeInForce.FOK})


class Draft:
    """Collect changes at one minute of the exchange's clock. Thread: the one that holds the exchange's lock."""

    def __init__(self, account: Account, minute: int) -> None:
        self.account = account
        self.minute = minute
        self.orders: dict[str, Order] = {}
        self.positions: dict[str, Position] = {}
        self.fills: list[OrderFill] = []
        self.updates: list[OrderUpdate] = []
        self.activities: list[Activity] = []
        self.cash = account.cash
        self.last_equity = account.last_equity
        self.configuration = account.configuration

    def order(self, order: Order) -> Order:
        """Return the order as it stands in this draft."""
        return self.orders.get(order.id, order)

    @property
    def working(self) -> list[Order]:
        """Return the orders that can still be filled as they stand in this draft, oldest first."""
        if not self.orders:
            return list(self.account.working.values())
        current = {**self.account.working, **self.orders}
        return [order for order in current.values() if order.is_working]

    def position(self, symbol: str) -> Position:
        """Return the position as it stands in this draft."""
        return self.positions.get(symbol) or self.account.position(symbol)

    def put(self, order: Order, event: str | None = None) -> Order:
        """Keep an order as it is now; event: what the trade-updates stream is told, None for nothing."""
        self.orders[order.id] = order
        if event:
            self.updates.append(OrderUpdate(event, order))
        return order

    def add(self, order: Order) -> None:
        """Take in a new order; one that waits for a later session is announced when that opens."""
        self.put(order, order.status.value)

    def step(self, order: Order, status: OrderStatus, *, at: int | None = None) -> Order:
        """Move an order to a state that no execution brings about. at: epoch seconds, now when left out."""
        stepped = order.stepped(status, microseconds(self.minute if at is None else at))
        return self.put(stepped, status.value)

    def release(self) -> None:
        """Let the orders that waited for this session take part in it."""
        for order in self.working:
            if order.status is OrderStatus.ACCEPTED and order.eligible_from <= self.minute:
                self.step(order, OrderStatus.NEW)
            elif order.status is OrderStatus.DONE_FOR_DAY:
                self.step(order, OrderStatus.PARTIALLY_FILLED if order.filled_qty else OrderStatus.NEW)

    def rest(self) -> None:
        """Send the orders home that outlive this session and cannot trade before the next one."""
        for order in self.working:
            if order.status in DAY_ENDS and not order.extended_hours:
                self.step(order, OrderStatus.DONE_FOR_DAY)

    def expire(self, until: int | None = None) -> None:
        """End the orders whose time is over at `until`, epoch seconds, now when left out."""
        for order in self.working:
            if order.expires_at <= (self.minute if until is None else until):
                is_canceled = order.time_in_force in CANCELED_AT_THE_END
                self.step(order, OrderStatus.CANCELED if is_canceled else OrderStatus.EXPIRED, at=order.expires_at)

    def execute(self, order: Order, price: Decimal, *, qty: Decimal, at: int, execution_id: str) -> Order:
        """Fill qty shares of the order. at: epoch seconds of the filling bar's start."""
        position = self.position(order.symbol).after(order.side, qty, price)
        leaves_qty = order.wanted_at(price) - qty
        filled = order.executed(qty, price, microseconds(at))
        fill = OrderFill(
            execution_id=execution_id,
            order_id=order.id,
            client_order_id=order.client_order_id,
            symbol=order.symbol,
            side=order.side,
            qty=qty,
            price=price,
            cumulative_qty=filled.filled_qty,
            leaves_qty=leaves_qty,
            position_qty=position.qty,
            at=at,
            minute=self.minute,
        )
        self.cash += qty * price if order.side is Side.SELL else -qty * price
        self.positions[order.symbol] = position
        self.fills.append(fill)
        self.orders[order.id] = filled
        event = "fill" if filled.status is OrderStatus.FILLED else "partial_fill"
        self.updates.append(OrderUpdate(event, filled, fill))
        return filled

    @property
    def newest_order_at(self) -> int:
        """Return the time of the newest order in this draft, microseconds, 0 without one."""
        return max([order.submitted_at for order in self.orders.values()], default=0)

    @property
    def result(self) -> Account:
        """Return the account with every change made."""
        if not (self.orders or self.positions or self.activities or self._has_new_terms):
            return self.account
        before = self.account
        # Written out: dataclasses.replace takes three times as long, and every order passes here twice.
        return Account(
            before.id,
            before.account_number,
            before.created_at,
            before.opening_cash,
            self.cash,
            self.last_equity,
            before.market_fingerprint,
            self.configuration,
            self._positions_left(),
            {key: order for key, order in {**before.working, **self.orders}.items() if order.is_working},
        )

    def _positions_left(self) -> dict[str, Position]:
        if not self.positions:
            return self.account.positions
        positions = {**self.account.positions, **self.positions}
        return {symbol: position for symbol, position in positions.items() if position.qty}

    @property
    def _has_new_terms(self) -> bool:
        is_configured = self.configuration is not self.account.configuration
        return is_configured or self.last_equity != self.account.last_equity
