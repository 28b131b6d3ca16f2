"""Reconciliation: start-up and recovery are one path.

In: the broker's orders and positions. Out: rows in the books, a verdict by symbol. Thread: engine.
It runs before anything is sent, and after each reconnect of the order stream.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from database.sqlite_store import SqliteStore
from database.timestamps import iso_milliseconds
from orchestra.execution.books import Books
from orchestra.execution.broker import Broker
from orchestra.execution.order_desk import OrderDesk
from orchestra.execution.order_numbers import OrderNumbers
from orchestra.messages.events import ReconcileMismatch
from orchestra.runtime.clock import Clock
from system_databse.order import ZERO, OrderReport
from system_databse.rows import external_fills

log = logging.getLogger(__name__)

OVERLAP = timedelta(minutes=10)


class Reconciler:
    """Bring the books level with the broker and say which symbols do not match.

    has_rival: another installation of this program has an order working in the account; two that trade it
    would each undo what the other one counts on.
    """

    def __init__(
        self,
        broker: Broker,
        books: Books,
        desk: OrderDesk,
        *,
        store: SqliteStore,
        clock: Clock,
        numbers: OrderNumbers,
        publish: Callable[[object], None],
    ) -> None:
        self._broker = broker
        self._books = books
        self._desk = desk
        self._store = store
        self._clock = clock
        self._numbers = numbers
        self._publish = publish
        self._last_clean: datetime | None = None
        self.frozen_symbols: frozenset[str] = frozenset()
        self.has_rival = False

    def run(self, kind: str) -> None:
        """Read orders, ask for what is unknown, compare positions, send nothing; kind names the occasion.

        Raises BrokerUnavailable or BrokerRejected when the broker cannot be asked; nothing may be sent then.
        """
        started_at = self._clock.now()
        after = self._last_clean - OVERLAP if self._last_clean else None
        reports = self._broker.orders_since(after)
        for report in reports:
            self._take(report)
        self._desk.ask_all({report.client_order_id for report in reports})
        self.frozen_symbols = self._compare_positions()
        self._record(kind)
        self._last_clean = started_at

    def _take(self, report: OrderReport) -> None:
        if self._numbers.is_ours(report.client_order_id):
            if self._books.find(report.client_order_id) is None:
                log.error("Order %s bears our name but is not in the books.", report.client_order_id)
            self._desk.apply(report, None, source="poll")
            return
        if self._numbers.is_rivals(report.client_order_id) and report.status.is_working:
            self.has_rival = True
            log.error("Order %s is another installation's: stop one of the two.", report.client_order_id)
        if report.filled_qty > ZERO:
            self._book_external(report)

    def _book_external(self, report: OrderReport) -> None:
        """Remember what somebody else traded by hand, so that it is shown and never traded."""
        with self._store.transaction() as connection:
            external_fills.put(connection, report)

    def _compare_positions(self) -> frozenset[str]:
        """Check account = baseline + ledger + external + adjustments for every symbol."""
        expected = self._books.ledger.qty_by_symbol()
        with self._store.reader() as connection:
            others = external_fills.qty_not_ours(connection)
        for symbol, qty in others.items():
            expected[symbol] = expected.get(symbol, ZERO) + qty
        account = dict(self._broker.positions())
        frozen: set[str] = set()
        for symbol in sorted(expected.keys() | account.keys()):
            if account.get(symbol, ZERO) == expected.get(symbol, ZERO):
                continue
            if self._has_open_order(symbol):
                # It may be filling right now. What was frozen before is not proven by that.
                frozen |= self.frozen_symbols & {symbol}
                continue
            frozen.add(symbol)
            self._report(symbol, account.get(symbol, ZERO), expected.get(symbol, ZERO))
        return frozenset(frozen)

    def _has_open_order(self, symbol: str) -> bool:
        return any(order.symbol == symbol and order.is_working for order in self._books.open_orders())

    def _report(self, symbol: str, account_qty: Decimal, ledger_qty: Decimal) -> None:
        log.error(
            "%s: the account holds %s, our books say %s; no new entries in it until this is settled.",
            symbol,
            account_qty,
            ledger_qty,
        )
        self._publish(ReconcileMismatch(symbol, str(account_qty), str(ledger_qty)))

    def _record(self, kind: str) -> None:
        result = f"mismatch: {', '.join(sorted(self.frozen_symbols))}" if self.frozen_symbols else "clean"
        with self._store.transaction() as connection:
            connection.execute(
                "INSERT INTO recon_runs(at, kind, result) VALUES(?, ?, ?)",
                (iso_milliseconds(self._clock.now()), kind, result),
            )
