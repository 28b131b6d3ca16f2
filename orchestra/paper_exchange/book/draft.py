"""Changes to an account that become real together: computed here, stored, and only then put in the account's place."""

from dataclasses import replace
from decimal import Decimal

from orchestra.paper_exchange.book.account import Account
from orchestra.paper_exchange.book.orders import Order, OrderFill, OrderStatus, OrderUpdate, Side, microseconds
from orchestra.paper_exchange.book.positions import Position


class Draft:
    """Collect changes at one minute of the exchange's clock. Thread: the one that holds the exchange's lock."""

    def __init__(self, account: Account, minute: int) -> None:
        self.account = account
        self.minute = minute
        self.orders: dict[str, Order] = {}
        self.positions: dict[str, Position] = {}
        self.fills: list[OrderFill] = []
        self.updates: list[OrderUpdate] = []
        self.cash = account.cash
        self.last_equity = account.last_equity

    def add(self, order: Order) -> None:
        """Take in a new order; one that waits for a later session is announced when that opens."""
        self.orders[order.id] = order
        event = "new" if order.status is OrderStatus.NEW else "accepted"
        self.updates.append(OrderUpdate(event, order))

    def step(self, order: Order, status: OrderStatus) -> None:
        """Move an order to a state that no execution brings about."""
        stepped = order.stepped(status, microseconds(self.minute))
        self.orders[order.id] = stepped
        self.updates.append(OrderUpdate(status.value, stepped))

    def release(self) -> None:
        """Let the orders that waited for this session take part in it."""
        for order in self.account.working.values():
            if order.status is OrderStatus.ACCEPTED and order.eligible_from <= self.minute:
                self.step(order, OrderStatus.NEW)

    def expire(self) -> None:
        """End the orders whose time is over."""
        for order in self.account.working.values():
            if order.expires_at <= self.minute:
                self.step(order, OrderStatus.EXPIRED)

    def execute(self, order: Order, price: Decimal, *, at: int, execution_id: str) -> None:
        """Fill all that is open of the order. at: epoch seconds of the filling bar's start."""
        qty = order.open_qty
        held = self.positions.get(order.symbol) or self.account.position(order.symbol)
        position = held.after(order.side, qty, price)
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
            leaves_qty=filled.open_qty,
            position_qty=position.qty,
            at=at,
            minute=self.minute,
        )
        self.cash += qty * price if order.side is Side.SELL else -qty * price
        self.positions[order.symbol] = position
        self.orders[order.id] = filled
        self.fills.append(fill)
        self.updates.append(OrderUpdate("fill" if filled.open_qty == 0 else "partial_fill", filled, fill))

    @property
    def result(self) -> Account:
        """Return the account with every change made."""
        if not self.orders and self.last_equity == self.account.last_equity:
            return self.account
        positions = {**self.account.positions, **self.positions}
        working = {**self.account.working, **self.orders}
        return replace(
            self.account,
            cash=self.cash,
            last_equity=self.last_equity,
            positions={symbol: position for symbol, position in positions.items() if position.qty},
            working={key: order for key, order in working.items() if order.is_working},
        )
