"""Planted bugs of the order path: each is one part of the program, replaced by one that does it wrong."""

import os
from dataclasses import dataclass, replace

from orchestra.execution.alpaca_broker import AlpacaBroker
from orchestra.execution.books import Books
from orchestra.execution.order_desk import OrderDesk
from orchestra.execution.order_numbers import OrderNumbers
from orchestra.execution.reconciler import Reconciler
from system_databse.errors import BrokerError
from system_databse.fill import ExecutionReport, Fill
from system_databse.order import Order, OrderReport, OrderStatus
from system_databse.rows import orders
from system_databse.truth import adjustment_rows
from tests.orchestra.execution.order_path import Parts


class SendsFirst(OrderDesk):
    """Send first, store after: freqtrade's order. A crash between leaves an order that nobody owns."""

    def carry_out(self, decisions, minute):
        judged, intents = self._with_intents(decisions)
        answers = []
        for order in intents:
            try:
                answers.append(self._broker.submit(order))
            except BrokerError:
                continue
        self._books.commit_minute(minute, judged, intents)
        for answer in answers:
            self.apply(answer, None, source="answer")
        self.send_waiting()


class CommitsTwice(Books):
    """Intents and cursor in two transactions: a crash between, and the minute is decided again."""

    def commit_minute(self, minute, judged, intents, **more):
        judged, intents = list(judged), list(intents)
        with self._transaction() as connection:
            orders.insert_intents(connection, intents, {}, mode=self._mode)
        super().commit_minute(minute, judged, [], **more)
        self._open.update((order.client_order_id, order) for order in intents)


@dataclass(frozen=True, slots=True)
class RandomNumbers(OrderNumbers):
    """An id that is not a function of what was decided: its last part is chance."""

    def number(self, algorithm_id: int, minute: int, leg: int) -> str:
        return super(RandomNumbers, self).number(algorithm_id, minute, int.from_bytes(os.urandom(3)))


class NewIdEachTry(AlpacaBroker):
    """A second try goes under a new id, so that the broker cannot see that it is the same order."""

    def __init__(self, port):
        super().__init__(port)
        self._tried: dict[str, int] = {}

    def submit(self, order: Order) -> OrderReport:
        number = self._tried[order.client_order_id] = self._tried.get(order.client_order_id, -1) + 1
        report = super().submit(replace(order, client_order_id=self._last(order.client_order_id)))
        return replace(report, client_order_id=order.client_order_id) if number else report

    def find(self, client_order_id: str) -> OrderReport | None:
        report = super().find(self._last(client_order_id))
        return replace(report, client_order_id=client_order_id) if report else None

    def _last(self, client_order_id: str) -> str:
        tried = self._tried.get(client_order_id, 0)
        return f"{client_order_id}r{tried}" if tried else client_order_id


class TakesNotFoundForRefused(OrderDesk):
    """404 read as refused: an order that arrives later is nobody's."""

    def _ask_for(self, order: Order) -> Order | None:
        missing = super()._ask_for(order)
        if missing is not None:
            self._books.move(missing, OrderStatus.REJECTED, reason="404 not found")
        return None


class AddsQuantities(Books):
    """Add an event's quantity to what is booked, instead of taking the cumulative figure."""

    def apply(self, report: OrderReport, execution: ExecutionReport | None, *, source: str) -> list[Fill]:
        order = self.find(report.client_order_id)
        if order is not None and execution is not None and source == "stream":
            report = replace(report, filled_qty=order.filled_qty + execution.qty)
        return super().apply(report, execution, source=source)


class ListensOnly(OrderDesk):
    """The stream only, no polling: what it never told stays unknown."""

    def run_due(self, **_more) -> None:
        self.send_waiting()

    def ask_all(self, told=()) -> None:
        return

    def ask(self, client_order_id: str) -> None:
        return


class DeafReconciler(Reconciler):
    """Positions are compared, orders are not read."""

    def _take(self, report: OrderReport) -> None:
        return


class LastMessageWins(Books):
    """The last message wins, however old it is; polling heals the end, and hides it."""

    def apply(self, report: OrderReport, execution: ExecutionReport | None, *, source: str) -> list[Fill]:
        order = self.find(report.client_order_id)
        if order is not None and source == "stream":
            self._store_order(replace(order, status=report.status, filled_qty=report.filled_qty), [])
        return super().apply(report, execution, source=source)


class StartsBlind(Reconciler):
    """No pass at the start: the periodic one repairs it later, so that only the order of requests tells."""

    def run(self, kind: str) -> None:
        if kind != "start":
            super().run(kind)


class TakesStrangersForOurs(Books):
    """What somebody bought by hand counts as the first algorithm's in that symbol, and is sold by it."""

    def view(self, algorithm_id: int):
        view = super().view(algorithm_id)
        with self._store.reader() as connection:
            theirs = adjustment_rows.qty_not_ours(connection).get(view.record.ticker)
        if not theirs or theirs <= 0:
            return view
        return replace(view, position=replace(view.position, qty=view.position.qty + theirs))


class ForgetsStrangers(Reconciler):
    """Somebody's own trades are not booked, so that the account is never explained again."""

    def _take(self, report: OrderReport) -> None:
        if self._numbers.is_ours(report.client_order_id):
            super()._take(report)


class ForgetsCanceled(Books):
    """What is to be canceled counts as gone: the sale that follows is computed while it may still fill."""

    def view(self, algorithm_id: int):
        view = super().view(algorithm_id)
        return replace(view, working=tuple(order for order in view.working if order.cancel_wanted_at is None))


# Name: the parts that are wrong, and how what they break begins; the campaign has to see just that.
BUGS: dict[str, tuple[Parts, tuple[str, ...]]] = {
    "send first, store after": (Parts(desk=SendsFirst, numbers=RandomNumbers("abc123")), ("V1", "V2", "V5 an order")),
    "intents and cursor in two transactions, random id": (
        Parts(books=CommitsTwice, numbers=RandomNumbers("abc123")),
        ("V1 two orders", "V5 algorithm", "V5 an order"),
    ),
    "new id on each try": (Parts(broker=NewIdEachTry), ("V1 orphan",)),
    "404 read as refused": (Parts(desk=TakesNotFoundForRefused), ("V2",)),
    "event quantities added": (Parts(books=AddsQuantities), ("V3",)),
    "stream only, no polling": (Parts(desk=ListensOnly, reconciler=DeafReconciler), ("V2", "V3")),
    "last message wins": (Parts(books=LastMessageWins), ("V3 the tables refused",)),
    "no pass at the start": (Parts(reconciler=StartsBlind), ("V5 submit",)),
    "replacement while the old order works": (Parts(books=ForgetsCanceled), ("V4 algorithm",)),
    "somebody's own trades counted as ours": (Parts(books=TakesStrangersForOurs), ("V4 algorithm",)),
    "somebody's own trades forgotten": (Parts(reconciler=ForgetsStrangers), ("V4 our books", "V4 the last")),
}
