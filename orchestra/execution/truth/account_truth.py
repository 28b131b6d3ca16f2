"""What the account holds beside our algorithms: the baseline, what others traded, what the owner decided.

In: reports of strangers' orders, the account at our first start. Out: shares not ours by symbol, reasons to wait.
Thread: engine.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from database.sqlite_store import SqliteStore
from orchestra.runtime.clock import Clock
from system_databse.order import ZERO, OrderReport
from system_databse.rows import external_fills
from system_databse.truth import adjustment_rows, baseline_rows

log = logging.getLogger(__name__)


class AccountTruth:
    """Keep what is not ours. not_ours: shares by symbol; negative when somebody sold ours by hand."""

    def __init__(self, store: SqliteStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        with store.reader() as connection:
            self._taken_at = baseline_rows.taken_at(connection)
        self.refresh()

    @property
    def has_baseline(self) -> bool:
        """Say whether the account was looked at before our first order."""
        return self._taken_at is not None

    @property
    def baseline(self) -> Mapping[str, tuple[Decimal, bool]]:
        """Return by symbol what the account held before our first start, and whether the owner has confirmed it."""
        return self._baseline

    def refresh(self) -> None:
        """Read again what is on disk, after something else has written it."""
        with self._store.reader() as connection:
            self.not_ours: Mapping[str, Decimal] = adjustment_rows.qty_not_ours(connection)
            self._baseline = baseline_rows.load(connection)

    def holds(self) -> dict[str, str]:
        """Return, in words, the symbols that wait for the owner to confirm what the account held before us."""
        return {
            symbol: f"the account held {qty:f} {symbol} before AutoTrader came: confirm that they are yours"
            for symbol, (qty, is_confirmed) in self._baseline.items()
            if not is_confirmed
        }

    def take_baseline(self, holdings: Mapping[str, Decimal], at: datetime) -> None:
        """Remember what the account held at our first start: the owner's, never an algorithm's to sell."""
        with self._store.transaction() as connection:
            baseline_rows.take(connection, holdings, at)
        self._taken_at = at
        self.refresh()
        for words in self.holds().values():
            log.warning("Nothing is bought in it yet: %s.", words)

    def confirm(self, symbols: Iterable[str]) -> None:
        """Store that the owner has confirmed them."""
        with self._store.transaction() as connection:
            baseline_rows.confirm(connection, symbols, self._clock.now())
        self.refresh()

    def book_external(self, report: OrderReport) -> None:
        """Remember what somebody else traded by hand, so that it is shown and never traded.

        What had ended before our first start is part of what the account held then; what still works then is noted at
        once, so that whatever it fills from there on counts, however the clocks differ.
        """
        is_open_at_first = self._taken_at is None and report.status.is_working
        if report.filled_qty <= ZERO and not is_open_at_first:
            return
        with self._store.transaction() as connection:
            is_known = external_fills.has(connection, report.broker_order_id)
            if is_known or is_open_at_first or self._is_news(report):
                external_fills.put(connection, report)

    def _is_news(self, report: OrderReport) -> bool:
        return self._taken_at is not None and report.at > self._taken_at
