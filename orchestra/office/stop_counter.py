"""The stop counter: ending an algorithm, and canceling every entry that works, with an honest count of what came of it.

In: StopAlgorithm, CancelOpenOrders. Out: an answer, now or when the cancels are confirmed. Thread: engine.
"""

from collections.abc import Callable
from dataclasses import dataclass

from orchestra.execution.books import Books
from orchestra.execution.order_desk import OrderDesk
from orchestra.messages.commands import Answer, CancelOpenOrders, Refusal, StopAlgorithm, refused
from orchestra.messages.events import AlgorithmStopped
from orchestra.office.owner_sales import OwnerSales, orders_in_the_way
from orchestra.signals.roster import Roster
from system_databse.algorithm_record import AlgorithmStatus
from system_databse.order import Purpose
from system_databse.snapshot import AlgorithmView

CANCELED_BY_OWNER = "CANCELED_BY_OWNER"


@dataclass(frozen=True, slots=True)
class Pending:
    """An answer that waits. is_ready: it need not wait any longer; answer: what to say then, or when time is up."""

    is_ready: Callable[[], bool]
    answer: Callable[[], Answer]


class StopCounter:
    """Stop algorithms and cancel orders."""

    def __init__(
        self,
        books: Books,
        desk: OrderDesk,
        roster: Roster,
        *,
        sales: OwnerSales,
        publish: Callable[[object], None],
    ) -> None:
        self._books = books
        self._desk = desk
        self._roster = roster
        self._sales = sales
        self._publish = publish

    def stop(self, command: StopAlgorithm) -> Answer | Pending:
        """End an algorithm for good: flag first, then the cancels, then the sale if it is wanted."""
        id_, is_selling = command.algorithm_id, command.is_selling
        record = self._books.records.get(id_)
        if record is None:
            return refused(Refusal.NOT_FOUND, f"There is no algorithm {id_}.")
        if record.status is AlgorithmStatus.STOPPED and not (is_selling and self._has_anything(id_)):
            return refused(Refusal.CONFLICT, f"Algorithm {id_} is stopped already.")
        self._roster.stop(id_)
        view = self._books.view(id_)
        self._sales.cancel_others(view)
        is_selling = is_selling and self._has_anything(id_)
        if is_selling:
            self._books.want_sale(id_, is_wanted=True)
        self._publish(AlgorithmStopped(id_, str(view.position.qty), is_selling))
        self._sales.run_due()
        return Pending(lambda: not self._in_the_way(id_), lambda: self._stopped(id_, is_selling=is_selling))

    def cancel_all(self, _command: CancelOpenOrders) -> Answer | Pending:
        """Ask to cancel every order of ours that works and opens something; nothing is sold, and sales go on."""
        entries = [order for order in self._books.open_orders() if order.purpose is Purpose.ENTRY]
        ids = [order.client_order_id for order in entries if order.is_working]
        for order in entries:
            self._desk.cancel(order, CANCELED_BY_OWNER)
        return Pending(lambda: not self._still_open(ids), lambda: self._canceled(ids))

    def _stopped(self, algorithm_id: int, *, is_selling: bool) -> Answer:
        view = self._books.view(algorithm_id)
        when = ("now" if self._sales.is_open_now() else "next_open") if is_selling else None
        values = {"id": algorithm_id, "shares": f"{view.position.qty:f}", "selling": is_selling, "when": when}
        return Answer(values | {"still_open": len(orders_in_the_way(view))})

    def _canceled(self, ids: list[str]) -> Answer:
        return Answer({"canceled": len(ids), "still_open": len(self._still_open(ids))})

    def _still_open(self, ids: list[str]) -> list[str]:
        working = {order.client_order_id for order in self._books.open_orders() if order.is_working}
        return [id_ for id_ in ids if id_ in working]

    def _in_the_way(self, algorithm_id: int) -> bool:
        return bool(orders_in_the_way(self._books.view(algorithm_id)))

    def _has_anything(self, algorithm_id: int) -> bool:
        view: AlgorithmView = self._books.view(algorithm_id)
        return view.position.is_open or bool(view.working)
