"""The books of a backtest: positions, cash and working orders in memory, by the same arithmetic as live.

In: orders, executions. Out: the frozen views that minutes are judged on, transactions in the spelling of the contract.
Thread: one. Nothing is stored: a backtest that is interrupted is run again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from system_databse.algorithm_record import AlgorithmRecord
from system_databse.fill import Fill
from system_databse.ledger import Ledger
from system_databse.order import Order, OrderStatus
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
        self._working: dict[str, Order] = {}
        self._records = {record.id: record for record in records}
        self._views: dict[int, AlgorithmView] = {}
        self._changed = set(self._records)

    @property
    def records(self) -> tuple[AlgorithmRecord, ...]:
        """Return every algorithm as it stands."""
        return tuple(self._records.values())

    @property
    def working(self) -> list[Order]:
        """Return the orders that may still trade, oldest first."""
        return list(self._working.values())

    @property
    def views(self) -> Mapping[int, AlgorithmView]:
        """Return every algorithm as the books see it, by id."""
        for id_ in self._changed:
            self._views[id_] = self._view(id_)
        self._changed.clear()
        return self._views

    def order(self, client_order_id: str) -> Order:
        """Return an order that may still trade; raises KeyError when there is none."""
        return self._working[client_order_id]

    def snapshot(self, prices: Mapping[str, float], *, minute: int = 0) -> Snapshot:
        """Return the state that a minute is judged on."""
        return Snapshot(minute, dict(self.views), prices)

    def transactions(self, algorithm_id: int) -> list[Transaction]:
        """Return an algorithm's fills in the spelling of its contract; list and rows are the caller's own.

        Copies of a year's rows at each minute would take most of the time, so they are shared until somebody is found
        to have changed one: see `has_whole_rows`.
        """
        rows = self._transactions.get(algorithm_id, ())
        return list(rows) if self._is_sharing else [row.copy() for row in rows]

    @property
    def has_whole_rows(self) -> bool:
        """Tell whether the transactions handed out are what they were."""
        return self._transactions == self._untouched

    def change(self, record: AlgorithmRecord) -> None:
        """Take over an algorithm whose state has changed."""
        self._records[record.id] = record
        self._changed.add(record.id)

    def put(self, order: Order) -> None:
        """Take in an order that the broker has taken."""
        self._working[order.client_order_id] = order
        self._changed.add(order.algorithm_id)

    def drop(self, order: Order) -> None:
        """Forget an order that cannot trade any more."""
        self._working.pop(order.client_order_id, None)
        self._changed.add(order.algorithm_id)

    def book(self, fill: Fill, order: Order, *, notional: Decimal) -> None:
        """Book one execution of an order. notional: dollars dealt in."""
        if fill.cumulative_qty == order.qty:
            del self._working[order.client_order_id]
        else:
            self._working[order.client_order_id] = replace(
                order,
                status=OrderStatus.PARTIALLY_FILLED,
                filled_qty=fill.cumulative_qty,
                filled_notional=order.filled_notional + notional,
            )
        self.ledger.book(fill)
        self.fills.append(fill)
        row = transaction_of(fill)
        self._transactions.setdefault(fill.algorithm_id, []).append(row)
        self._untouched.setdefault(fill.algorithm_id, []).append(row.copy())
        self._changed.add(fill.algorithm_id)

    def _view(self, algorithm_id: int) -> AlgorithmView:
        record = self._records[algorithm_id]
        working = tuple(order for order in self._working.values() if order.algorithm_id == algorithm_id)
        cash = record.initial_capital + self.ledger.cash_flow(algorithm_id)
        return AlgorithmView(record, cash, self.ledger.position(algorithm_id, record.ticker), working)
