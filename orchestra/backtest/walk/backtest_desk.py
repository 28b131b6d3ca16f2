"""The desk of a backtest: approved decisions become orders at a broker in the same process, its executions fills.

In: judged decisions. Out: orders, fills in the books. Thread: one. What the order desk of a live run does beside that,
intents on disk and unknown outcomes, has no counterpart here: a call in the same process is always answered.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Protocol

from database.bar import MINUTE
from orchestra.backtest.walk.backtest_books import BacktestBooks
from orchestra.backtest.walk.decision_log import DecisionLog
from system_databse.decision import Decision
from system_databse.fill import Fill
from system_databse.order import Order, OrderStatus, Purpose, Side
from system_databse.trading_signal import Action, Outcome

SOURCE = "backtest"


class Execution(Protocol):
    """One execution at the broker. at: epoch seconds, the filling bar's start."""

    @property
    def execution_id(self) -> str:
        """Return its id."""

    @property
    def client_order_id(self) -> str:
        """Return our id of its order."""

    @property
    def qty(self) -> Decimal:
        """Return the shares."""

    @property
    def price(self) -> Decimal:
        """Return dollars a share."""

    @property
    def fee(self) -> Decimal:
        """Return what it cost beside the price, dollars."""

    @property
    def cumulative_qty(self) -> Decimal:
        """Return the order's filled shares after it."""

    @property
    def at(self) -> int:
        """Return when."""


class Broker(Protocol):
    """The account the orders go to."""

    @property
    def has_working(self) -> bool:
        """Tell whether an order may still trade."""

    def market_order(self, symbol: str, side: str, *, qty: Decimal, client_order_id: str) -> str | None:
        """Place a market order for the day; return why not."""

    def fill_at_open(self, minute: int) -> Sequence[Execution]:
        """Let the orders meet the open of the bar [minute, minute + 60)."""

    def expire(self) -> Sequence[str]:
        """End what works; return our ids."""


class BacktestDesk:
    """Carry decisions out. number: our order id of algorithm, minute and leg."""

    def __init__(
        self, broker: Broker, books: BacktestBooks, log: DecisionLog, *, number: Callable[[int, int, int], str]
    ) -> None:
        self._broker = broker
        self._books = books
        self._log = log
        self._number = number
        self._waiting: list[Order] = []

    @property
    def is_idle(self) -> bool:
        """Tell whether no order works or waits: then a minute without wishes changes nothing here."""
        return not self._waiting and not self._broker.has_working

    def carry_out(self, decisions: Iterable[Decision], minute: int) -> None:
        """Take orders of what was approved, and note what was not; nothing is sent before `settle`."""
        for decision in decisions:
            if decision.outcome is Outcome.SUBMITTED:
                order = self._order_of(decision, minute)
                self._waiting.append(order)
                self._log.judged(decision, client_order_id=order.client_order_id)
            else:
                self._log.judged(decision)

    def begin(self) -> None:
        """End what waited for its moment and did not get it in the minute before."""
        self._waiting.clear()

    def settle(self, minute: int) -> None:
        """Send what may be sent and book what it fills, until nothing new comes of it."""
        is_news = True
        while is_news:
            self._send()
            executions = self._broker.fill_at_open(minute)
            for execution in executions:
                self._book(execution)
            is_news = bool(executions and self._waiting)

    def close(self) -> None:
        """End the session's orders."""
        for client_order_id in self._broker.expire():
            self._books.drop(self._books.order(client_order_id))

    def _send(self) -> None:
        """Send what waits; orders of one symbol on opposite sides wait for each other, as live (S2-61)."""
        waiting, self._waiting = self._waiting, []
        for order in waiting:
            if any(_opposes(other, order) for other in self._books.working):
                self._waiting.append(order)
                continue
            refusal = self._broker.market_order(
                order.symbol, str(order.side), qty=order.qty, client_order_id=order.client_order_id
            )
            if refusal is None:
                self._books.put(order)
            else:
                self._log.rejected(order.client_order_id, refusal)

    def _book(self, execution: Execution) -> None:
        order = self._books.order(execution.client_order_id)
        fill = Fill(
            client_order_id=order.client_order_id,
            algorithm_id=order.algorithm_id,
            symbol=order.symbol,
            side=order.side,
            execution_id=execution.execution_id,
            qty=execution.qty,
            price=execution.price,
            cumulative_qty=execution.cumulative_qty,
            source=SOURCE,
            at=datetime.fromtimestamp(execution.at, UTC),
            fee=execution.fee,
        )
        self._books.book(fill, order, notional=execution.qty * execution.price)

    def _order_of(self, decision: Decision, minute: int) -> Order:
        signal = decision.signal
        if decision.qty is None:
            raise ValueError(f"an approved decision of algorithm {signal.algorithm_id} carries no quantity")
        is_buy = signal.action is Action.BUY
        bar = signal.minute - MINUTE
        return Order(
            client_order_id=self._number(signal.algorithm_id, bar, 0),
            algorithm_id=signal.algorithm_id,
            minute=bar,
            leg=0,
            symbol=signal.symbol,
            side=Side.BUY if is_buy else Side.SELL,
            qty=decision.qty,
            purpose=Purpose.ENTRY if is_buy else Purpose.EXIT,
            created_at=datetime.fromtimestamp(minute, UTC),
            valid_until=datetime.fromtimestamp(minute + MINUTE, UTC),
            status=OrderStatus.ACCEPTED,
        )


def _opposes(other: Order, order: Order) -> bool:
    return other.symbol == order.symbol and other.side is not order.side
