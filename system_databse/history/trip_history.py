"""Round trips to look back at, newest first, and what they come to.

In: a system database. Out: numbered round trips. Thread: any. Each fill and each adjustment is read once, and the
story told on from there.
"""

import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from database.sqlite_store import SqliteStore
from system_databse.history.selection import Selection
from system_databse.order import ZERO
from system_databse.performance.round_trips import RoundTrip, TripWalk
from system_databse.performance.trade_figures import expectancy, profit_factor, win_rate
from system_databse.rows import algorithms, fills
from system_databse.truth import adjustment_rows
from system_databse.truth.adjustment import in_order


@dataclass(frozen=True, slots=True)
class PastTrip:
    """A round trip. number: it was the first, second, ... to end; algorithm: the name of its file."""

    number: int
    algorithm: str | None
    trip: RoundTrip


@dataclass(frozen=True, slots=True)
class TripSums:
    """What round trips come to, dollars and fractions; None where a figure would mean nothing."""

    count: int
    wins: int
    pnl: Decimal
    fees: Decimal
    win_rate: float | None
    profit_factor: float | None
    expectancy: float | None


class TripHistory:
    """Tell the round trips of a database."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._begin()

    def selected(self, selection: Selection) -> list[PastTrip]:
        """Return every round trip of the selection, newest first, whatever page is wanted; a day is that of the exit.

        Raises ValueError when the fills sell more than was held.
        """
        span = selection.span()
        return [each for each in reversed(self.all()) if _is_wanted(each.trip, selection, span)]

    def all(self) -> Sequence[PastTrip]:
        """Return every round trip that has ended, in that order; raises ValueError like `selected`."""
        with self._lock, self._store.reader() as connection:
            newest = _newest(connection)
            if newest != self._read:
                try:
                    self._tell_on(connection, newest)
                except ValueError:
                    self._begin()
                    raise
            return self._told[:]

    def _begin(self) -> None:
        self._walk = TripWalk()
        self._read = (0, 0)
        self._fills = 0
        self._told: list[PastTrip] = []

    def _tell_on(self, connection: sqlite3.Connection, newest: tuple[int, int]) -> None:
        booked = fills.between(connection, self._read[0], newest[0])
        adjusted = adjustment_rows.between(connection, self._read[1], newest[1])
        for entry in in_order(booked, [(before - self._fills, adjustment) for before, adjustment in adjusted]):
            self._walk.take(entry)
        names = {record.id: record.name for record in algorithms.load(connection)}
        for number, trip in enumerate(self._walk.ended[len(self._told) :], start=len(self._told) + 1):
            self._told.append(PastTrip(number, names.get(trip.algorithm_id), trip))
        self._fills += len(booked)
        self._read = newest


def page_of(trips: Sequence[PastTrip], selection: Selection) -> list[PastTrip]:
    """Return the page that the selection asks for."""
    before = selection.before
    return [each for each in trips if before is None or each.number < before][: selection.limit]


def sums_of(trips: Sequence[PastTrip]) -> TripSums:
    """Return what the round trips come to."""
    profits = [float(each.trip.pnl) for each in trips]
    return TripSums(
        count=len(trips),
        wins=sum(profit > 0 for profit in profits),
        pnl=sum((each.trip.pnl for each in trips), ZERO),
        fees=sum((each.trip.fees for each in trips), ZERO),
        win_rate=win_rate(profits),
        profit_factor=profit_factor(profits),
        expectancy=expectancy(profits),
    )


def _newest(connection: sqlite3.Connection) -> tuple[int, int]:
    query = "SELECT (SELECT COALESCE(MAX(id), 0) FROM fills), (SELECT COALESCE(MAX(id), 0) FROM adjustments)"
    newest_fill, newest_adjustment = connection.execute(query).fetchone()
    return int(newest_fill), int(newest_adjustment)


def _is_wanted(trip: RoundTrip, selection: Selection, span: tuple[datetime, datetime] | None) -> bool:
    if selection.algorithm_id not in (None, trip.algorithm_id) or selection.symbol not in (None, trip.symbol):
        return False
    return span is None or (trip.exited_at is not None and span[0] <= trip.exited_at < span[1])
