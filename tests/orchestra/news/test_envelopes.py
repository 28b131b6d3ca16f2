"""The one table of events: what other programs were promised, letter for letter (domain.md 2b)."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from orchestra.messages import events as news
from orchestra.messages.halt import HaltKind
from orchestra.news.envelopes import envelope_of, line
from system_databse.fill import Fill
from system_databse.order import Order, OrderStatus, Purpose, Side
from system_databse.position import Position
from tests.orchestra.api.api_house import MINUTE, NOON

NOW = "2026-11-20T17:00:00.000Z"
ORDER = Order("at-1", 1, MINUTE, 0, "AAPL", Side.BUY, Decimal(10), Purpose.ENTRY, NOON, NOON + timedelta(minutes=5))
HELD = Position(1, "AAPL", Decimal(10), Decimal("101.5"), Decimal(0), NOON)
FILL = Fill("at-1", 1, "AAPL", Side.BUY, "x1", Decimal(10), Decimal("101.5"), Decimal(10), "stream", NOON)

# Every event the house tells outside, and what of it is told.
TOLD: tuple[tuple[object, str, dict[str, object]], ...] = (
    (
        news.PositionChanged(HELD, Decimal(10), Decimal("101.5")),
        "position.opened",
        {"strategy": "algorithm 1", "symbol": "AAPL", "quantity": 10, "price": 101.5},
    ),
    (
        news.PositionChanged(HELD, Decimal("2.5"), Decimal(102)),
        "position.updated",
        {"strategy": "algorithm 1", "symbol": "AAPL", "quantity": 10, "price": 102.0},
    ),
    (
        news.PositionChanged(replace(HELD, qty=Decimal(0), realized=Decimal("-1.25")), Decimal(-10), Decimal(102)),
        "position.closed",
        {"strategy": "algorithm 1", "symbol": "AAPL", "quantity": 0, "price": 102.0, "realized_pl": -1.25},
    ),
    (
        news.SignalGenerated(7, "sma", "AAPL", "proposed", 0.8, "PENDING"),
        "signal.generated",
        {"signal_id": 7, "strategy": "sma", "symbol": "AAPL", "action": "proposed", "confidence": 0.8},
    ),
    (
        news.SignalApproved(7, "sma", "AAPL", "buy", "owner", "at-1"),
        "signal.approved",
        {
            "signal_id": 7,
            "strategy": "sma",
            "symbol": "AAPL",
            "action": "buy",
            "by": "owner",
            "client_order_id": "at-1",
        },
    ),
    (
        news.SignalRejected(7, "sma", "AAPL", "buy", ("SESSION_END",)),
        "signal.rejected",
        {"signal_id": 7, "strategy": "sma", "symbol": "AAPL", "action": "buy", "reasons": ["SESSION_END"]},
    ),
    (news.DayTradeUsed("A", "AAPL", 0), "pdt.trade_used", {"trades_remaining": 0, "strategy": "A"}),
    (
        news.DayTradeLimitExceeded("A", "AAPL", 4),
        "pdt.limit_exceeded",
        {"strategy": "A", "symbol": "AAPL", "trades_used": 4},
    ),
    (
        news.RiskHalted(NOW, "this machine", "why", HaltKind.STOP_ALL),
        "risk.halted",
        {"at": NOW, "by": "this machine", "reason": "why", "kind": "stop_all", "is_automatic": False},
    ),
    (news.RiskResumed(), "risk.resumed", {}),
    (news.AlgorithmStarted(1, "sma", "AAPL"), "algorithm.started", {"id": 1, "name": "sma", "ticker": "AAPL"}),
    (news.AlgorithmResumed(1), "algorithm.started", {"id": 1, "name": "algorithm 1"}),
    (news.AlgorithmPaused(1), "algorithm.stopped", {"id": 1, "name": "algorithm 1", "status": "PAUSED"}),
    (
        news.AlgorithmStopped(1, "10", is_selling=True),
        "algorithm.stopped",
        {"id": 1, "name": "algorithm 1", "status": "STOPPED", "shares": "10", "is_selling": True},
    ),
    (
        news.AlgorithmFailed(1, "ValueError", has_stopped=False),
        "algorithm.error",
        {"id": 1, "name": "algorithm 1", "error": "ValueError", "has_stopped": False},
    ),
    (news.WorkerFailed("reconcile", 901.04), "worker.failed", {"name": "reconcile", "lag_s": 901.0}),
    (news.StreamConnected(news.StreamName.DATA), "stream.connected", {"stream": "data"}),
    (news.StreamDisconnected(news.StreamName.ORDERS, "gone"), "stream.disconnected", {"stream": "orders"}),
    (news.MarketOpened(), "market.opened", {}),
    (news.MarketClosed(), "market.closed", {}),
    (
        news.ReconcileMismatch("AAPL", "5", "10"),
        "reconcile.mismatch",
        {"symbol": "AAPL", "account_qty": "5", "ledger_qty": "10"},
    ),
    (news.SchemaWarned("column x is missing"), "schema.warning", {"text": "column x is missing"}),
)


@pytest.mark.requirement("S1-30", "S1-31", "S1-32")
@pytest.mark.parametrize(("event", "kind", "data"), TOLD, ids=lambda each: each if isinstance(each, str) else "")
def test_an_event_is_told_as_promised(event: object, kind: str, data: dict[str, object]) -> None:
    told = envelope_of(event, now=NOW, name_of=lambda id_: f"algorithm {id_}")
    assert told is not None
    assert told.to_values() == {"type": kind, "data": data, "timestamp": NOW}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (OrderStatus.SUBMITTED, "order.submitted"),
        (OrderStatus.PARTIALLY_FILLED, "order.partially_filled"),
        (OrderStatus.FILLED, "order.filled"),
        (OrderStatus.REJECTED, "order.rejected"),
        (OrderStatus.CANCELED, "order.canceled"),
        (OrderStatus.EXPIRED, "order.canceled"),
    ],
)
def test_an_order_is_told_in_each_of_its_states(status: OrderStatus, kind: str) -> None:
    order = replace(ORDER, status=status, filled_qty=Decimal(3), filled_notional=Decimal(10))
    told = envelope_of(news.OrderChanged(order), now=NOW, name_of=lambda _id: "sma")
    assert told is not None
    assert (told.type, told.data["strategy"], told.data["qty"], told.data["price"]) == (kind, "sma", "10", "3.3333")


def test_an_intent_that_was_not_sent_and_a_stranger_are_not_told() -> None:
    assert envelope_of(news.OrderChanged(ORDER), now=NOW, name_of=str) is None
    assert envelope_of(object(), now=NOW, name_of=str) is None


def test_a_fill_is_told_at_its_own_time() -> None:
    told = envelope_of(news.OrderFilled(replace(FILL, at=NOON - timedelta(hours=1))), now=NOW, name_of=str)
    assert told is not None
    assert (told.type, told.timestamp, told.data["price"]) == ("trade.executed", "2026-11-20T16:00:00.000Z", "101.5")


def test_a_line_carries_its_number_only_when_it_is_kept() -> None:
    assert line("a.b", "{}", NOW) == f'{{"type": "a.b", "data": {{}}, "timestamp": "{NOW}"}}'
    assert line("a.b", "{}", NOW, id_=3).endswith('", "id": 3}')
