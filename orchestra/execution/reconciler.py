"""Reconciliation: start-up and recovery are one path.

In: the broker's orders and positions. Out: rows in the books, a verdict by symbol. Thread: engine.
It runs before anything is sent, and after each reconnect of the order stream.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

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


class Difference(NamedTuple):
    """What the account holds of a symbol, and what our books say."""

    account_qty: Decimal
    expected_qty: Decimal


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
        self._differences: dict[str, Difference] = {}
        self._missing: dict[str, Decimal] = {}
        self.has_rival = False

    @property
    def frozen_symbols(self) -> frozenset[str]:
        """Return the symbols whose account and books disagree."""
        return frozenset(self._differences)

    def missing_shares(self, symbol: str) -> Decimal:
        """Return how many shares of what our algorithms hold were not in the account when it was last read.

        Our own fills since then change books and account alike, so the figure stays right without them.
        """
        return self._missing.get(symbol, ZERO)

    def run(self, kind: str) -> None:
        """Read orders, ask for what is unknown, compare positions, send nothing; kind names the occasion.

        Raises BrokerUnavailable or BrokerRejected when the broker cannot be asked; nothing may be sent then.
        """
        started_at = self._clock.now()
        reports = self._broker.orders_since(self._listed_from())
        for report in reports:
            self._take(report)
        self._desk.ask_all({report.client_order_id for report in reports})
        self._compare_positions(dict(self._broker.positions()))
        self._note_rivals(reports)
        self._desk.unblock()
        self._record(kind)
        if not self._differences and not self.has_rival:
            self._last_clean = started_at

    def _listed_from(self) -> datetime | None:
        """Return from when on orders are read; what explains a difference may be as old as it likes."""
        if self._last_clean is None or self._differences:
            return None
        return self._last_clean - OVERLAP

    def _take(self, report: OrderReport) -> None:
        if self._numbers.is_ours(report.client_order_id):
            if self._books.find(report.client_order_id) is None:
                log.error("Order %s bears our name but is not in the books.", report.client_order_id)
            self._desk.apply(report, None, source="poll")
            return
        if report.filled_qty > ZERO:
            self._book_external(report)

    def _book_external(self, report: OrderReport) -> None:
        """Remember what somebody else traded by hand, so that it is shown and never traded."""
        with self._store.transaction() as connection:
            external_fills.put(connection, report)

    def _note_rivals(self, reports: list[OrderReport]) -> None:
        """Look whether another installation is at work, and say each change once."""
        ids = [report.client_order_id for report in reports if report.status.is_working]
        rivals = [id_ for id_ in ids if self._numbers.is_rivals(id_)]
        if rivals and not self.has_rival:
            log.error("Order %s is another installation's: stop one of the two.", rivals[0])
        elif self.has_rival and not rivals:
            log.info("No other installation has an order working in this account any more.")
        self.has_rival = bool(rivals)

    def _compare_positions(self, account: dict[str, Decimal]) -> None:
        """Check account = baseline + ledger + external + adjustments for every symbol."""
        held = self._books.ledger.qty_by_symbol()
        expected = dict(held)
        with self._store.reader() as connection:
            others = external_fills.qty_not_ours(connection)
        for symbol, qty in others.items():
            expected[symbol] = expected.get(symbol, ZERO) + qty
        for symbol in sorted(expected.keys() | account.keys() | self._differences.keys() | self._missing.keys()):
            seen = Difference(account.get(symbol, ZERO), expected.get(symbol, ZERO))
            # With an order open it may be filling right now. What was found before is not disproven by that.
            if not self._has_open_order(symbol):
                self._missing[symbol] = max(held.get(symbol, ZERO) - seen.account_qty, ZERO)
                self._judge(symbol, seen)
            elif seen.account_qty == seen.expected_qty:
                self._differences.pop(symbol, None)

    def _judge(self, symbol: str, seen: "Difference") -> None:
        """Freeze or thaw a symbol; what is known already is not told again."""
        if seen.account_qty == seen.expected_qty:
            self._differences.pop(symbol, None)
        elif self._differences.get(symbol) != seen:
            self._differences[symbol] = seen
            self._report(symbol, seen.account_qty, seen.expected_qty)

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
