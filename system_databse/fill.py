"""The fill: one execution of one of our orders, kept as evidence."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from database.timestamps import iso_minute
from system_databse.order import ZERO, Order, OrderReport, Side

# The broker tells an average price, rounded; dollars a share.
ROUNDING_OF_AVERAGES = Decimal("0.0001")
BUY = Side.BUY


@dataclass(frozen=True, slots=True)
class ExecutionReport:
    """One execution as the broker told it. at: when it happened."""

    execution_id: str
    qty: Decimal
    price: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution of one algorithm's order; qty > 0, the sign comes from the side."""

    client_order_id: str
    algorithm_id: int
    symbol: str
    side: Side
    execution_id: str
    qty: Decimal
    price: Decimal
    cumulative_qty: Decimal
    source: str
    at: datetime
    fee: Decimal = ZERO

    @property
    def signed_qty(self) -> Decimal:
        """Return the change of the position."""
        return self.qty if self.side is BUY else -self.qty

    @property
    def cash_flow(self) -> Decimal:
        """Return the change of cash, fees included."""
        return -self.signed_qty * self.price - self.fee


def fills_from(order: Order, report: OrderReport, execution: ExecutionReport | None, *, source: str) -> list[Fill]:
    """Return the fills that a report adds to an order: none when it is no news.

    The position follows the cumulative figures alone. An execution explains the newest part of the
    rise; a part that no message explained gets the id `<broker order>:<cumulative>` and the price that
    the cumulative notional leaves for it. An execution that does not fit into the rise is an old one told
    again with a newer order, and explains nothing.
    """
    rise = report.filled_qty - order.filled_qty
    if rise <= ZERO:
        return []
    told = execution if execution is not None and _fits(execution, order, report) else None
    unexplained = rise - (told.qty if told else ZERO)
    fills = []
    if unexplained > ZERO:
        notional = report.filled_notional - order.filled_notional - (told.qty * told.price if told else ZERO)
        cumulative = order.filled_qty + unexplained
        stand_in = ExecutionReport(
            f"{report.broker_order_id}:{cumulative.normalize():f}", unexplained, notional / unexplained, report.at
        )
        fills.append(_fill(order, stand_in, cumulative, source=source))
    if told:
        fills.append(_fill(order, told, report.filled_qty, source=source))
    return fills


def fill_values(fill: Fill) -> dict[str, Any]:
    """Return a fill as the JSON values of a summary or a result; time is ISO-Z to the second."""
    return {
        "time": iso_minute(int(fill.at.timestamp())),
        "symbol": fill.symbol,
        "side": str(fill.side),
        "shares": whole_shares(fill.qty),
        "price": float(fill.price),
        "algorithm_id": fill.algorithm_id,
        "client_order_id": fill.client_order_id,
    }


def open_position_values(symbol: str, qty: Decimal, *, entry_price: Decimal, last_price: float) -> dict[str, Any]:
    """Return shares that are still held as the JSON values of a summary or a result."""
    return {
        "symbol": symbol,
        "shares": whole_shares(qty),
        "entry_price": float(entry_price),
        "last_price": last_price,
    }


def whole_shares(qty: Decimal | float) -> int | float:
    """Return a quantity as a JSON number, whole ones as int."""
    whole = int(qty)
    return whole if whole == qty else float(qty)


def _fits(execution: ExecutionReport, order: Order, report: OrderReport) -> bool:
    left_qty = report.filled_qty - order.filled_qty - execution.qty
    left_notional = report.filled_notional - order.filled_notional - execution.qty * execution.price
    if left_qty:
        return left_qty > ZERO and left_notional > ZERO
    return abs(left_notional) <= ROUNDING_OF_AVERAGES * report.filled_qty


def _fill(order: Order, execution: ExecutionReport, cumulative_qty: Decimal, *, source: str) -> Fill:
    return Fill(
        client_order_id=order.client_order_id,
        algorithm_id=order.algorithm_id,
        symbol=order.symbol,
        side=order.side,
        execution_id=execution.execution_id,
        qty=execution.qty,
        price=execution.price,
        cumulative_qty=cumulative_qty,
        source=source,
        at=execution.at,
    )
