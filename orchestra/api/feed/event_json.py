"""News as the screens hear them: {type, data, timestamp} (domain.md 2b).

In: events of the bus, and two states one after the other. Out: JSON objects; what no screen shows is left out.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from database.timestamps import iso_milliseconds, iso_minute
from orchestra.api.answers import PRICE_STEP, decimal_text
from orchestra.messages.events import (
    AlgorithmFailed,
    DecisionMade,
    OrderChanged,
    OrderFilled,
    ParityChecked,
    ReconcileMismatch,
)
from system_databse.order import OrderStatus
from system_databse.trading_signal import Outcome

Event = dict[str, Any]

ORDER_TYPES = {
    OrderStatus.SUBMITTED: "order.submitted",
    OrderStatus.PARTIALLY_FILLED: "order.partially_filled",
    OrderStatus.FILLED: "order.filled",
    OrderStatus.CANCELED: "order.canceled",
    OrderStatus.EXPIRED: "order.canceled",
    OrderStatus.REJECTED: "order.rejected",
}
DECISION_TYPES = {Outcome.SUBMITTED: "signal.generated", Outcome.DENIED: "signal.rejected"}


def event_json(event: object, now: str) -> Event | None:
    """Return the event, None for one that no screen shows. now: ISO-Z, for events that carry no time."""
    for kind, write in _WRITERS.items():
        if isinstance(event, kind):
            return write(event, now)
    return None


def events_between(old: Mapping[str, Any], new: Mapping[str, Any], now: str) -> Iterator[Event]:
    """Return what the change of state says that no message of the bus does; a first state is no news."""
    if not old.get("market"):
        return
    yield from _halt_news(old, new, now)
    yield from _market_news(old["market"], new["market"], now)
    yield from _stream_news(old["health"], new["health"], now)
    before = {each["id"]: each["status"] for each in old["algorithms"]}
    for each in new["algorithms"]:
        status, known = each["status"], before.get(each["id"])
        data = {"id": each["id"], "name": each["name"], "ticker": each["ticker"]}
        if known != status and status == "RUNNING":
            yield _event("algorithm.started", data, now)
        if known not in (status, None) and status in ("STOPPED", "PAUSED"):
            yield _event("algorithm.stopped", {**data, "status": status}, now)


def _halt_news(old: Mapping[str, Any], new: Mapping[str, Any], now: str) -> Iterator[Event]:
    if old["is_halted"] != new["is_halted"]:
        yield _event("risk.halted", new["halt"] or {}, now) if new["is_halted"] else _event("risk.resumed", {}, now)


def _market_news(old: Mapping[str, Any], new: Mapping[str, Any], now: str) -> Iterator[Event]:
    if old["is_open"] != new["is_open"]:
        yield _event("market.opened" if new["is_open"] else "market.closed", {"at": new["now"]}, now)


def _stream_news(old: Mapping[str, Any], new: Mapping[str, Any], now: str) -> Iterator[Event]:
    for name in ("data", "orders"):
        is_connected = new["streams"][name]
        if old["streams"][name] != is_connected:
            yield _event("stream.connected" if is_connected else "stream.disconnected", {"stream": name}, now)


def _decision(event: DecisionMade, now: str) -> Event | None:
    decision = event.decision
    kind = DECISION_TYPES.get(decision.outcome)
    if kind is None:
        return None
    signal = decision.signal
    data = {
        "algorithm_id": signal.algorithm_id,
        "strategy": signal.strategy,
        "symbol": signal.symbol,
        "action": str(signal.action),
        "shares": decimal_text(signal.shares),
        "confidence": signal.confidence,
        "reason": decision.reason,
        "gate": decision.gate,
        "minute": iso_minute(signal.minute),
    }
    return _event(kind, data, now)


def _order(event: OrderChanged, now: str) -> Event | None:
    order = event.order
    kind = ORDER_TYPES.get(order.status)
    if kind is None:
        return None
    price = order.filled_notional / order.filled_qty if order.filled_qty else None
    data = {
        "client_order_id": order.client_order_id,
        "algorithm_id": order.algorithm_id,
        "symbol": order.symbol,
        "side": str(order.side),
        "qty": decimal_text(order.qty),
        "filled_qty": decimal_text(order.filled_qty),
        "price": decimal_text(price, step=PRICE_STEP),
        "status": str(order.status),
        "reason": order.reject_reason,
    }
    return _event(kind, data, now)


def _fill(event: OrderFilled, _now: str) -> Event:
    fill = event.fill
    data = {
        "client_order_id": fill.client_order_id,
        "algorithm_id": fill.algorithm_id,
        "symbol": fill.symbol,
        "side": str(fill.side),
        "qty": decimal_text(fill.qty),
        "price": decimal_text(fill.price),
    }
    return _event("trade.executed", data, iso_milliseconds(fill.at))


def _failure(event: AlgorithmFailed, now: str) -> Event:
    data = {"id": event.algorithm_id, "error": event.error, "has_stopped": event.has_stopped}
    return _event("algorithm.error", data, now)


def _mismatch(event: ReconcileMismatch, now: str) -> Event:
    data = {"symbol": event.symbol, "account_qty": event.account_qty, "ledger_qty": event.ledger_qty}
    return _event("reconcile.mismatch", data, now)


def _parity(event: ParityChecked, now: str) -> Event:
    data = {"day": event.day, "headline": event.headline, "unexplained": event.unexplained}
    return _event("parity.checked", data, now)


def _event(kind: str, data: Mapping[str, Any], timestamp: str) -> Event:
    return {"type": kind, "data": dict(data), "timestamp": timestamp}


_WRITERS: dict[type, Callable[[Any, str], Event | None]] = {
    DecisionMade: _decision,
    OrderChanged: _order,
    OrderFilled: _fill,
    AlgorithmFailed: _failure,
    ReconcileMismatch: _mismatch,
    ParityChecked: _parity,
}
