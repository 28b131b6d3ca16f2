"""The books of one algorithm as live had them at a minute: its fills, cash, position and working orders.

In: the fills and orders of its life. Out: transactions and the view that rules judge on, as of a minute. Thread: one.
Live's own fills are given to the repetition, so that one difference does not lead to the next.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from database.bar import MINUTE
from orchestra.backtest.checks.parity.live_day import LiveAlgorithm, PastOrder
from system_databse.algorithm_record import AlgorithmStatus
from system_databse.fill import Fill
from system_databse.ledger import Ledger
from system_databse.order import TOMBSTONE_WATCH, ZERO, Order, OrderStatus
from system_databse.position import Position
from system_databse.snapshot import AlgorithmView
from system_databse.truth.adjustment import in_order
from system_databse.truth.transaction_log import Transaction, TransactionLog

# How many fills around a minute may have been booked earlier or later than they happened.
NEAR = 20


class BooksThen:
    """One algorithm's books, moved from minute to minute."""

    def __init__(self, live: LiveAlgorithm) -> None:
        self._record = replace(live.record, status=AlgorithmStatus.RUNNING)
        self._orders = live.orders
        # What happened to its shares: fills, and the splits and decisions between them.
        self._history = list(in_order(live.fills, live.adjustments))
        self._states = self._all_states()
        self._known = 0
        self._log: TransactionLog | None = None
        self._minute = 0

    @property
    def view(self) -> AlgorithmView:
        """Return the algorithm as the rules see it."""
        position, cash = self._states[self._known]
        working = tuple(order for past in self._orders if (order := self._working(past)))
        return AlgorithmView(self._record, cash, position, working, self._minute - MINUTE)

    def transactions(self, algorithm_id: int) -> list[Transaction]:
        """Return the fills that live had booked by then; other algorithms' are not this one's to see."""
        if algorithm_id != self._record.id:
            return []
        if self._log is None:
            self._log = TransactionLog(self._history[: self._known])
        return self._log.of(algorithm_id)

    def move_to(self, minute: int, saw: Mapping[str, Any]) -> None:
        """Come to a minute. saw: position and cash that live's decision kept, which tell what was booked by then."""
        self._minute = minute
        moment = _moment(minute)
        known = next((n for n, entry in enumerate(self._history) if entry.at >= moment), len(self._history))
        before, self._known = self._known, self._as_seen(known, saw)
        if self._known != before:
            self._log = None

    def _all_states(self) -> list[tuple[Position, Decimal]]:
        """Return position and cash after each number of entries."""
        ledger, id_, ticker = Ledger(), self._record.id, self._record.ticker
        states = [(ledger.position(id_, ticker), self._record.initial_capital)]
        for entry in self._history:
            if isinstance(entry, Fill):
                ledger.book(entry)
            else:
                ledger.adjust(entry)
            states.append((ledger.position(id_, ticker), self._record.initial_capital + ledger.cash_flow(id_)))
        return states

    def _as_seen(self, known: int, saw: Mapping[str, Any]) -> int:
        """Return how many entries lead to what was seen, the number nearest to `known`."""
        seen = _amounts(saw)
        if seen is None:
            return known
        near = range(max(known - NEAR, 0), min(known + NEAR, len(self._history)) + 1)
        fitting = [n for n in near if (self._states[n][0].qty, self._states[n][1]) == seen]
        return min(fitting, key=lambda n: abs(n - known), default=known)

    def _working(self, past: PastOrder) -> Order | None:
        """Return the order as it stood then, None when it did not exist yet or could trade no more."""
        moment, order = _moment(self._minute), past.order
        is_over = past.ended_at is not None and past.ended_at < moment
        if is_over or order.created_at >= moment or self._filled(order) >= order.qty:
            return None
        if order.status is OrderStatus.ABANDONED and moment >= order.valid_until:
            return order if moment < order.valid_until + TOMBSTONE_WATCH else None
        return replace(order, status=OrderStatus.ACCEPTED)

    def _filled(self, order: Order) -> Decimal:
        known = [entry for entry in self._history[: self._known] if isinstance(entry, Fill)]
        return sum((fill.qty for fill in known if fill.client_order_id == order.client_order_id), ZERO)


def _amounts(saw: Mapping[str, Any]) -> tuple[Decimal, Decimal] | None:
    try:
        return Decimal(saw["position"]), Decimal(saw["cash"])
    except (KeyError, TypeError, ValueError, InvalidOperation):
        return None


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
