"""Adoption: an order of ours that the books do not know, because they were restored, becomes theirs again.

In: what the broker says of it. Out: the intent as it must have been, and its algorithm. Thread: engine.
"""

import logging
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from database.bar import MINUTE
from orchestra.execution.order_numbers import Decided
from system_databse.algorithm_record import AlgorithmRecord, AlgorithmStatus
from system_databse.order import Order, OrderReport, OrderStatus, Purpose, Side

log = logging.getLogger(__name__)

RECOVERED = "recovered"
LEAST_CAPITAL = Decimal(1)


def rebuilt(report: OrderReport, decided: Decided) -> Order:
    """Return the intent behind an order: what its number says, and what the broker does. Its fills come after."""
    decision_minute = datetime.fromtimestamp(decided.minute + MINUTE, UTC)
    return Order(
        client_order_id=report.client_order_id,
        algorithm_id=decided.algorithm_id,
        minute=decided.minute,
        leg=decided.leg,
        symbol=report.symbol,
        side=report.side,
        qty=report.qty,
        purpose=Purpose.ENTRY if report.side is Side.BUY else Purpose.EXIT,
        created_at=decision_minute,
        valid_until=decision_minute + timedelta(seconds=MINUTE),
        status=OrderStatus.UNKNOWN,
        attempts=1,
    )


def is_same(order: Order, report: OrderReport) -> bool:
    """Say whether the broker means the order that the books mean by its number; log it when it does not."""
    if (order.symbol, order.side) == (report.symbol, report.side):
        return True
    log.critical(
        "Order %s is %s %s in our books and %s %s at the broker; it is left alone: check the account.",
        order.client_order_id,
        order.side,
        order.symbol,
        report.side,
        report.symbol,
    )
    return False


def stand_in(report: OrderReport, decided: Decided) -> AlgorithmRecord:
    """Return a stopped algorithm for an order whose own one is not in the books: its shares can be seen, and sold."""
    return AlgorithmRecord(
        id=decided.algorithm_id,
        name=RECOVERED,
        ticker=report.symbol,
        initial_capital=max(report.filled_notional.quantize(Decimal("0.01")), LEAST_CAPITAL),
        file="",
        file_sha256="",
        status=AlgorithmStatus.STOPPED,
    )
