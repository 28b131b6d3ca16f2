"""Rows of `signals` that are proposals: kept as 'proposed' until the owner says yes, then as what was wanted.

`signal_type` holds the side that is wanted, so that `action` can say that nobody has agreed to it yet.
"""

import json
import sqlite3
from datetime import datetime
from decimal import Decimal

from database.timestamps import iso_milliseconds, parse_iso
from system_databse.rows.signals import note
from system_databse.signals.proposal import Proposal
from system_databse.signals.signal_status import SignalStatus, moved_to
from system_databse.trading_signal import Action, Source

OWNER = "OWNER"
# Who lets a proposal expire, and says so.
PROCESSOR = "PROCESSOR"
PROPOSED = "proposed"
_SELECT = (
    "SELECT id, source, algo_id, strategy, symbol, signal_type, quantity, created_at, status, confidence,"
    " expected_profit, reason, price, metadata FROM signals WHERE source IN('ai', 'manual')"
    " AND signal_type IN('buy', 'sell') AND algo_id IS NOT NULL"
)


def insert(connection: sqlite3.Connection, proposal: Proposal, *, dedupe_key: str | None) -> int:
    """Store a proposal and return its id; dedupe_key: whose repetition the table refuses."""
    cursor = connection.execute(
        "INSERT INTO signals(source, strategy, algo_id, symbol, action, signal_type, price, quantity, confidence,"
        " expected_profit, status, reason, metadata, dedupe_key, created_at)"
        " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            proposal.source,
            proposal.strategy,
            proposal.algorithm_id,
            proposal.symbol,
            PROPOSED,
            proposal.action,
            proposal.price,
            float(proposal.shares),
            proposal.confidence,
            proposal.expected_profit,
            proposal.status,
            proposal.reason,
            json.dumps(dict(proposal.metadata)),
            dedupe_key,
            iso_milliseconds(proposal.created_at),
        ),
    )
    return int(cursor.lastrowid or 0)


def find(connection: sqlite3.Connection, signal_id: int) -> Proposal | None:
    """Return a proposal in whatever state, or None when no proposal has this id."""
    row = connection.execute(f"{_SELECT} AND id = ?", (signal_id,)).fetchone()
    return _proposal(row) if row else None


def open_ones(connection: sqlite3.Connection) -> list[Proposal]:
    """Return what waits for the owner, oldest first."""
    rows = connection.execute(f"{_SELECT} AND action = 'proposed' AND status = 'PENDING' ORDER BY id")
    return [_proposal(row) for row in rows]


def order(connection: sqlite3.Connection, signal_id: int, *, at: str) -> None:
    """Make an approved proposal the buy or sell that it is, in the transaction of its order.

    Raises ValueError when it does not wait any more, so that no proposal is ordered twice.
    """
    approved = moved_to(_status(connection, signal_id), SignalStatus.APPROVED)
    ordered = moved_to(approved, SignalStatus.ORDERED)
    connection.execute(
        "UPDATE signals SET action = signal_type, status = ?, updated_at = ? WHERE id = ?", (ordered, at, signal_id)
    )
    note(connection, signal_id, stage=OWNER, outcome=approved, at=at)


def end(
    connection: sqlite3.Connection, signal_id: int, status: SignalStatus, *, reasons: tuple[str, ...], at: datetime
) -> None:
    """End a waiting proposal as REJECTED by the owner or as EXPIRED; raises ValueError when it waits no more."""
    moment = iso_milliseconds(at)
    after = moved_to(_status(connection, signal_id), status)
    connection.execute(
        "UPDATE signals SET status = ?, validation_result = ?, updated_at = ? WHERE id = ?",
        (after, json.dumps({"approved": False, "reasons": reasons, "at": moment}), moment, signal_id),
    )
    stage = OWNER if status is SignalStatus.REJECTED else PROCESSOR
    note(connection, signal_id, stage=stage, outcome=status, reasons=reasons, at=moment)


def _status(connection: sqlite3.Connection, signal_id: int) -> SignalStatus:
    row = connection.execute("SELECT status FROM signals WHERE id = ?", (signal_id,)).fetchone()
    if row is None:
        raise ValueError(f"there is no signal {signal_id}")
    return SignalStatus(row[0])


def _proposal(row: tuple[str, ...]) -> Proposal:
    id_, source, algorithm_id, strategy, symbol, action, quantity, created_at, status, *rest = row
    confidence, expected_profit, reason, price, metadata = rest
    return Proposal(
        id=int(id_),
        source=Source(source),
        algorithm_id=int(algorithm_id),
        strategy=strategy,
        symbol=symbol,
        action=Action(action),
        shares=Decimal(int(float(quantity))),
        created_at=parse_iso(created_at),
        status=SignalStatus(status),
        confidence=None if confidence is None else float(confidence),
        expected_profit=None if expected_profit is None else float(expected_profit),
        reason=reason or "",
        price=None if price is None else float(price),
        metadata=json.loads(metadata or "{}"),
    )
