"""Every event that is told outside, as {type, data, timestamp}: the one table (domain.md 2b).

In: events of the bus. Out: envelopes; what nobody outside is told is left out. Thread: any. Screens, the event log and
other programs all read these. Decimals of orders and fills are texts; what other programs were promised are numbers.
Of 2b exit.alert and coordinated.signal are missing: they tell what exit monitor and coordinator find, which come later.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from database.bar import Bar, BarSource
from database.timestamps import iso_milliseconds, iso_minute
from orchestra.messages import events as news
from system_databse.fill import Fill
from system_databse.order import Order, OrderStatus

Names = Callable[[int], str]
Data = Mapping[str, Any]

ORDER_TYPES = {
    OrderStatus.SUBMITTED: "order.submitted",
    OrderStatus.UNKNOWN: "order.unknown",
    OrderStatus.ACCEPTED: "order.accepted",
    OrderStatus.PARTIALLY_FILLED: "order.partially_filled",
    OrderStatus.FILLED: "order.filled",
    OrderStatus.CANCELED: "order.canceled",
    OrderStatus.EXPIRED: "order.canceled",
    OrderStatus.REJECTED: "order.rejected",
    OrderStatus.DENIED: "order.denied",
}
PRICE_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class Envelope:
    """One event as it is told. timestamp: ISO-Z, market time."""

    type: str
    data: Data
    timestamp: str

    def to_values(self) -> dict[str, Any]:
        """Return what JSON carries."""
        return {"type": self.type, "data": dict(self.data), "timestamp": self.timestamp}


def envelope_of(event: object, *, now: str, name_of: Names) -> Envelope | None:
    """Return the event as it is told, None for one that is not.

    now: ISO-Z, for events that carry no time; name_of: an algorithm's name by its number.
    """
    write = _WRITERS.get(type(event))
    told = write(event, name_of) if write else None
    if told is None:
        return None
    at = iso_milliseconds(event.fill.at) if isinstance(event, news.OrderFilled) else now
    return Envelope(*told, at)


def bar_envelopes(event: news.BarsClosed) -> Iterable[Envelope]:
    """Yield one envelope for each bar: they are told to whoever asks for them, and not kept."""
    for bar in event.bars:
        kind = "bar.updated" if bar.source is BarSource.STREAM_UPDATED else "bar.completed"
        yield Envelope(kind, _bar(bar), iso_minute(bar.ts))


def line(kind: str, data: str, timestamp: str, *, id_: int | None = None) -> str:
    """Return an envelope as one JSON text. data: JSON; id_: of its row in the log, for what is kept."""
    number = "" if id_ is None else f', "id": {id_}'
    return f'{{"type": {json.dumps(kind)}, "data": {data}, "timestamp": {json.dumps(timestamp)}{number}}}'


def _bar(bar: Bar) -> Data:
    prices = {"o": bar.open, "h": bar.high, "l": bar.low, "c": bar.close, "v": bar.volume}
    return {"symbol": bar.symbol, "timeframe": "1m", "timestamp": iso_minute(bar.ts), **prices}


Told = tuple[str, Data]


def _order(event: news.OrderChanged, name_of: Names) -> Told | None:
    order = event.order
    kind = ORDER_TYPES.get(order.status)
    return None if kind is None else (kind, _order_data(order, name_of))


def _order_data(order: Order, name_of: Names) -> Data:
    price = order.filled_notional / order.filled_qty if order.filled_qty else None
    return {
        "client_order_id": order.client_order_id,
        "algorithm_id": order.algorithm_id,
        "strategy": name_of(order.algorithm_id),
        "symbol": order.symbol,
        "side": str(order.side),
        "qty": f"{order.qty:f}",
        "filled_qty": f"{order.filled_qty:f}",
        "price": None if price is None else _quotient(price),
        "status": str(order.status),
        "reason": order.reject_reason,
    }


def _fill(event: news.OrderFilled, name_of: Names) -> Told:
    fill: Fill = event.fill
    data = {
        "client_order_id": fill.client_order_id,
        "algorithm_id": fill.algorithm_id,
        "strategy": name_of(fill.algorithm_id),
        "symbol": fill.symbol,
        "side": str(fill.side),
        "qty": f"{fill.qty:f}",
        "price": f"{fill.price:f}",
    }
    return "trade.executed", data


def _position(event: news.PositionChanged, name_of: Names) -> Told:
    held = event.position
    data: dict[str, Any] = {
        "strategy": name_of(held.algorithm_id),
        "symbol": held.symbol,
        "quantity": _number(held.qty),
        "price": float(event.price),
    }
    if event.is_closed:
        return "position.closed", {**data, "realized_pl": _number(held.realized)}
    return ("position.opened" if event.is_opened else "position.updated"), data


def _generated(event: news.SignalGenerated, _name_of: Names) -> Told:
    return "signal.generated", {**_signal(event), "confidence": event.confidence}


def _approved(event: news.SignalApproved, _name_of: Names) -> Told:
    return "signal.approved", {**_signal(event), "by": event.by, "client_order_id": event.client_order_id}


def _rejected(event: news.SignalRejected, _name_of: Names) -> Told:
    return "signal.rejected", {**_signal(event), "reasons": list(event.reasons)}


def _signal(event: news.SignalGenerated | news.SignalApproved | news.SignalRejected) -> Data:
    what = {"strategy": event.strategy, "symbol": event.symbol, "action": event.action}
    return {"signal_id": event.signal_id, **what}


def _day_trade(event: news.DayTradeUsed, _name_of: Names) -> Told:
    return "pdt.trade_used", {"trades_remaining": event.remaining, "strategy": event.strategy}


def _day_trade_limit(event: news.DayTradeLimitExceeded, _name_of: Names) -> Told:
    data = {"strategy": event.strategy, "symbol": event.symbol, "trades_used": event.used}
    return "pdt.limit_exceeded", data


def _halted(event: news.RiskHalted, _name_of: Names) -> Told:
    data = {"at": event.at, "by": event.by, "reason": event.reason, "kind": str(event.kind)}
    return "risk.halted", {**data, "is_automatic": event.is_automatic}


def _started(event: news.AlgorithmStarted, _name_of: Names) -> Told:
    return "algorithm.started", {"id": event.algorithm_id, "name": event.name, "ticker": event.ticker}


def _resumed(event: news.AlgorithmResumed, name_of: Names) -> Told:
    return "algorithm.started", {"id": event.algorithm_id, "name": name_of(event.algorithm_id)}


def _stopped(event: news.AlgorithmStopped, name_of: Names) -> Told:
    data = {"id": event.algorithm_id, "name": name_of(event.algorithm_id), "status": "STOPPED"}
    return "algorithm.stopped", {**data, "shares": event.shares, "is_selling": event.is_selling}


def _paused(event: news.AlgorithmPaused, name_of: Names) -> Told:
    return "algorithm.stopped", {"id": event.algorithm_id, "name": name_of(event.algorithm_id), "status": "PAUSED"}


def _failed(event: news.AlgorithmFailed, name_of: Names) -> Told:
    data = {"id": event.algorithm_id, "name": name_of(event.algorithm_id)}
    return "algorithm.error", {**data, "error": event.error, "has_stopped": event.has_stopped}


def _mismatch(event: news.ReconcileMismatch, _name_of: Names) -> Told:
    data = {"symbol": event.symbol, "account_qty": event.account_qty, "ledger_qty": event.ledger_qty}
    return "reconcile.mismatch", data


def _parity(event: news.ParityChecked, _name_of: Names) -> Told:
    return "parity.checked", {"day": event.day, "headline": event.headline, "unexplained": event.unexplained}


def _number(value: Decimal) -> int | float:
    """Return what JSON writes without a point where there is nothing behind it."""
    return int(value) if value == value.to_integral_value() else float(value)


def _quotient(value: Decimal) -> str:
    """Return a price that was divided, without the noise of 28 digits."""
    rounded = round(value, PRICE_DECIMALS)
    return f"{value if value == rounded else rounded:f}"


_WRITERS: Mapping[type, Callable[[Any, Names], Told | None]] = {
    news.OrderChanged: _order,
    news.OrderFilled: _fill,
    news.PositionChanged: _position,
    news.SignalGenerated: _generated,
    news.SignalApproved: _approved,
    news.SignalRejected: _rejected,
    news.DayTradeUsed: _day_trade,
    news.DayTradeLimitExceeded: _day_trade_limit,
    news.RiskHalted: _halted,
    news.RiskResumed: lambda _event, _name_of: ("risk.resumed", {}),
    news.AlgorithmStarted: _started,
    news.AlgorithmResumed: _resumed,
    news.AlgorithmStopped: _stopped,
    news.AlgorithmPaused: _paused,
    news.AlgorithmFailed: _failed,
    news.WorkerFailed: lambda event, _name_of: ("worker.failed", {"name": event.name, "lag_s": round(event.lag_s, 1)}),
    news.StreamConnected: lambda event, _name_of: ("stream.connected", {"stream": str(event.stream)}),
    news.StreamDisconnected: lambda event, _name_of: ("stream.disconnected", {"stream": str(event.stream)}),
    news.MarketOpened: lambda _event, _name_of: ("market.opened", {}),
    news.MarketClosed: lambda _event, _name_of: ("market.closed", {}),
    news.ReconcileMismatch: _mismatch,
    news.SchemaWarned: lambda event, _name_of: ("schema.warning", {"text": event.text}),
    news.ParityChecked: _parity,
}
