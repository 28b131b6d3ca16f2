"""The figures of each strategy at a session's end so far: rows for `strategy_metrics` (domain.md 7).

In: a system database, a session. Out: rows. Thread: one. What is over is read once and kept: a turn reads the fills
that are new and the session's own minutes, however long the history.
"""

import math
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from database.calendar_manager import Session
from database.sqlite_store import SqliteStore
from system_databse.algorithm_record import AlgorithmRecord
from system_databse.history.trip_history import PastTrip, TripHistory
from system_databse.performance import strategy_metrics
from system_databse.performance.exposure import exposure, time_in_market
from system_databse.performance.trade_figures import trip_figures
from system_databse.performance.value_curve import DayValue, Member, curve_of, day_values, single
from system_databse.rows import algorithms, equity_snapshots
from system_databse.rows.equity_snapshots import ACCOUNT, scope_of

Row = dict[str, Any]
# Dollars of each ended round trip, fees taken off, by the algorithm's id.
Profits = Mapping[int, Sequence[float]]


class StrategyFigures:
    """Make the rows of a session, one a strategy that was worth anything in it, and one of all together."""

    def __init__(self, store: SqliteStore, *, mode: str) -> None:
        self._history = TripHistory(store)
        self._mode = mode
        self._past: dict[str, list[DayValue]] = {}
        self._profits: dict[int, list[float]] = {}
        self._counted = 0

    def read_on(self) -> None:
        """Read the fills that are new; at a start, before any minute, these are all of them."""
        trips = self._history.all()
        _add_profits(self._profits, trips[self._counted :])
        self._counted = len(trips)

    def rows(
        self, connection: sqlite3.Connection, session: Session, *, until: int, at: str, before: int | None = None
    ) -> list[Row]:
        """Return the rows as of `until`, a second of the session; at: now, ISO-Z.

        before: the open of the session after it, where there was one: what ended later does not count yet. Raises
        ValueError where fills cannot be told as round trips.
        """
        turn = _Turn(connection, session, until, self._profits_until(before), self._mode, self._past)
        by_name: dict[str, list[AlgorithmRecord]] = {}
        for record in algorithms.load(connection):
            by_name.setdefault(record.name, []).append(record)
        rows = [row for name, records in by_name.items() if (row := turn.strategy(name, records)) is not None]
        together = turn.together(sum(row["unrealized"] for row in rows)) if rows else None
        return [{**row, "mode": self._mode, "updated_at": at} for row in (*rows, together) if row is not None]

    def _profits_until(self, before: int | None) -> Profits:
        self.read_on()
        if before is None:
            return self._profits
        profits: dict[int, list[float]] = {}
        _add_profits(profits, [each for each in self._history.all() if _ended_before(each, before)])
        return profits


@dataclass(frozen=True, slots=True)
class _Turn:
    """A session up to a second. profits: of what had ended by then; past: what was read of earlier days."""

    connection: sqlite3.Connection
    session: Session
    until: int
    profits: Profits
    mode: str
    past: dict[str, list[DayValue]]

    @property
    def day(self) -> str:
        return self.session.day.isoformat()

    def strategy(self, name: str, records: Sequence[AlgorithmRecord]) -> Row | None:
        own = {record.id: self._member(record) for record in records}
        row = self._row(name, [scope_of(id_) for id_ in own], list(own.values()))
        if row is None:
            return None
        return {**row, **self._of_profits(own), "unrealized": self._unrealized(own)}

    def together(self, unrealized: float) -> Row | None:
        row = self._row(strategy_metrics.ALL, [ACCOUNT], single(self._values(ACCOUNT)))
        return row and {**row, **self._of_profits(self.profits), "unrealized": unrealized}

    def _row(self, name: str, scopes: Sequence[str], members: Sequence[Member]) -> Row | None:
        """Return what curve and minutes say; None when the session has no minute of it."""
        session, connection = self.session, self.connection
        minutes = equity_snapshots.minutes(connection, scopes, after=session.open, until=self.until)
        if not minutes[0]:
            return None
        curve = curve_of(members)
        finished = len(curve.days) - (0 if self.until >= session.close else curve.days.count(self.day))
        before = strategy_metrics.before(connection, name, mode=self.mode, date=self.day)
        head = {"strategy": name, "date": self.day, "days": finished}
        return {**head, **curve.figures(finished=finished), **_with_earlier(before, minutes)}

    def _of_profits(self, algorithm_ids: Iterable[int]) -> Row:
        profits = [profit for id_ in algorithm_ids for profit in self.profits.get(id_, ())]
        return {**trip_figures(profits), "profit_loss": math.fsum(profits)}

    def _unrealized(self, members: Mapping[int, Member]) -> float:
        """Return what the shares still held have brought: all that was gained, without what has ended."""
        held = {id_: member for id_, member in members.items() if member.values and member.values[-1].exposure}
        gained = sum(member.values[-1].equity - member.capital for member in held.values())
        return gained - math.fsum(profit for id_ in held for profit in self.profits.get(id_, ()))

    def _member(self, record: AlgorithmRecord) -> Member:
        return Member(float(record.initial_capital), self._values(scope_of(record.id)))

    def _values(self, scope: str) -> list[DayValue]:
        """Return the last worth of each day until now; days that are over are kept for the next turn."""
        opens, past = self.session.open, self.past.setdefault(scope, [])
        new = day_values(self.connection, scope, after=past[-1].ts if past else 0)
        past += [value for value in new if value.ts <= opens]
        return past + [value for value in new if opens < value.ts <= self.session.close]


def _ended_before(told: PastTrip, second: int) -> bool:
    return told.trip.exited_at is not None and told.trip.exited_at.timestamp() < second


def _add_profits(profits: dict[int, list[float]], trips: Iterable[PastTrip]) -> None:
    for each in trips:
        profits.setdefault(each.trip.algorithm_id, []).append(float(each.trip.pnl))


def _with_earlier(before: Row | None, minutes: equity_snapshots.Minutes) -> Row:
    """Return the averages over all minutes so far: those of earlier sessions are kept only as their average."""
    market, equity = minutes
    now = len(market)
    earlier = (before or {}).get("minutes") or 0
    figures: Row = {"minutes": earlier + now}
    for name, value in (("exposure", exposure(market, equity)), ("time_in_market", time_in_market(market))):
        past = before[name] if before and earlier else 0.0
        figures[name] = (past * earlier + value * now) / (earlier + now)
    return figures
