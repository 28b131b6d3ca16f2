"""Which news is a reason to tell the owner, and which says that a reason is over.

In: events of the bus. Out: the alert to raise, the alerts to end. No I/O.
"""

from collections.abc import Callable, Mapping
from typing import Any

from orchestra.messages.alert_kinds import rule_of
from orchestra.messages.events import (
    AlertEnded,
    AlertRaised,
    AlgorithmFailed,
    AlgorithmResumed,
    AlgorithmStopped,
    OrderChanged,
    ParityChecked,
    RiskHalted,
    RiskResumed,
)
from system_databse.algorithm_record import AlgorithmRecord
from system_databse.order import OrderStatus

OVER_ON_RESUMING = ("risk.halted", "risk.flatten", "account.rival", "process.safe_mode")
OF_ALGORITHM = ("algorithm.failed", "algorithm.error", "algorithm.quarantined", "algorithm.paused")

Records = Mapping[int, AlgorithmRecord]


def heard_in(event: object, records: Records) -> list[AlertRaised | AlertEnded]:
    """Return what an event ends, then what it raises. records: the algorithms there are, by id."""
    raised = _raised_by(event, records)
    ended = [] if raised is None else _ended_by_kind(raised)
    is_kept = raised is not None and rule_of(raised.kind).is_kept
    return [*_ended_by(event), *ended, *([raised] if raised and is_kept else [])]


def _raised_by(event: object, records: Records) -> AlertRaised | None:
    if isinstance(event, AlertRaised):
        return event
    write = _WRITERS.get(type(event))
    return write(event, records) if write else None


def _ended_by_kind(raised: AlertRaised) -> list[AlertEnded]:
    return [AlertEnded(kind, raised.symbol or None, raised.algorithm_id) for kind in rule_of(raised.kind).ends]


def _ended_by(event: object) -> list[AlertEnded]:
    if isinstance(event, AlertEnded):
        return [event]
    if isinstance(event, RiskResumed):
        return [AlertEnded(kind) for kind in OVER_ON_RESUMING]
    if isinstance(event, AlgorithmResumed | AlgorithmStopped):
        return [AlertEnded(kind, None, event.algorithm_id) for kind in OF_ALGORITHM]
    return []


def _failed(event: AlgorithmFailed, records: Records) -> AlertRaised:
    record = records.get(event.algorithm_id)
    who = f"Algorithm {event.algorithm_id}" + (f" ({record.name})" if record else "")
    ticker = record.ticker if record else ""
    if event.has_stopped:
        text = f"{who} is switched off after failing again and again: {event.error}"
        return AlertRaised("algorithm.failed", text, ticker, event.algorithm_id)
    return AlertRaised("algorithm.error", f"{who} failed in a turn: {event.error}", ticker, event.algorithm_id)


def _rejected(event: OrderChanged, _records: Records) -> AlertRaised | None:
    order = event.order
    if order.status is not OrderStatus.REJECTED:
        return None
    why = f": {order.reject_reason}" if order.reject_reason else "."
    text = f"The broker rejected the order to {order.side} {order.qty:f} {order.symbol}{why}"
    return AlertRaised("order.rejected", text, order.symbol, order.algorithm_id)


def _unexplained(event: ParityChecked, _records: Records) -> AlertRaised | None:
    if not event.unexplained:
        return None
    count = f"{event.unexplained} {'decision differs' if event.unexplained == 1 else 'decisions differ'}"
    text = f"The check of {event.day}: {count} from what was decided then, and nothing explains it ({event.headline})."
    return AlertRaised("parity.unexplained", text)


def _halted(event: RiskHalted, _records: Records) -> AlertRaised | None:
    if not event.is_automatic:
        return None
    reason = f": {event.reason}" if event.reason else "."
    return AlertRaised("risk.halted", f"AutoTrader has stopped buying by itself, by {event.by}{reason}")


_WRITERS: Mapping[type, Callable[[Any, Records], AlertRaised | None]] = {
    AlgorithmFailed: _failed,
    OrderChanged: _rejected,
    ParityChecked: _unexplained,
    RiskHalted: _halted,
}
