"""One day as live decided it, out of the system database, which may be in use.

In: system.db, opened to look only. Out: decisions minute by minute, fills and orders with their times. Thread: any.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from database.bar import MINUTE
from database.calendar_manager import Session
from database.sqlite_store import SqliteStore
from orchestra.backtest.checks.parity.findings import Said
from system_databse.algorithm_record import AlgorithmRecord
from system_databse.fill import Fill
from system_databse.order import Order
from system_databse.rows import algorithms, decision_history, equity_snapshots, fills, orders, settings
from system_databse.rows.decision_history import SeenMinutes
from system_databse.trading_signal import Outcome
from system_databse.truth import adjustment_rows
from system_databse.truth.adjustment import Adjustment

NO_TURN = frozenset({str(Outcome.MISSED), str(Outcome.SKIPPED)})


@dataclass(frozen=True, slots=True)
class LiveMinute:
    """One decision. saw: what its row kept; of holds that are one row, only the last minute's is known."""

    minute: int
    said: Said
    saw: Mapping[str, Any] = field(default_factory=dict)

    @property
    def had_turn(self) -> bool:
        """Say whether the algorithm was asked at all."""
        return self.said.outcome not in NO_TURN


@dataclass(frozen=True, slots=True)
class PastOrder:
    """An order as it is now. ended_at: when the books learned that it was over, None while it is not."""

    order: Order
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class LiveAlgorithm:
    """One algorithm that decided that day. first_minute: the first it ever decided.

    adjustments: splits and the owner's decisions, each with the number of its fills that were booked before.
    equity: what the whole account was worth by minute, as sizes went by it.
    """

    record: AlgorithmRecord
    minutes: tuple[LiveMinute, ...]
    fills: tuple[Fill, ...]
    orders: tuple[PastOrder, ...]
    first_minute: int
    adjustments: tuple[tuple[int, Adjustment], ...] = ()
    equity: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LiveDay:
    """A session. starts: when the engine was started, epoch seconds, ever until its close."""

    session: Session
    mode: str
    algorithms: tuple[LiveAlgorithm, ...]
    starts: tuple[int, ...]


def read_day(system: SqliteStore, session: Session) -> LiveDay:
    """Return what every algorithm decided in the session; algorithms without a decision are left out."""
    with system.reader() as connection:
        known = {record.id: record for record in algorithms.load(connection)}
        rows = decision_history.between(connection, session.open, session.close)
        booked, adjusted = fills.load(connection), adjustment_rows.load(connection)
        placed = orders.created_between(connection, _moment(0), _moment(session.close + MINUTE))
        firsts = {id_: decision_history.first_minute(connection, id_) for id_ in known}
        starts = decision_history.engine_starts(connection, until=session.close)
        mode = settings.get(connection, "mode") or ""
        scope = equity_snapshots.ACCOUNT
        equity = equity_snapshots.between(connection, scope, start=session.open, end=session.close)
    found = [
        LiveAlgorithm(
            record=known[id_],
            minutes=tuple(_minutes(own)),
            fills=tuple(fill for fill in booked if fill.algorithm_id == id_),
            orders=tuple(PastOrder(*row) for row in placed if row[0].algorithm_id == id_),
            first_minute=firsts[id_] or session.open,
            adjustments=tuple(
                (sum(fill.algorithm_id == id_ for fill in booked[:before]), each)
                for before, each in adjusted
                if each.algorithm_id == id_
            ),
            equity=equity,
        )
        for id_, own in groupby(rows, key=lambda row: row.algorithm_id)
    ]
    return LiveDay(session, mode, tuple(found), tuple(starts))


def read_minutes(system: SqliteStore, algorithm_id: int, *, after: int, until: int) -> list[LiveMinute]:
    """Return an algorithm's decisions with after < minute <= until, ascending."""
    with system.reader() as connection:
        rows = decision_history.between(connection, after, until)
    return list(_minutes(row for row in rows if row.algorithm_id == algorithm_id))


def _minutes(rows: Iterable[SeenMinutes]) -> Iterable[LiveMinute]:
    """Take rows apart into their minutes."""
    for row in rows:
        told = row.explained
        said = Said(told.action, told.shares or "0", told.outcome, told.gate, told.reason or "")
        for minute in range(told.minute, told.until_minute, MINUTE):
            yield LiveMinute(minute, said)
        yield LiveMinute(told.until_minute, said, row.saw)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
