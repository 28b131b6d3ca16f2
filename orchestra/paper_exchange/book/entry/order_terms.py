"""What a client asks for when it places an order."""

from dataclasses import dataclass
from decimal import Decimal

from orchestra.paper_exchange.book.orders import OrderClass, OrderType, Side, TimeInForce


@dataclass(frozen=True, slots=True)
class StopLoss:
    """The stop leg of a family; with a limit price it is a stop-limit order."""

    stop_price: Decimal
    limit_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """What a client asks for.

    symbol may still be an asset id; client_order_id is "" when the client gave none. Exactly one of qty and notional
    is there. take_profit: the target leg's limit price.
    """

    symbol: str
    side: Side
    type: OrderType
    time_in_force: TimeInForce
    qty: Decimal | None
    limit_price: Decimal | None
    client_order_id: str
    notional: Decimal | None = None
    stop_price: Decimal | None = None
    trail_price: Decimal | None = None
    trail_percent: Decimal | None = None
    extended_hours: bool = False
    order_class: OrderClass = OrderClass.SIMPLE
    take_profit: Decimal | None = None
    stop_loss: StopLoss | None = None

    @property
    def is_fractional(self) -> bool:
        """Tell whether the order is for a part of a share, or may be."""
        return self.qty is None or self.qty % 1 != 0
