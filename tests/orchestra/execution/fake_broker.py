"""A small exchange behind Alpaca's port: it keeps a book for ever, and its line is as bad as it is told to be."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from system_databse.errors import BrokerOutcomeUnknown, BrokerRejected, BrokerUnavailable

ZERO = Decimal(0)
MILLIONTH = Decimal("0.000001")


def on_time(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(slots=True)
class ExchangeOrder:
    """One order as the exchange knows it."""

    client_order_id: str
    broker_id: str
    symbol: str
    side: str
    qty: Decimal
    submitted_at: datetime
    status: str = "new"
    filled_qty: Decimal = ZERO
    notional: Decimal = ZERO
    executions: list[dict[str, str]] = field(default_factory=list)
    # The broker has taken the wish to cancel and not acted on it yet: a fill may still win.
    is_canceling: bool = False
    updated_at: datetime | None = None

    @property
    def is_working(self) -> bool:
        return self.status in ("new", "partially_filled")

    def row(self) -> dict[str, Any]:
        """Return Alpaca's order object; the average is rounded as a broker rounds it."""
        average = str((self.notional / self.filled_qty).quantize(MILLIONTH)) if self.filled_qty else None
        return {
            "id": self.broker_id,
            "client_order_id": self.client_order_id,
            "symbol": self.symbol,
            "side": self.side,
            "qty": str(self.qty),
            "status": self.status,
            "filled_qty": str(self.filled_qty),
            "filled_avg_price": average,
            "submitted_at": on_time(self.submitted_at),
            "updated_at": on_time(self.updated_at or self.submitted_at),
            "filled_at": None,
        }


@dataclass(slots=True)
class FakeExchange:
    """The exchange itself; it outlives every crash of the program.

    is_unique_for_ever: refuse an id once taken; else only among working orders. requests: what arrived, in order.
    struck: how often each fault of a line happened.
    moved: shares that came into the account (or went out of it) without an order.
    """

    is_unique_for_ever: bool = True
    orders: list[ExchangeOrder] = field(default_factory=list)
    on_their_way: list[tuple[datetime, dict[str, Any]]] = field(default_factory=list)
    stream: list[dict[str, Any]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    struck: Counter[str] = field(default_factory=Counter)
    moved: dict[str, Decimal] = field(default_factory=dict)

    def find(self, client_order_id: str) -> ExchangeOrder | None:
        return next((order for order in self.orders if order.client_order_id == client_order_id), None)

    def is_taken(self, client_order_id: str) -> bool:
        return any(
            order.client_order_id == client_order_id and (self.is_unique_for_ever or order.is_working)
            for order in self.orders
        )

    def accept(self, request: dict[str, Any], now: datetime) -> ExchangeOrder:
        if self.is_taken(request["client_order_id"]):
            raise BrokerRejected("client_order_id must be unique", status=422, code=40010001)
        opposite = {"buy": "sell", "sell": "buy"}[request["side"]]
        if any(o.is_working and (o.symbol, o.side) == (request["symbol"], opposite) for o in self.orders):
            raise BrokerRejected("potential wash trade detected. use complex orders", status=403, code=40310000)
        order = ExchangeOrder(broker_id=f"b{len(self.orders)}", submitted_at=now, **request)
        self.orders.append(order)
        self.tell("new", order)
        return order

    def arrivals(self, now: datetime) -> None:
        """Let in what was on its way until now; nobody hears the answer."""
        due = [item for item in self.on_their_way if item[0] <= now]
        self.on_their_way = [item for item in self.on_their_way if item[0] > now]
        for _, request in due:
            try:
                self.accept(request, now)
            except BrokerRejected:
                continue

    def fill(self, order: ExchangeOrder, qty: Decimal, price: Decimal, *, now: datetime) -> None:
        order.filled_qty += qty
        order.updated_at = now
        order.notional += qty * price
        order.status = "filled" if order.filled_qty == order.qty else "partially_filled"
        number = f"{order.broker_id}-e{len(order.executions)}"
        execution = {"execution_id": number, "qty": str(qty), "price": str(price), "timestamp": on_time(now)}
        order.executions.append(execution)
        self.tell("fill" if order.status == "filled" else "partial_fill", order, execution)

    def end(self, order: ExchangeOrder, status: str) -> None:
        order.status = status
        self.tell(status, order)

    def tell(self, event: str, order: ExchangeOrder, execution: dict[str, str] | None = None) -> None:
        self.stream.append(
            {"stream": "trade_updates", "data": {"event": event, "order": order.row(), **(execution or {})}}
        )

    def position(self, symbol: str) -> Decimal:
        return sum(
            (o.filled_qty if o.side == "buy" else -o.filled_qty for o in self.orders if o.symbol == symbol),
            self.moved.get(symbol, ZERO),
        )


@dataclass(slots=True)
class Line:
    """How bad the line is: a chance for each fault, in the order they are rolled for a sent order."""

    dropped: float = 0.0
    late: float = 0.0
    too_many: float = 0.0
    server_error: float = 0.0
    answer_lost: float = 0.0
    garbage: float = 0.0
    refused: float = 0.0
    query_failed: float = 0.0
    slow_cancel: float = 0.0
    outage: float = 0.0

    @classmethod
    def bad(cls) -> "Line":
        return cls(
            dropped=0.08,
            late=0.08,
            too_many=0.04,
            server_error=0.04,
            answer_lost=0.12,
            garbage=0.03,
            refused=0.02,
            query_failed=0.10,
            slow_cancel=0.50,
            outage=0.10,
        )


FAULTS_OF_SENDING = ("dropped", "late", "too_many", "server_error", "answer_lost", "garbage", "refused")


class FakePort:
    """One process's connection to the exchange, as `orchestra.alpaca_wrapper` would give it.

    script: faults to happen to the next orders sent, one each, before chance is asked. crash_point: told before and
    after each call that changes something.
    """

    def __init__(
        self,
        exchange: FakeExchange,
        now: Callable[[], datetime],
        *,
        line: Line | None = None,
        chance: Random | None = None,
        crash_point: Callable[[str], None] = lambda _point: None,
    ) -> None:
        self.exchange = exchange
        self.line = line or Line()
        self.script: list[str] = []
        self.is_out = False
        self._now = now
        self._chance = chance or Random(0)
        self._crash_point = crash_point
        exchange.requests.append("connect")

    def submit_order(
        self, *, symbol: str, qty: Decimal, side: str, client_order_id: str, is_exit: bool = False
    ) -> dict[str, Any]:
        self.exchange.requests.append(f"submit {client_order_id}")
        self._crash_point("submit")
        request = {"symbol": symbol, "qty": qty, "side": side, "client_order_id": client_order_id}
        fault = self._fault()
        if fault != "none":
            self.exchange.struck[fault] += 1
        answer = self._sent(request, fault)
        self._crash_point("submitted")
        return answer

    def cancel_order(self, broker_order_id: str) -> None:
        self._reach("cancel")
        order = next(order for order in self.exchange.orders if order.broker_id == broker_order_id)
        if not order.is_working:
            raise BrokerRejected(f'order is already in "{order.status}" state', status=422, code=42210000)
        if self._chance.random() < self.line.slow_cancel:
            self.exchange.struck["slow_cancel"] += 1
            order.is_canceling = True
        else:
            self.exchange.end(order, "canceled")

    def order_by_client_id(self, client_order_id: str) -> dict[str, Any] | None:
        self._reach(f"find {client_order_id}")
        order = self.exchange.find(client_order_id)
        return order.row() if order else None

    def orders(self, after: datetime | None) -> list[dict[str, Any]]:
        self._reach("list")
        return [order.row() for order in self.exchange.orders if after is None or order.submitted_at > after]

    def positions(self) -> list[dict[str, Any]]:
        self._reach("positions")
        symbols = {order.symbol for order in self.exchange.orders} | self.exchange.moved.keys()
        held = {symbol: self.exchange.position(symbol) for symbol in symbols}
        return [
            {"symbol": symbol, "qty": str(abs(qty)), "side": "long" if qty > 0 else "short"}
            for symbol, qty in held.items()
            if qty
        ]

    def account(self) -> dict[str, Any]:
        return {"account_number": "PA1", "cash": "100000", "equity": "100000"}

    def _reach(self, request: str) -> None:
        self.exchange.requests.append(request)
        if self.is_out or self._chance.random() < self.line.query_failed:
            self.exchange.struck["query_failed"] += 1
            raise BrokerUnavailable("The broker did not answer properly (504).")

    def _fault(self) -> str:
        if self.is_out:
            return "unreachable"
        if self.script:
            return self.script.pop(0)
        rolled = self._chance.random()
        for fault in FAULTS_OF_SENDING:
            rolled -= getattr(self.line, fault)
            if rolled < 0:
                return fault
        return "none"

    def _sent(self, request: dict[str, Any], fault: str) -> dict[str, Any]:
        if fault == "unreachable":
            raise BrokerUnavailable("The broker could not be reached; the order was not sent.")
        if fault == "too_many":
            raise BrokerUnavailable("The broker answered 429: too many requests")
        if fault == "refused":
            raise BrokerRejected("insufficient buying power", status=403, code=40310000)
        if fault == "untradable":
            raise BrokerRejected(f'asset "{request["symbol"]}" is not tradable', status=422, code=42210000)
        if fault.isdigit():
            raise BrokerRejected("request is not authorized", status=int(fault), code=None)
        if fault in ("dropped", "server_error"):
            raise BrokerOutcomeUnknown(f"The answer to an order was lost ({fault}).")
        if fault == "late":
            arrives_at = self._now() + timedelta(seconds=self._chance.uniform(60, 240))
            self.exchange.on_their_way.append((arrives_at, request))
            raise BrokerOutcomeUnknown("The answer to an order was lost (timeout).")
        order = self.exchange.accept(request, self._now())
        if fault == "answer_lost":
            raise BrokerOutcomeUnknown("The answer to an order was lost (reset).")
        return {"message": "<html>"} if fault == "garbage" else order.row()
