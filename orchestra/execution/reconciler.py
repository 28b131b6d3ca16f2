"""Reconciliation: start-up and recovery are one path.

In: the broker's orders and positions. Out: rows in the books, a verdict by symbol. Thread: engine.
It runs before anything is sent, after each reconnect of the order stream, and every five minutes; the positions alone
are compared more often (`truth/position_watch.py`). Nothing is ever traded to make numbers agree.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from database.sqlite_store import SqliteStore
from database.timestamps import iso_milliseconds
from orchestra.execution.books import Books
from orchestra.execution.broker import Broker
from orchestra.execution.order_desk import OrderDesk
from orchestra.execution.order_numbers import OrderNumbers
from orchestra.execution.truth import explanations
from orchestra.execution.truth.account_truth import AccountTruth
from orchestra.execution.truth.adoption import rebuilt, stand_in
from orchestra.execution.truth.alarms import Alarms
from orchestra.execution.truth.difference_watch import Difference, DifferenceWatch
from orchestra.execution.truth.rivals import Rivals
from orchestra.execution.truth.settlement import Numbers
from orchestra.messages.events import ReconcileMismatch
from orchestra.messages.live_snapshot import Discrepancy
from orchestra.runtime.clock import Clock
from system_databse.order import ZERO, OrderReport

log = logging.getLogger(__name__)

OVERLAP = timedelta(minutes=10)
MISMATCH = "reconcile.mismatch"
SOLD_BY_HAND = "reconcile.sold_by_hand"
ADOPTED = "order.adopted"
BASELINE = "account.baseline"


class Reconciler:
    """Bring the books level with the broker and say which symbols do not match.

    truth: what the account holds beside our algorithms. rivals: other installations of this program in the account.
    on_rival: told, in words, when one has traded.
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
        on_rival: Callable[[str], None] = lambda _words: None,
    ) -> None:
        self._broker = broker
        self._books = books
        self._desk = desk
        self._store = store
        self._clock = clock
        self._numbers = numbers
        self._publish = publish
        self._last_clean: datetime | None = None
        self._missing: dict[str, Decimal] = {}
        self._account: Mapping[str, Decimal] = {}
        self._causes: dict[str, tuple[str, ...]] = {}
        self._watch = DifferenceWatch()
        self.alarms = Alarms(store, clock, publish)
        self.truth = AccountTruth(store, clock)
        self.rivals = Rivals(store, clock, numbers, on_rival=on_rival)

    @property
    def has_rival(self) -> bool:
        """Say whether another installation of this program has an order working in the account."""
        return self.rivals.has_working

    @property
    def frozen_symbols(self) -> frozenset[str]:
        """Return the symbols whose account and books disagree, or seemed to at first sight."""
        return self._watch.symbols

    @property
    def is_suspicion_due(self) -> bool:
        """Say whether a difference was seen long enough ago to be looked at again."""
        return self._watch.is_due(self._seconds())

    def numbers(self, symbol: str) -> Numbers:
        """Return what the account, our algorithms and others hold of a symbol; the account's as it was last read."""
        held = self._books.ledger.qty_by_symbol().get(symbol, ZERO)
        not_ours = self.truth.not_ours.get(symbol, ZERO)
        return Numbers(symbol, self._account.get(symbol, ZERO), held, not_ours)

    def discrepancies(self) -> tuple[Discrepancy, ...]:
        """Return what the owner has to settle, or may have to: every symbol whose numbers do not agree."""
        short = {symbol for symbol, missing in self._missing.items() if missing}
        return tuple(self._discrepancy(symbol) for symbol in sorted(self._watch.symbols | short))

    def _discrepancy(self, symbol: str) -> Discrepancy:
        numbers = self.numbers(symbol)
        return Discrepancy(
            symbol=symbol,
            account=numbers.account,
            algorithms=numbers.held,
            not_ours=numbers.not_ours,
            unexplained=numbers.unexplained,
            change=numbers.algorithms_change,
            is_confirmed=symbol not in self._watch.symbols or self._watch.is_confirmed(symbol),
            causes=self._causes.get(symbol, ()),
        )

    def missing_shares(self, symbol: str) -> Decimal:
        """Return how many shares that our algorithms hold the account has not left for them, when it was last read.

        What is not ours is left out of what the account has. Our own fills since then change books and account alike,
        so the figure stays right without them.
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
        self.truth.refresh()
        read_at = self._clock.now()
        account = dict(self._broker.positions())
        if not self.truth.has_baseline:
            self._take_baseline(account, read_at)
        self._compare(account)
        self._tell_of_baseline()
        self.rivals.note(reports)
        self._desk.unblock()
        self._record(kind)
        if not self._watch.symbols and not self.has_rival:
            self._last_clean = started_at

    def compare_positions(self) -> None:
        """Compare what the account holds now with our books, which are as new as the last news of our orders.

        Raises BrokerUnavailable or BrokerRejected when the broker cannot be asked.
        """
        self.truth.refresh()
        self._compare(dict(self._broker.positions()))

    def _listed_from(self) -> datetime | None:
        """Return from when on orders are read; what explains a difference may be as old as it likes."""
        if self._last_clean is None or self._watch.symbols:
            return None
        return self._last_clean - OVERLAP

    def _take(self, report: OrderReport) -> None:
        if not self._numbers.is_ours(report.client_order_id):
            self.truth.book_external(report)
            return
        if self._books.find(report.client_order_id) is None:
            self._adopt(report)
        self._desk.apply(report, None, source="poll")

    def _adopt(self, report: OrderReport) -> None:
        """Take in an order of ours that the books do not know: they are older than it, out of a backup."""
        decided = self._numbers.read(report.client_order_id)
        if decided is None:
            log.error("Order %s bears our name, but is none that we could have sent.", report.client_order_id)
            return
        owner = None if decided.algorithm_id in self._books.records else stand_in(report, decided)
        self._books.adopt(rebuilt(report, decided), owner)
        whose = "a stand-in, stopped, because the algorithm is not there" if owner else "its algorithm"
        self.alarms.tell(
            ADOPTED,
            f"Order {report.client_order_id} ({report.side} {report.qty:f} {report.symbol}) was sent by us and is not"
            f" in our books, as after a restored backup: it is booked to algorithm {decided.algorithm_id}, {whose}.",
            report.symbol,
        )

    def _take_baseline(self, account: Mapping[str, Decimal], at: datetime) -> None:
        expected = self._expected()
        holdings = {symbol: qty - expected.get(symbol, ZERO) for symbol, qty in account.items()}
        self.truth.take_baseline(holdings, at)

    def _tell_of_baseline(self) -> None:
        """Tell, once, that the owner has to confirm what the account held before us."""
        waiting = tuple(self.truth.holds())
        if not waiting:
            self.alarms.over(BASELINE, "")
            return
        text = (
            f"The account held shares before AutoTrader came ({', '.join(waiting)}): confirm under Account that they"
            " are yours. Until then nothing is bought in them, and they are never sold."
        )
        self.alarms.tell_once(BASELINE, text, "", state=waiting)

    def _expected(self) -> dict[str, Decimal]:
        """Return what the account holds by our books: our algorithms' shares, and what is not ours."""
        expected = self._books.ledger.qty_by_symbol()
        for symbol, qty in self.truth.not_ours.items():
            expected[symbol] = expected.get(symbol, ZERO) + qty
        return expected

    def _compare(self, account: Mapping[str, Decimal]) -> None:
        """Check account = baseline + ledger + external + adjustments for every symbol."""
        self._account = account
        held, expected = self._books.ledger.qty_by_symbol(), self._expected()
        for symbol in sorted(expected.keys() | account.keys() | self._watch.symbols | self._missing.keys()):
            seen = Difference(account.get(symbol, ZERO), expected.get(symbol, ZERO))
            is_trading = any(order.symbol == symbol and order.is_working for order in self._books.open_orders())
            if not is_trading:
                # Shares that are not ours are never an algorithm's to sell.
                left = seen.account_qty - max(self.truth.not_ours.get(symbol, ZERO), ZERO)
                self._missing[symbol] = max(held.get(symbol, ZERO) - left, ZERO)
            is_news = self._watch.look(symbol, seen, is_trading=is_trading, now=self._seconds())
            if is_news:
                self._report(symbol, seen)
            elif not seen.unexplained:
                self.alarms.over(MISMATCH, symbol)
                if not is_trading:
                    self._tell_of_sales_by_hand(symbol)

    def _tell_of_sales_by_hand(self, symbol: str) -> None:
        """Tell, once, that strangers' orders have sold what our algorithms hold: numbers agree, owners do not."""
        missing = self._missing[symbol]
        if not missing:
            self._causes.pop(symbol, None)
            self.alarms.over(SOLD_BY_HAND, symbol)
            return
        with self._store.reader() as connection:
            causes = self._causes[symbol] = explanations.causes_of_sales(connection, symbol)
        text = explanations.sold_by_hand(symbol, missing, causes)
        self.alarms.tell_once(SOLD_BY_HAND, text, symbol, state=missing)

    def _report(self, symbol: str, seen: Difference) -> None:
        with self._store.reader() as connection:
            candidates = [
                *explanations.recent_splits(connection, symbol, self._clock.now()),
                *explanations.ratio_guess(seen),
                *explanations.open_orders(self._books.open_orders(), symbol),
            ]
            causes = self._causes[symbol] = explanations.causes_of(connection, symbol, others=candidates)
        text = explanations.explain(symbol, seen, causes)
        self.alarms.tell(MISMATCH, text, symbol)
        self._publish(ReconcileMismatch(symbol, str(seen.account_qty), str(seen.expected_qty)))

    def _record(self, kind: str) -> None:
        result = f"mismatch: {', '.join(sorted(self.frozen_symbols))}" if self.frozen_symbols else "clean"
        with self._store.transaction() as connection:
            connection.execute(
                "INSERT INTO recon_runs(at, kind, result) VALUES(?, ?, ?)",
                (iso_milliseconds(self._clock.now()), kind, result),
            )

    def _seconds(self) -> float:
        """Return market time where an exchange owns it."""
        return self._clock.now().timestamp() if self._clock.is_simulated else self._clock.monotonic()
