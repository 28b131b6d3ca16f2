"""Alpaca as a Broker: its JSON becomes our nouns here.

In: raw answers of the Alpaca port. Out: OrderReport, ExecutionReport, Account. Thread: engine.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from database.timestamps import parse_iso
from orchestra.execution.broker import Account
from orchestra.execution.order_numbers import FAMILY
from system_databse.errors import BrokerOutcomeUnknown, BrokerUnavailable
from system_databse.fill import ExecutionReport
from system_databse.order import ZERO, Order, OrderReport, OrderStatus, Purpose, Side

log = logging.getLogger(__name__)

# Alpaca's status -> ours; what is missing here is still alive at the broker (pending_*, held, stopped, ...).
FINAL_STATUS = {
    "filled": OrderStatus.FILLED,
    "canceled": OrderStatus.CANCELED,
    "replaced": OrderStatus.CANCELED,
    "expired": OrderStatus.EXPIRED,
    "done_for_day": OrderStatus.EXPIRED,
    "rejected": OrderStatus.REJECTED,
}
EXECUTION_EVENTS = frozenset({"fill", "partial_fill"})


class AlpacaPort(Protocol):
    """The calls of `orchestra.alpaca_wrapper` that orders need; answers are Alpaca's own JSON."""

    def submit_order(
        self, *, symbol: str, qty: Decimal, side: str, client_order_id: str, is_exit: bool = False
    ) -> dict[str, Any]:
        """Send a market DAY order; an exit goes before an entry where requests are counted."""

    def cancel_order(self, broker_order_id: str) -> None:
        """Ask to cancel."""

    def order_by_client_id(self, client_order_id: str) -> dict[str, Any] | None:
        """Return the order, or None for 404."""

    def orders(self, after: datetime | None) -> list[dict[str, Any]]:
        """Return orders in any state, oldest first."""

    def positions(self) -> list[dict[str, Any]]:
        """Return open positions."""

    def account(self) -> dict[str, Any]:
        """Return the account."""


class AlpacaBroker:
    """Speak with Alpaca through its port."""

    def __init__(self, port: AlpacaPort) -> None:
        self._port = port

    def submit(self, order: Order) -> OrderReport:
        """Send a market DAY order under our id, once."""
        answer = self._port.submit_order(
            symbol=order.symbol,
            qty=order.qty,
            side=order.side,
            client_order_id=order.client_order_id,
            is_exit=order.purpose is not Purpose.ENTRY,
        )
        try:
            return read_order(answer)
        except BrokerUnavailable as error:
            raise BrokerOutcomeUnknown(f"The broker took {order.client_order_id}, but: {error}") from error

    def cancel(self, broker_order_id: str) -> None:
        """Ask to cancel an order."""
        self._port.cancel_order(broker_order_id)

    def find(self, client_order_id: str) -> OrderReport | None:
        """Return the order with our id, or None."""
        answer = self._port.order_by_client_id(client_order_id)
        return read_order(answer) if answer is not None else None

    def orders_since(self, after: datetime | None) -> list[OrderReport]:
        """Return all orders submitted later than `after`, oldest first."""
        return list(_readable(self._port.orders(after)))

    def positions(self) -> Mapping[str, Decimal]:
        """Return signed quantity by symbol."""
        rows = self._port.positions()
        with _making_sense("positions"):
            return {str(row["symbol"]): _signed(row) for row in rows}

    def account(self) -> Account:
        """Return number, cash, equity and what may be bought for."""
        row = self._port.account()
        with _making_sense("account"):
            return Account(
                number=str(row["account_number"]),
                cash=_decimal(row.get("cash")),
                equity=_decimal(row.get("equity")),
                buying_power=_decimal(row.get("buying_power")),
                last_equity=_decimal(row.get("last_equity")),
            )

    def read_update(self, message: Mapping[str, Any]) -> tuple[OrderReport, ExecutionReport | None]:
        """Read one trade_updates message."""
        with _making_sense("trade update"):
            data = message.get("data", message)
            report = read_order(data["order"])
            return report, _execution(data) if data.get("event") in EXECUTION_EVENTS else None


def read_order(row: Mapping[str, Any]) -> OrderReport:
    """Return an Alpaca order object as a report; raises BrokerUnavailable when it makes no sense."""
    with _making_sense("order"):
        qty, filled_qty = _decimal(row.get("qty")), _decimal(row.get("filled_qty"))
        raw_status = str(row["status"])
        return OrderReport(
            client_order_id=str(row["client_order_id"]),
            broker_order_id=str(row["id"]),
            symbol=str(row["symbol"]),
            side=Side(row["side"]),
            qty=qty,
            status=_status(raw_status, qty, filled_qty),
            raw_status=raw_status,
            filled_qty=filled_qty,
            filled_notional=filled_qty * _price(row["filled_avg_price"]) if filled_qty else ZERO,
            at=_latest_time(row),
            reject_reason=f"{raw_status} by the broker" if raw_status == "rejected" else None,
        )


def _readable(rows: list[dict[str, Any]]) -> Iterator[OrderReport]:
    """Read what can be read. A stranger's order may be of a kind we never place: its position will tell."""
    for row in rows:
        try:
            yield read_order(row)
        except BrokerUnavailable as error:
            if str(row.get("client_order_id")).startswith(FAMILY):
                raise
            log.warning("Somebody else's order is left out: %s", error)


@contextmanager
def _making_sense(what: str) -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, AttributeError, ValueError, InvalidOperation) as error:
        raise BrokerUnavailable(f"The broker's {what} could not be read ({error!r}); it is asked for again.") from error


def _status(raw_status: str, qty: Decimal, filled_qty: Decimal) -> OrderStatus:
    final = FINAL_STATUS.get(raw_status)
    if final is not None:
        return final
    if qty > ZERO and filled_qty >= qty:
        # Whatever a new word of Alpaca's means, nothing more can come of the order.
        return OrderStatus.FILLED
    return OrderStatus.PARTIALLY_FILLED if filled_qty > ZERO else OrderStatus.ACCEPTED


def _execution(data: Mapping[str, Any]) -> ExecutionReport:
    return ExecutionReport(
        execution_id=str(data["execution_id"]),
        qty=_decimal(data["qty"]),
        price=_price(data["price"]),
        at=parse_iso(str(data["timestamp"])),
    )


def _latest_time(row: Mapping[str, Any]) -> datetime:
    return parse_iso(str(row.get("filled_at") or row.get("updated_at") or row["submitted_at"]))


def _signed(row: Mapping[str, Any]) -> Decimal:
    qty = abs(_decimal(row.get("qty")))
    return -qty if row.get("side") == "short" else qty


def _decimal(value: object) -> Decimal:
    """Read money or a quantity; absent is zero only where Alpaca sends null for "nothing yet"."""
    number = Decimal(str(value)) if value is not None else ZERO
    if not number.is_finite():
        raise ValueError(f"{value!r} is no quantity")
    return number


def _price(value: object) -> Decimal:
    price = _decimal(value)
    if price <= ZERO:
        raise ValueError(f"{value!r} is no price")
    return price
