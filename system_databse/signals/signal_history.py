"""Signals to look back at: who wanted what and why, where it stands, and what became of it."""

import json
import sqlite3
from dataclasses import dataclass
from decimal import Decimal

from system_databse.order import ZERO
from system_databse.signals.proposal_rows import PROPOSED
from system_databse.signals.signal_status import SignalStatus

_SELECT = (
    "SELECT s.id, s.source, s.algo_id, s.strategy, s.symbol, s.action, s.signal_type, s.quantity, s.price,"
    " s.confidence, s.expected_profit, s.status, s.reason, s.created_at, s.updated_at, s.dedupe_key,"
    " o.client_order_id, o.status AS order_status, o.filled_qty, o.filled_notional, o.reject_reason,"
    " (SELECT d.reasons FROM signal_decisions d WHERE d.signal_id = s.id"
    # What was refused for its rank among others says so in figures; the rule says it in words.
    " ORDER BY d.stage IN('ALLOCATOR', 'EXIT'), d.id DESC LIMIT 1) AS reasons"
    " FROM signals s LEFT JOIN orders o ON o.signal_id = s.id"
)
_OF_ALGORITHM = "algorithm:"


@dataclass(frozen=True, slots=True)
class PastSignal:
    """One signal. action: the side that is wanted; minute: of the decision row that explains it, if an algorithm's.

    reasons: what was last said of it. order_status, filled_qty, average_price, refusal: of its order, if it has one.
    """

    id: int
    source: str
    algorithm_id: int | None
    strategy: str
    symbol: str
    action: str
    is_proposed: bool
    shares: float | None
    price: float | None
    confidence: float | None
    expected_profit: float | None
    status: SignalStatus
    reason: str
    created_at: str
    updated_at: str | None
    minute: int | None
    client_order_id: str | None
    order_status: str | None
    filled_qty: Decimal
    average_price: Decimal | None
    refusal: str | None
    reasons: tuple[str, ...]


def newest_first(connection: sqlite3.Connection, *, before: int | None, limit: int) -> list[PastSignal]:
    """Return signals, newest first. before: only smaller ids."""
    condition, arguments = ("", ()) if before is None else (" WHERE s.id < ?", (before,))
    cursor = connection.execute(f"{_SELECT}{condition} ORDER BY s.id DESC LIMIT ?", (*arguments, limit))
    names = [column[0] for column in cursor.description]
    return [_signal(dict(zip(names, row, strict=True))) for row in cursor]


def _signal(row: dict[str, object]) -> PastSignal:
    key, action = str(row["dedupe_key"] or ""), str(row["action"])
    filled, notional = Decimal(str(row["filled_qty"] or 0)), Decimal(str(row["filled_notional"] or 0))
    return PastSignal(
        id=int(str(row["id"])),
        source=str(row["source"]),
        algorithm_id=_whole(row["algo_id"]),
        strategy=str(row["strategy"]),
        symbol=str(row["symbol"]),
        action=str(row["signal_type"] or action) if action == PROPOSED else action,
        is_proposed=action == PROPOSED,
        shares=_number(row["quantity"]),
        price=_number(row["price"]),
        confidence=_number(row["confidence"]),
        expected_profit=_number(row["expected_profit"]),
        status=SignalStatus(str(row["status"])),
        reason=str(row["reason"]),
        created_at=str(row["created_at"]),
        updated_at=_text(row["updated_at"]),
        minute=int(key.rsplit(":", 1)[1]) if key.startswith(_OF_ALGORITHM) else None,
        client_order_id=_text(row["client_order_id"]),
        order_status=_text(row["order_status"]),
        filled_qty=filled,
        average_price=notional / filled if filled != ZERO else None,
        refusal=_text(row["reject_reason"]),
        reasons=tuple(map(str, json.loads(str(row["reasons"] or "[]")))),
    )


def _whole(value: object) -> int | None:
    return None if value is None else int(str(value))


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))


def _text(value: object) -> str | None:
    return None if value is None else str(value)
