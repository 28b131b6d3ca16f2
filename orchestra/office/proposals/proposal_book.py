"""The proposal book: what waits for the owner, on disk before anybody is told, and what time ends by itself.

In: proposals, the owner's word, market time. Out: rows of `signals`, news, an alert while one waits. Thread: engine.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import replace

from database.sqlite_store import SqliteStore
from orchestra.messages.events import AlertEnded, AlertRaised, SignalGenerated, SignalRejected
from orchestra.runtime.clock import Clock
from system_databse.signals import proposal_rows
from system_databse.signals.proposal import Proposal
from system_databse.signals.signal_status import SignalStatus
from system_databse.trading_signal import Source

KIND = "signal.proposed"
EXPIRED = "nobody approved it within an hour"
WHO = {Source.AI: "An AI", Source.MANUAL: "Somebody at this machine"}

# What else belongs into the transaction that stores a proposal.
AlsoWrite = Callable[[sqlite3.Connection], None]


class ProposalBook:
    """Keep proposals. Memory follows the disk; after a write of which nobody knows the end it is read anew."""

    def __init__(self, store: SqliteStore, clock: Clock, *, publish: Callable[[object], None]) -> None:
        self._store = store
        self._clock = clock
        self._publish = publish
        self._has_told_start = False
        self.read_anew()

    @property
    def waiting(self) -> tuple[Proposal, ...]:
        """Return what waits for the owner, oldest first."""
        return self._waiting

    def read_anew(self) -> None:
        """Take over what is on disk; raises StorageError."""
        with self._store.reader() as connection:
            self._waiting = tuple(proposal_rows.open_ones(connection))
        self._is_stale = False

    def run_due(self) -> None:
        """Let expire what has waited for its whole hour."""
        if self._is_stale:
            self.read_anew()
        if not self._has_told_start:
            # An alert may have outlived its proposal in a crash.
            self._has_told_start = True
            if not self._waiting:
                self._publish(AlertEnded(KIND))
        if self._waiting:
            now = self._clock.now()
            for proposal in [each for each in self._waiting if now >= each.expires_at]:
                self.end(proposal, SignalStatus.EXPIRED, EXPIRED)

    def begin_approval(self) -> None:
        """Note that an order of a waiting proposal is about to be written, by somebody else's transaction."""
        self._is_stale = True

    def find(self, signal_id: int) -> Proposal | None:
        """Return a proposal in whatever state, None when there is none with this id."""
        with self._store.reader() as connection:
            return proposal_rows.find(connection, signal_id)

    def add(self, proposal: Proposal, *, dedupe_key: str | None, also: AlsoWrite) -> Proposal:
        """Store a proposal, then tell the owner of it; returns it with its id."""
        self._is_stale = True
        with self._store.transaction() as connection:
            stored = replace(proposal, id=proposal_rows.insert(connection, proposal, dedupe_key=dedupe_key))
            also(connection)
        self.read_anew()
        what = (stored.id, stored.strategy, stored.symbol)
        self._publish(SignalGenerated(*what, proposal_rows.PROPOSED, stored.confidence, str(stored.status)))
        self._publish(AlertRaised(KIND, _told(stored), stored.symbol, stored.algorithm_id))
        return stored

    def end(self, proposal: Proposal, status: SignalStatus, reason: str) -> None:
        """End a waiting proposal as REJECTED or EXPIRED, then tell."""
        self._is_stale = True
        with self._store.transaction() as connection:
            proposal_rows.end(connection, proposal.id, status, reasons=(reason,), at=self._clock.now())
        what = (proposal.id, proposal.strategy, proposal.symbol, str(proposal.action))
        self._publish(SignalRejected(*what, (str(status), reason)))
        self.take_off(proposal)

    def take_off(self, proposal: Proposal) -> None:
        """Note that a proposal may wait no more: it was ended, or its order is on disk."""
        self.read_anew()
        if not any(each.algorithm_id == proposal.algorithm_id for each in self._waiting):
            self._publish(AlertEnded(KIND, None, proposal.algorithm_id))


def _told(proposal: Proposal) -> str:
    reason = f": {proposal.reason}" if proposal.reason else ""
    return (
        f"{WHO[proposal.source]} proposes to {proposal.words} for algorithm {proposal.algorithm_id}"
        f" ({proposal.strategy}){reason}. It waits for your word under Signals, one hour at most."
    )
