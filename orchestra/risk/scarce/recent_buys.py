"""Buys that have filled and that the account's figures cannot know of yet.

In: OrderChanged. Out: dollars. Thread: engine.
"""

from datetime import datetime
from decimal import Decimal

from orchestra.messages.events import OrderChanged
from system_databse.order import ZERO, Order, Side


class RecentBuys:
    """Remember what buys have cost until newer figures are asked about."""

    def __init__(self) -> None:
        self._orders: dict[str, Order] = {}

    def on_event(self, event: object) -> None:
        """Take note of what has filled of a buy."""
        if isinstance(event, OrderChanged) and event.order.side is Side.BUY and event.order.filled_qty:
            self._orders[event.order.client_order_id] = event.order

    def cost_since(self, at: datetime) -> Decimal:
        """Return what has been paid on orders that are no older than the figures; later figures know the others.

        An older order that fills later was set aside in the figures already, when it was still to be filled.
        """
        self._orders = {id_: order for id_, order in self._orders.items() if order.created_at >= at}
        return sum((order.filled_notional for order in self._orders.values()), ZERO)
