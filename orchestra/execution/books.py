"""The books: algorithms, orders, fills and positions, in memory and in system.db, never apart.

In: decisions, reports of the broker. Out: the frozen Snapshot of a minute. Thread: engine, the only
writer of trading state. Every change is computed, committed, then assigned.
"""

import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from database.bar import MINUTE
from database.calendar_manager import MarketCalendar
from database.errors import StorageError
from database.sqlite_store import SqliteStore
from database.timestamps import iso_milliseconds
from orchestra.execution.decision_book import NO_TURN, DecisionBook, Written, ids_by_order
from orchestra.execution.truth.adoption import is_same
from orchestra.messages.events import (
    AlertRaised,
    AlgorithmFailed,
    DayTradeUsed,
    DecisionMade,
    OrderChanged,
    OrderFilled,
    PositionChanged,
)
from orchestra.runtime.clock import Clock
from system_databse.algorithm_record import AlgorithmRecord, AlgorithmStatus
from system_databse.day_trades.day_trade_book import DayTradeBook
from system_databse.decision import Decision
from system_databse.fill import ExecutionReport, Fill, fills_from
from system_databse.ledger import Ledger
from system_databse.order import Order, OrderReport, OrderStatus
from system_databse.rows import algorithms, events, fills, orders, settings, signals
from system_databse.rows.events import event_of
from system_databse.snapshot import AlgorithmView, Snapshot
from system_databse.trading_signal import Outcome
from system_databse.truth import adjustment_rows
from system_databse.truth.adjustment import Adjustment, in_order
from system_databse.truth.booking import write_adjustments, write_fills
from system_databse.truth.transaction_log import Transaction, TransactionLog

log = logging.getLogger(__name__)

ENGINE_MINUTE = "engine_minute"
FOUND_LATE = "order.found_late"
ADOPTED = "order.adopted"
DUPLICATE = "DUPLICATE"
TOMBSTONES_KEPT = timedelta(days=4)
NO_ANSWER = frozenset({Outcome.FAILED, Outcome.INTERRUPTED})

# What else belongs into a minute's transaction: called with its connection and the minute.
AlsoWrite = Callable[[sqlite3.Connection, int], None]
# What else belongs into the transaction of an adjustment.
AlsoBook = Callable[[sqlite3.Connection], None]


def _nothing(_connection: sqlite3.Connection, _minute: int = 0) -> None:
    return


class Books:
    """Everything that is known about our own trading.

    decided: the newest decisions. day_trades: those of the window, counted with each fill. also_write: writes what else
    belongs into the transaction of a minute that was run.
    """

    def __init__(
        self,
        store: SqliteStore,
        calendar: MarketCalendar,
        clock: Clock,
        *,
        mode: str,
        publish: Callable[[object], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._mode = mode
        self._publish = publish
        self.decided = DecisionBook(calendar)
        self.day_trades = DayTradeBook(store, calendar, mode=mode)
        self.also_write: AlsoWrite = _nothing
        self._load()

    @property
    def records(self) -> Mapping[int, AlgorithmRecord]:
        """Return every algorithm by id."""
        return self._records

    @property
    def ledger(self) -> Ledger:
        """Return positions and cash flows of all algorithms."""
        return self._ledger

    @property
    def minute(self) -> int:
        """Return the last minute whose decisions are on disk, 0 before the first."""
        return self._minute

    def reload(self) -> None:
        """Read everything anew from the disk, after a write of which nobody knows whether it arrived."""
        self.day_trades.forget()
        self._load()

    def snapshot(self, prices: Mapping[str, float]) -> Snapshot:
        """Return the frozen state that a minute is judged on."""
        return Snapshot(self._minute, {id_: self.view(id_) for id_ in self._records}, dict(prices))

    def view(self, algorithm_id: int) -> AlgorithmView:
        """Return one algorithm as the books see it."""
        record = self._records[algorithm_id]
        now = self._clock.now()
        own = [order for order in self._open.values() if order.algorithm_id == algorithm_id]
        # A tombstone counts while it may still arrive: a second order could double what the first one does.
        working = tuple(order for order in own if order.is_working or order.may_still_arrive(now))
        cash = record.initial_capital + self._ledger.cash_flow(algorithm_id)
        position = self._ledger.position(algorithm_id, record.ticker)
        return AlgorithmView(record, cash, position, working, self.decided.until(algorithm_id))

    def open_orders(self) -> list[Order]:
        """Return every order whose status is not terminal, oldest first."""
        return list(self._open.values())

    def transactions(self, algorithm_id: int) -> list[Transaction]:
        """Return an algorithm's fills in the spelling of its contract; list and rows are the caller's own."""
        return self._transactions.of(algorithm_id)

    def next_leg(self, algorithm_id: int, minute: int) -> int:
        """Return the next free leg of an algorithm's minute."""
        with self._store.reader() as connection:
            return orders.next_leg(connection, algorithm_id, minute)

    def find(self, client_order_id: str) -> Order | None:
        """Return one of our orders, open or finished."""
        if client_order_id in self._open:
            return self._open[client_order_id]
        with self._store.reader() as connection:
            return orders.find(connection, client_order_id)

    def add_algorithm(self, record: AlgorithmRecord) -> None:
        """Store a new algorithm."""
        with self._transaction() as connection:
            algorithms.insert(connection, record, self._now())
        self._records[record.id] = record

    def set_status(self, algorithm_id: int, status: AlgorithmStatus) -> AlgorithmRecord:
        """Store an algorithm's new status; running again starts with a clean count of errors."""
        count = 0 if status is AlgorithmStatus.RUNNING else self._records[algorithm_id].error_count
        return self._store_record(replace(self._records[algorithm_id], status=status, error_count=count))

    def renew(self, algorithm_id: int, file_sha256: str) -> AlgorithmRecord:
        """Let an algorithm run again on its file as it is now, with a clean count of errors."""
        record = replace(
            self._records[algorithm_id], status=AlgorithmStatus.RUNNING, error_count=0, file_sha256=file_sha256
        )
        return self._store_record(record)

    def fail(self, algorithm_id: int, error: str) -> AlgorithmRecord:
        """Switch an algorithm off because it cannot be built."""
        record = replace(self._records[algorithm_id], status=AlgorithmStatus.ERROR, last_error=error)
        return self._store_record(record)

    def want_sale(self, algorithm_id: int, *, is_wanted: bool) -> AlgorithmRecord:
        """Remember that the owner wants a stopped algorithm's shares sold, or that they are gone."""
        return self._store_record(replace(self._records[algorithm_id], is_sell_wanted=is_wanted))

    def commit_minute(
        self, minute: int, judged: Iterable[Decision], intents: Iterable[Order], *, is_missed: bool = False
    ) -> None:
        """Write decisions, intents and the cursor of a minute in one transaction.

        Either the minute is decided and its intents are on disk, or nothing happened.
        """
        # A second decision on a decided minute leaves the first one's row as it is.
        judged, intents = [decision for decision in judged if decision.gate != DUPLICATE], list(intents)
        changed = [record for record in map(self._after_turn, judged) if record != self._records[record.id]]
        with self._transaction() as connection:
            now = self._now()
            written = self.decided.write_minute(connection, judged, minute=minute, at=now)
            orders.insert_intents(connection, intents, ids_by_order(written), mode=self._mode)
            for record in changed:
                algorithms.update(connection, record, now)
            settings.put(connection, ENGINE_MINUTE, str(minute), at=now)
            if not is_missed:
                self.also_write(connection, minute)
        self._minute = minute
        self._records.update((record.id, record) for record in changed)
        self._take_over_decided(judged, intents, written)

    def commit_owners(self, judged: Iterable[Decision], intents: Iterable[Order]) -> None:
        """Write the owner's own orders in one transaction; no minute is decided by them."""
        judged, intents = list(judged), list(intents)
        with self._transaction() as connection:
            written = self.decided.write_owners(connection, judged, at=self._now())
            orders.insert_intents(connection, intents, ids_by_order(written), mode=self._mode)
        self._take_over_decided(judged, intents, written)

    def mark_sent(self, order: Order) -> Order:
        """Store one more attempt before the socket is touched: from here on it may exist at the broker."""
        if order.status is not OrderStatus.SUBMITTED:
            order = order.moved_to(OrderStatus.SUBMITTED)
        sent = replace(order, attempts=order.attempts + 1)
        with self._transaction() as connection:
            orders.mark_sent(connection, sent, self._clock.now())
        self._open[sent.client_order_id] = sent
        if sent.attempts == 1:
            self._publish(OrderChanged(sent))
        return sent

    def want_cancel(self, order: Order) -> Order:
        """Store that the rest of an order is to be canceled; it is asked for until the order is terminal."""
        wanted = replace(order, cancel_wanted_at=order.cancel_wanted_at or self._clock.now())
        if wanted != order:
            self._store_order(wanted, [])
        return wanted

    def move(self, order: Order, status: OrderStatus, *, reason: str | None = None) -> Order:
        """Store a change of status that the broker did not report."""
        moved = order.moved_to(status, reason=reason)
        self._store_order(moved, [])
        return moved

    def forget_tombstones(self) -> None:
        """Drop from memory what was given up so long ago that it cannot arrive any more; the disk keeps it."""
        now = self._clock.now()
        for order in self.open_orders():
            if not order.is_working and not order.may_still_arrive(now):
                del self._open[order.client_order_id]

    def apply(self, report: OrderReport, execution: ExecutionReport | None, *, source: str) -> list[Fill]:
        """Book what the broker says of one of our orders; repeated or older news changes nothing.

        Returns the fills it added. Order, fills and positions are written in one transaction.
        """
        order = self.find(report.client_order_id)
        if order is None or not is_same(order, report):
            return []
        changed = order.after(report)
        if order.status is OrderStatus.ABANDONED and changed.is_working:
            changed = replace(changed, cancel_wanted_at=self._clock.now())
        if changed == order:
            return []
        news = execution if execution and not self._is_booked(execution) else None
        added = fills_from(order, report, news, source=source)
        # Summed like the fills, so that the two never part over a rounded average.
        notional = sum((fill.qty * fill.price for fill in added), order.filled_notional)
        is_found_late = order.status is OrderStatus.ABANDONED and changed.status is not order.status
        self._store_order(replace(changed, filled_notional=notional), added, is_found_late=is_found_late)
        return added

    def adjust(
        self, adjustments: Iterable[Adjustment], *, records: Iterable[AlgorithmRecord] = (), also: AlsoBook = _nothing
    ) -> list[Adjustment]:
        """Book changes of shares that no fill explains, in one transaction; what was booked before is left out.

        records: algorithms that change with it; also: writes what else belongs to it. Returns what was new.
        """
        records = list(records)
        with self._transaction() as connection:
            fresh = write_adjustments(connection, adjustments, self._ledger, records=self._records, mode=self._mode)
            for record in records:
                algorithms.update(connection, record, self._now())
            also(connection)
        self.day_trades.forget()
        for adjustment in fresh:
            self._remember(adjustment)
        self._records.update((record.id, record) for record in records)
        return fresh

    def adopt(self, order: Order, owner: AlgorithmRecord | None) -> None:
        """Take in an order of ours that only the broker knew, and its algorithm if it is unknown as well.

        Its minute has been decided, in a life these books know nothing of: it is not decided again.
        """
        minute = max(self._minute, order.minute + MINUTE)
        with self._transaction() as connection:
            if owner is not None:
                algorithms.insert(connection, owner, self._now())
            orders.insert(connection, order, mode=self._mode, signal_id=None)
            settings.put(connection, ENGINE_MINUTE, str(minute), at=self._now())
            events.insert(connection, ADOPTED, event_of(order), at=self._now())
        if owner is not None:
            self._records[owner.id] = owner
        self._open[order.client_order_id], self._minute = order, minute

    def recall_tombstones(self) -> None:
        """Take up again, from the disk, what was given up these days: it is asked for once more."""
        since = self._clock.now() - TOMBSTONES_KEPT
        with self._store.reader() as connection:
            unfinished = orders.load_unfinished(connection)
        recalled = {order.client_order_id: order for order in unfinished if order.valid_until > since}
        self._open.update({number: order for number, order in recalled.items() if number not in self._open})

    def _load(self) -> None:
        with self._store.reader() as connection:
            self._records = {record.id: record for record in algorithms.load(connection)}
            unfinished = orders.load_unfinished(connection)
            booked, adjustments = fills.load(connection), adjustment_rows.load(connection)
            self._minute = int(settings.get(connection, ENGINE_MINUTE) or 0)
            self.decided.load(connection, self._records)
        self._open: dict[str, Order] = {order.client_order_id: order for order in unfinished}
        self._ledger, self._transactions = Ledger(), TransactionLog()
        for entry in in_order(booked, adjustments):
            self._remember(entry)

    def _take_over_decided(self, judged: list[Decision], intents: list[Order], written: list[Written]) -> None:
        """Assign in memory what was just committed, then tell the onlookers."""
        self.decided.take_over(judged)
        self._open.update((order.client_order_id, order) for order in intents)
        self._tell(judged)
        for each in written:
            for news in each.news():
                self._publish(news)

    def _after_turn(self, decision: Decision) -> AlgorithmRecord:
        record = self._records[decision.signal.algorithm_id]
        if decision.outcome in NO_TURN:
            return record
        return record.failed(decision.reason) if decision.outcome in NO_ANSWER else record.answered()

    def _store_record(self, record: AlgorithmRecord) -> AlgorithmRecord:
        with self._transaction() as connection:
            algorithms.update(connection, record, self._now())
        self._records[record.id] = record
        return record

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold the writer; a broken rule of the tables means that our own state is wrong, so trading stops."""
        try:
            with self._store.transaction() as connection:
                yield connection
        except sqlite3.IntegrityError as error:
            raise StorageError(
                f"{self._store.path} refused a change that must never happen ({error}): "
                "keep the file, start again, and look at the log if it comes back."
            ) from error

    def _is_booked(self, execution: ExecutionReport) -> bool:
        with self._store.reader() as connection:
            return fills.has(connection, execution.execution_id)

    def _store_order(self, order: Order, added: list[Fill], *, is_found_late: bool = False) -> None:
        with self._transaction() as connection:
            orders.update(connection, order, self._clock.now())
            signals.follow(connection, order, at=self._clock.now())
            if is_found_late:
                events.insert(connection, FOUND_LATE, event_of(order), at=self._now())
            write_fills(connection, added, self._ledger, records=self._records, mode=self._mode)
            day_trades = self.day_trades.write(connection, added, at=self._clock.now())
        if is_found_late:
            text = f"Order {order.client_order_id} was given up, and the broker took it after all."
            log.critical("%s", text)
            self._publish(AlertRaised(FOUND_LATE, text, order.symbol, order.algorithm_id))
        self.day_trades.take_over()
        self._take_over(order, added)
        remaining = self.day_trades.remaining(self._clock.now()) if day_trades else 0
        for strategy, symbol in day_trades:
            self._publish(DayTradeUsed(strategy, symbol, remaining))

    def _take_over(self, order: Order, added: list[Fill]) -> None:
        """Assign in memory what was just committed, then tell the onlookers."""
        if order.status.is_terminal:
            self._open.pop(order.client_order_id, None)
        else:
            self._open[order.client_order_id] = order
        for fill in added:
            self._remember(fill)
            self._publish(OrderFilled(fill))
            position = self._ledger.position(fill.algorithm_id, fill.symbol)
            self._publish(PositionChanged(position, fill.signed_qty, fill.price))
        self._publish(OrderChanged(order))

    def _remember(self, entry: Fill | Adjustment) -> None:
        if isinstance(entry, Fill):
            self._ledger.book(entry)
        else:
            self._ledger.adjust(entry)
        self._transactions.add(entry)

    def _tell(self, judged: list[Decision]) -> None:
        for decision in judged:
            if decision.outcome is not Outcome.HELD:
                self._publish(DecisionMade(decision))
            if decision.outcome in NO_ANSWER:
                record = self._records[decision.signal.algorithm_id]
                has_stopped = record.status is AlgorithmStatus.ERROR
                self._publish(AlgorithmFailed(record.id, decision.reason, has_stopped))

    def _now(self) -> str:
        return iso_milliseconds(self._clock.now())
