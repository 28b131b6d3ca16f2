"""The newest decisions: what each algorithm last wanted and what came of it, in memory and in system.db.

In: judged decisions and the transaction they belong to. Out: rows, the last one of each algorithm, news of signals.
Thread: engine.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from database.calendar_manager import MarketCalendar
from orchestra.messages.events import SignalApproved, SignalGenerated, SignalRejected
from orchestra.messages.live_snapshot import LastDecision
from system_databse.decision import Decision
from system_databse.rows import decisions, signals
from system_databse.signals import proposal_rows
from system_databse.signals.signal_status import SignalStatus
from system_databse.trading_signal import Action, Outcome

NO_TURN = frozenset({Outcome.MISSED, Outcome.SKIPPED})
TRADES = (Action.BUY, Action.SELL)
WANTS_ORDER = (Outcome.SUBMITTED, Outcome.DENIED)
OWNER = "OWNER"
SignalNews = SignalGenerated | SignalApproved | SignalRejected


@dataclass(frozen=True, slots=True)
class Written:
    """A decision whose signal is a row. signal_id: of that row."""

    decision: Decision
    signal_id: int

    def news(self) -> Iterator[SignalNews]:
        """Yield what onlookers are told once it is on disk; a proposal's coming was told before."""
        signal, is_denied = self.decision.signal, self.decision.outcome is Outcome.DENIED
        what = (self.signal_id, signal.strategy, signal.symbol, str(signal.action))
        if signal.proposal_id is None:
            status = SignalStatus.REJECTED if is_denied and not signal.is_owners else SignalStatus.RECORDED
            yield SignalGenerated(*what, signal.confidence, str(status))
        if not is_denied:
            by = OWNER.lower() if signal.is_owners else signals.RISK.lower()
            yield SignalApproved(*what, by, self.decision.client_order_id)
        elif signal.proposal_id is None:
            yield SignalRejected(*what, self.decision.reasons)


def ids_by_order(written: Iterable[Written]) -> Mapping[str, int]:
    """Return the row id of each signal that became an order, by the order's id."""
    return {each.decision.client_order_id: each.signal_id for each in written if each.decision.client_order_id}


class DecisionBook:
    """Keep the last decision of each algorithm; what was written counts in memory only after its commit."""

    def __init__(self, calendar: MarketCalendar) -> None:
        self._calendar = calendar
        self._until: dict[int, int] = {}
        self._last: dict[int, LastDecision] = {}
        self._last_run: dict[int, int] = {}
        self._last_action: dict[int, str] = {}

    def load(self, connection: sqlite3.Connection, algorithm_ids: Iterable[int]) -> None:
        """Read what an earlier run decided last."""
        for id_ in algorithm_ids:
            row = decisions.newest(connection, id_)
            if row is not None:
                self._last[id_] = LastDecision(*row)
                self._until[id_] = row[0]
            ran_at, action = decisions.newest_run(connection, id_), decisions.newest_trade(connection, id_)
            if ran_at is not None:
                self._last_run[id_] = ran_at
            action = signals.newest_owners(connection, id_) or action
            if action is not None:
                self._last_action[id_] = action

    def until(self, algorithm_id: int) -> int:
        """Return the newest minute the algorithm has decided, 0 before the first."""
        return self._until.get(algorithm_id, 0)

    def last(self, algorithm_id: int) -> LastDecision | None:
        """Return the newest decision; of equal holds in a row, the newest minute."""
        return self._last.get(algorithm_id)

    def last_run(self, algorithm_id: int) -> int | None:
        """Return the minute of the newest turn."""
        return self._last_run.get(algorithm_id)

    def last_action(self, algorithm_id: int) -> str | None:
        """Return what was last wanted beside holding, 'buy' or 'sell', the owner's sale included."""
        return self._last_action.get(algorithm_id)

    def write_minute(
        self, connection: sqlite3.Connection, judged: Sequence[Decision], *, minute: int, at: str
    ) -> list[Written]:
        """Write the rows of a minute and return those of its signals."""
        session = self._calendar.session_for_decision(minute)
        session_open = session.open if session else minute
        written = []
        for decision in judged:
            decisions.record(connection, decision, session_open=session_open)
            if decision.outcome in WANTS_ORDER:
                written.append(Written(decision, signals.insert(connection, decision, at)))
        return written

    @staticmethod
    def write_owners(connection: sqlite3.Connection, judged: Sequence[Decision], *, at: str) -> list[Written]:
        """Write the owner's orders: no decision of an algorithm, so no row of its minute.

        An approved proposal that a rule denies goes on waiting: the owner has read why, and may approve it again.
        """
        written = []
        for decision in judged:
            signal = decision.signal
            row_id = signal.proposal_id or signals.insert_owners(
                connection, signal, order_id=decision.client_order_id, at=at
            )
            if signal.proposal_id and decision.outcome is Outcome.SUBMITTED:
                proposal_rows.order(connection, row_id, at=at)
            stage = signals.RISK if signal.proposal_id else OWNER
            signals.explain(connection, row_id, decision, stage=stage, at=at)
            written.append(Written(decision, row_id))
        return written

    def take_over(self, judged: Sequence[Decision]) -> None:
        """Remember what was just committed."""
        for decision in judged:
            signal = decision.signal
            if signal.action in TRADES and not (signal.proposal_id and decision.outcome is Outcome.DENIED):
                self._last_action[signal.algorithm_id] = str(signal.action)
            if not signal.is_owners:
                self._until[signal.algorithm_id] = signal.minute
                self._last[signal.algorithm_id] = _told(decision)
                if decision.outcome not in NO_TURN:
                    self._last_run[signal.algorithm_id] = signal.minute


def _told(decision: Decision) -> LastDecision:
    signal = decision.signal
    return LastDecision(
        minute=signal.minute,
        action=str(signal.action),
        shares=str(signal.shares),
        outcome=str(decision.outcome),
        reason=decision.reason,
        gate=decision.gate,
    )
