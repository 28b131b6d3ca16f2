"""What the account is worth and what it can still spend. A cash account: nothing is borrowed, nothing sold short."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from orchestra.paper_exchange.book.orders import ZERO, Order, OrderStatus, OrderType, Side
from orchestra.paper_exchange.book.positions import Position
from orchestra.paper_exchange.book.records.configuration import Configuration

PriceOf = Callable[[str], Decimal]


@dataclass(frozen=True, slots=True)
class Account:
    """The book at one moment. Never changed: a commit puts a new one in its place.

    created_at: epoch seconds of market time. last_equity: equity at the last session's close.
    """

    id: str
    account_number: str
    created_at: int
    opening_cash: Decimal
    cash: Decimal
    last_equity: Decimal
    market_fingerprint: str
    configuration: Configuration = field(default_factory=Configuration)
    positions: dict[str, Position] = field(default_factory=dict)
    working: dict[str, Order] = field(default_factory=dict)

    def position(self, symbol: str) -> Position:
        """Return the position, empty when nothing is held."""
        return self.positions.get(symbol) or Position(symbol)

    def orders_in(self, symbol: str, side: Side) -> list[Order]:
        """Return the working orders of one direction in one symbol."""
        return [order for order in self.working.values() if order.symbol == symbol and order.side is side]

    def held_for_orders(self, symbol: str) -> Decimal:
        """Return the shares that working sell orders have claimed; a held leg claims none, its family does."""
        return sum((order.open_qty for order in self.claiming(symbol)), ZERO)

    def claiming(self, symbol: str) -> list[Order]:
        """Return the working sell orders that claim shares."""
        return [order for order in self.orders_in(symbol, Side.SELL) if order.status is not OrderStatus.HELD]

    def market_value(self, price_of: PriceOf) -> Decimal:
        """Return the worth of all positions in dollars."""
        return sum((position.qty * price_of(position.symbol) for position in self.positions.values()), ZERO)

    def equity(self, price_of: PriceOf) -> Decimal:
        """Return cash plus positions."""
        return self.cash + self.market_value(price_of)

    def buying_power(self, price_of: PriceOf) -> Decimal:
        """Return the cash that no working buy order has claimed, at least 0."""
        buys = (order for order in self.working.values() if order.side is Side.BUY)
        return max(ZERO, self.cash - reserved(buys, price_of))


def reserved(buys: Iterable[Order], price_of: PriceOf) -> Decimal:
    """Return what these buy orders may cost, in dollars.

    Alpaca adds a few per cent to a market order; without slippage in the market there is nothing to add for, and an
    account that invests all it has could not. A gap between two bars can therefore take the cash below zero by the gap.
    """
    return sum((cost_of(order, price_of) for order in buys), ZERO)


def cost_of(order: Order, price_of: PriceOf) -> Decimal:
    """Return what the rest of a buy order may cost: its dollars, or its shares at the highest price it names."""
    if order.notional is not None:
        return order.open_notional
    return order.open_qty * cost_price(order, price_of)


def cost_price(order: Order, price_of: PriceOf) -> Decimal:
    """Return the price a buy order is expected to pay at most: its limit, a trailing stop's stop, or the last price."""
    if order.limit_price is not None:
        return order.limit_price
    if order.type is OrderType.TRAILING_STOP and order.stop_price is not None:
        return order.stop_price
    return price_of(order.symbol)
