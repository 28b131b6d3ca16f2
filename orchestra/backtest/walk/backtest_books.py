"""The books of a backtest: positions, cash and working orders in memory, by the same arithmetic as live.

In: orders, executions. Out: the frozen views that minutes are judged on, transactions in the spelling of the contract.
Thread: one. Nothing is stored: a backtest that is interrupted is run again.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from system_databse.algorithm_record import AlgorithmRecord
from system_databse.fill import Fill
from system_databse.ledger import Ledger
from system_databse.order import Order
from system_databse.snapshot import AlgorithmView, Snapshot
from system_databse.truth.transaction_log import Transaction, transaction_of


class BacktestBooks:
    """Everything that is known about our own trading. is_sharing: hand out the same rows each time."""

    def __init__(self, records: Iterable[AlgorithmRecord], *, is_sharing: bool = False) -> None:
        self._is_sharing = is_sharing
        self.ledger = Ledger()
        self.fills: list[Fill] = []
        self._transactions: dict[int, list[dict[str, Any]]] = {}
        self._untouched: dict[int, list[dict[str, Any]]] = {}
        self._spelled = 0
        self._working: dict[str, Order] = {}
        self._records = {record.id: record for record in records}
        self._views: dict[int, AlgorithmView] = {}
        self._changed = set(self._records)

    @property
    def records(self) -> tuple[AlgorithmRecord, ...]:
        """Return every algorithm as it stands."""
        return tuple(self._records.values())

    @property
    def views(self) -> Mapping[int, AlgorithmView]:
        """Return every algorithm as the books see it, by id."""
        for id_ in self._changed:
            self._views[id_] = self._view(id_)
        self._changed.clear()
        return self._views

    def order(self, client_order_id: str) -> Order | None:
        """Return an order that may still trade, None when there is none by that id."""
        return self._working.get(client_order_id)

    def snapshot(self, prices: Mapping[str, float], *, minute: int = 0) -> Snapshot:
        """Return the state that a minute is judged on."""
        return Snapshot(minute, dict(self.views), prices)

    def transactions(self, algorithm_id: int) -> list[Transaction]:
        """Return an algorithm's fills in the spelling of its contract; list and rows are the caller's own.

        Copies of a year's rows at each minute would take most of the time, so they are shared until somebody is found
        to have changed one: see `has_whole_rows`. Rows are made for those who ask.
        """
        self._spell_fills()
        rows = self._transactions.get(algorithm_id, ())
        return list(rows) if self._is_sharing else [row.copy() for row in rows]

    @property
    def has_whole_rows(self) -> bool:
        """Tell whether the transactions handed out are what they were."""
        return self._transactions == self._untouched

    def _spell_fills(self) -> None:
        for fill in self.fills[self._spelled :]:
            row = transaction_of(fill)
            self._transactions.setdefault(fill.algorithm_id, []).append(row)
            self._untouched.setdefault(fill.algorithm_id, []).append(row.copy())
        self._spelled = len(self.fills)

    def change(self, record: AlgorithmRecord) -> None:
        """Take over an algorithm whose state has changed."""
        self._records[record.id] = record
        self._changed.add(record.id)

    def put(self, order: Order) -> None:
        """Take in an order that may still trade, or what has become of it."""
        self._working[order.client_order_id] = order
        self._changed.add(order.algorithm_id)

    def drop(self, client_order_id: str) -> None:
        """Forget an order that cannot trade any more."""
        order = self._working.pop(client_order_id, None)
        if order is not None:
            self._changed.add(order.algorithm_id)

    def book(self, fill: Fill) -> None:
        """Book one execution."""
        self.ledger.book(fill)
        self.fills.append(fill)
        self._changed.add(fill.algorithm_id)

    def _view(self, algorithm_id: int) -> AlgorithmView:
        record = self._records[algorithm_id]
        working: tuple[Order, ...] = ()
        if self._working:
            working = tuple(order for order in self._working.values() if order.algorithm_id == algorithm_id)
        cash = record.initial_capital + self.ledger.cash_flow(algorithm_id)
        return AlgorithmView(record, cash, self.ledger.position(algorithm_id, record.ticker), working)
