"""Rivals: other installations of this program that trade the same account; each would undo what the other counts on.

In: the orders of the account. Out: whether one has an order working, and word of each that has traded. Thread: engine.
Both sides see each other, so both stop buying. One that has only traded is told once, and the owner decides: an
installation that was taken down leaves the same traces as one that will come back.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from database.sqlite_store import SqliteStore
from database.timestamps import iso_milliseconds, iso_minute, parse_iso
from orchestra.execution.order_numbers import OrderNumbers
from orchestra.runtime.clock import Clock
from system_databse.order import OrderReport, OrderStatus
from system_databse.rows import settings

log = logging.getLogger(__name__)

# How old a rival's newest order may be at our first start and still be a reason to ask.
LATELY = timedelta(days=1)
SEEN_AT = "rival_seen_at"


class Rivals:
    """Look out for orders of our family that bear another installation's name.

    on_rival: told, in words, of orders that came after those told before, in this run or an earlier one.
    """

    def __init__(
        self, store: SqliteStore, clock: Clock, numbers: OrderNumbers, *, on_rival: Callable[[str], None]
    ) -> None:
        self._store = store
        self._clock = clock
        self._numbers = numbers
        self._on_rival = on_rival
        self.has_working = False

    def note(self, reports: Iterable[OrderReport]) -> None:
        """Look whether another installation is at work, and say each change once."""
        rivals = [report for report in reports if self._numbers.is_rivals(report.client_order_id)]
        working = [report.client_order_id for report in rivals if report.status.is_working]
        if working and not self.has_working:
            log.error("Order %s is another installation's: stop one of the two.", working[0])
        elif self.has_working and not working:
            log.info("No other installation has an order working in this account any more.")
        self.has_working = bool(working)
        self._tell([report for report in rivals if report.status is not OrderStatus.REJECTED])

    def _tell(self, rivals: list[OrderReport]) -> None:
        newest = max(rivals, key=lambda report: report.at, default=None)
        if newest is None or newest.at <= self._seen_until():
            return
        when = iso_minute(int(newest.at.timestamp()))
        # First the word, then the note: a crash in between tells it again.
        self._on_rival(
            f"another installation of AutoTrader traded this account at {when} (order {newest.client_order_id}):"
            " two on one account undo each other's work; stop one of them, then resume"
        )
        with self._store.transaction() as connection:
            moment = iso_milliseconds(newest.at)
            settings.put(connection, SEEN_AT, moment, at=iso_milliseconds(self._clock.now()))

    def _seen_until(self) -> datetime:
        lately = self._clock.now() - LATELY
        with self._store.reader() as connection:
            seen_at = settings.get(connection, SEEN_AT)
        return max(parse_iso(seen_at), lately) if seen_at else lately
