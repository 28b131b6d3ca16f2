"""The equity log: what the account and each algorithm were worth, written in the minute's own transaction.

In: a minute that is being committed. Out: rows of `equity_snapshots`, and the worth at the last close. Thread: engine.
"""

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from database.calendar_manager import MarketCalendar, Session
from database.sqlite_store import SqliteStore
from orchestra.execution.books import Books
from orchestra.messages.events import AccountReceived
from orchestra.office.allocation import Allocation
from system_databse.algorithm_record import AlgorithmStatus
from system_databse.rows import equity_snapshots

DAY = int(timedelta(days=1).total_seconds())
MINUTES_KEPT = 5 * DAY
# How far back a session's minutes are looked for that are to go; what is older went long ago.
LONGEST_PAUSE = 60 * DAY


class EquityLog:
    """Write one row a scope and minute. Minutes are dropped after five days, a session's last one never."""

    def __init__(
        self,
        store: SqliteStore,
        books: Books,
        allocation: Allocation,
        *,
        calendar: MarketCalendar,
        account: Callable[[], AccountReceived | None],
    ) -> None:
        self._store = store
        self._books = books
        self._allocation = allocation
        self._calendar = calendar
        self._account = account
        self._before: dict[int, Decimal | None] = {}
        self._before_session = 0

    def write(self, connection: sqlite3.Connection, minute: int) -> None:
        """Add the rows of a decided minute of a session; at the close, drop the minutes that are too old."""
        session = self._calendar.session_for_decision(minute)
        if session is None:
            return
        account = self._account()
        if account is not None:
            equity_snapshots.put(connection, equity_snapshots.ACCOUNT, minute, equity=account.equity, cash=account.cash)
        for algorithm_id in self._living():
            holding = self._allocation.holding(algorithm_id)
            equity = holding.equity(self._allocation.price(self._books.records[algorithm_id].ticker))
            if equity is not None:
                scope = equity_snapshots.scope_of(algorithm_id)
                equity_snapshots.put(connection, scope, minute, equity=equity, cash=holding.cash)
        if minute == session.close:
            self._prune(connection, minute - MINUTES_KEPT)

    def equity_at_close(self, algorithm_id: int, session: Session) -> Decimal | None:
        """Return an algorithm's equity at the close before the session; None when it did not exist then."""
        if self._before_session != session.open:
            self._before, self._before_session = {}, session.open
        if algorithm_id not in self._before:
            with self._store.reader() as connection:
                scope = equity_snapshots.scope_of(algorithm_id)
                self._before[algorithm_id] = equity_snapshots.newest(connection, scope, session.open)
        return self._before[algorithm_id]

    def _living(self) -> list[int]:
        """Return the algorithms that may still gain or lose."""
        return [
            id_
            for id_, record in self._books.records.items()
            if record.status is not AlgorithmStatus.STOPPED or self._books.ledger.position(id_, record.ticker).is_open
        ]

    def _prune(self, connection: sqlite3.Connection, until: int) -> None:
        scopes = [equity_snapshots.ACCOUNT, *map(equity_snapshots.scope_of, self._books.records)]
        for session in self._calendar.sessions_between(until - LONGEST_PAUSE, until):
            for scope in scopes:
                equity_snapshots.prune(connection, scope, session_open=session.open, close=session.close, until=until)
