"""The cancel counter: one order of the owner's choice is canceled, with an honest word of what became of it.

In: CancelOrder. Out: an answer, now or when the broker has confirmed it. Thread: engine.
Asked again, it cancels nothing twice and tells how the order stands; a fill that came first is told as one.
"""

from orchestra.execution.books import Books
from orchestra.execution.order_desk import OrderDesk
from orchestra.messages.commands import Answer, CancelOrder, Refusal, refused
from orchestra.office.stop_counter import CANCELED_BY_OWNER, Pending
from system_databse.order import Order, Purpose

UNKNOWN_HERE = "AutoTrader knows no order with this number."


class CancelCounter:
    """Cancel orders one by one."""

    def __init__(self, books: Books, desk: OrderDesk) -> None:
        self._books = books
        self._desk = desk

    def cancel(self, command: CancelOrder) -> Answer | Pending:
        """Ask for the cancel of what still works, and wait for what comes of it."""
        order = self._books.find(command.client_order_id)
        if order is None:
            return refused(Refusal.NOT_FOUND, UNKNOWN_HERE)
        is_withdrawn = order.is_working and self._withdraw_sale(order)
        if order.is_working:
            self._desk.cancel(order, CANCELED_BY_OWNER)
        return Pending(
            lambda: not self._now(order).is_working,
            lambda: _told(self._now(order), is_withdrawn=is_withdrawn),
        )

    def _withdraw_sale(self, order: Order) -> bool:
        """Forget the owner's wish behind his own sale: otherwise the next minute would send it again."""
        record = self._books.records.get(order.algorithm_id)
        if order.purpose is not Purpose.MANUAL or record is None or not record.is_sell_wanted:
            return False
        self._books.want_sale(order.algorithm_id, is_wanted=False)
        return True

    def _now(self, order: Order) -> Order:
        return self._books.find(order.client_order_id) or order


def _told(order: Order, *, is_withdrawn: bool) -> Answer:
    average = order.filled_notional / order.filled_qty if order.filled_qty else None
    return Answer(
        {
            "client_order_id": order.client_order_id,
            "status": str(order.status),
            "filled_qty": order.filled_qty,
            "average_price": average,
            "is_sale_withdrawn": is_withdrawn,
        }
    )
