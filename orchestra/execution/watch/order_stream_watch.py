"""The order stream's watch: what a poll finds out, the stream should have told.

In: what polls changed, what the stream brought. Out: whether the stream is in doubt, and when it has to be made anew.
Thread: engine. A stream that answers pings and tells nothing is found out by this alone.
"""

from collections.abc import Callable

from system_databse.order import Order, OrderReport

DELIVERY_SECONDS = 10.0


class OrderStreamWatch:
    """Keep what polls found until the stream has told the same. monotonic: steady seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._untold: dict[str, tuple[Order, float]] = {}

    @property
    def is_in_doubt(self) -> bool:
        """Say whether a poll found news that the stream has not told yet."""
        return bool(self._untold)

    def on_poll(self, before: Order, after: Order | None) -> None:
        """Take note of what a poll changed: a fill or an end."""
        if after is None or (after.filled_qty, after.status.is_terminal) == (
            before.filled_qty,
            before.status.is_terminal,
        ):
            return
        _, deadline = self._untold.get(after.client_order_id, (None, self._monotonic() + DELIVERY_SECONDS))
        self._untold[after.client_order_id] = (after, deadline)

    def on_update(self, report: OrderReport) -> None:
        """Take note of what the stream told."""
        order, _ = self._untold.get(report.client_order_id, (None, 0.0))
        if order is None or report.filled_qty < order.filled_qty:
            return
        if report.status.is_terminal or not order.status.is_terminal:
            del self._untold[report.client_order_id]

    def on_connected(self) -> None:
        """Start afresh with a new connection: it owes nothing of what was before."""
        self._untold.clear()

    def take_overdue(self) -> str | None:
        """Return, once, an order of which the stream has told nothing for too long."""
        now = self._monotonic()
        overdue = [number for number, (_, deadline) in self._untold.items() if now >= deadline]
        if not overdue:
            return None
        # The connection is made anew for all of them; until then they stay in doubt.
        self._untold = {number: (order, now + DELIVERY_SECONDS) for number, (order, _) in self._untold.items()}
        return overdue[0]
