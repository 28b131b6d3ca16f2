"""The newest decisions: what each algorithm last wanted and what came of it, in memory and in system.db.

In: judged decisions and the transaction they belong to. Out: rows, and the last one of each algorithm. Thread: engine.
"""

import sqlite3
from collections.abc import Iterable, Sequence

from database.calendar_manager import MarketCalendar
from orchestra.messages.live_snapshot import LastDecision
from system_databse.decision import Decision
from system_databse.rows import decisions, signals
from system_databse.trading_signal import Action, Outcome

NO_TURN = frozenset({Outcome.MISSED, Outcome.SKIPPED})
TRADES = (Action.BUY, Action.SELL)
OWNER = "OWNER"


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
            # The owner only ever sells.
            action = str(Action.SELL) if signals.is_newest_owners(connection, id_) else action
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
    ) -> dict[str, int]:
        """Write the rows of a minute and return the signal's row id by client order id."""
        session = self._calendar.session_for_decision(minute)
        session_open = session.open if session else minute
        signal_ids = {}
        for decision in judged:
            decisions.record(connection, decision, session_open=session_open)
            if decision.outcome in (Outcome.SUBMITTED, Outcome.DENIED):
                signal_ids[decision.client_order_id or ""] = signals.insert(connection, decision.signal, at)
        return signal_ids

    @staticmethod
    def write_owners(connection: sqlite3.Connection, judged: Sequence[Decision], *, at: str) -> dict[str, int]:
        """Write the owner's orders: no decision of an algorithm, so no row of its minute."""
        signal_ids = {}
        for decision in judged:
            row_id = signals.insert_owners(connection, decision.signal, order_id=decision.client_order_id, at=at)
            signals.explain(connection, row_id, decision, stage=OWNER, at=at)
            signal_ids[decision.client_order_id or ""] = row_id
        return signal_ids

    def take_over(self, judged: Sequence[Decision]) -> None:
        """Remember what was just committed."""
        for decision in judged:
            signal = decision.signal
            if signal.action in TRADES:
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
