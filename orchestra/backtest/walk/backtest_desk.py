"""The desk of a backtest: approved decisions become orders at a broker in the same process, its executions fills.

In: judged decisions. Out: orders, fills in the books. Thread: one. What the order desk of a live run does beside that,
intents on disk and unknown outcomes, has no counterpart here: a call in the same process is always answered.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple, Protocol

from database.bar import MINUTE
from orchestra.backtest.walk.backtest_books import BacktestBooks
from orchestra.backtest.walk.decision_log import DecisionLog
from system_databse.decision import Decision
from system_databse.fill import Fill
from system_databse.order import Order, OrderStatus, Purpose, Side
from system_databse.trading_signal import Action, Outcome, TradingSignal

SOURCE = "backtest"
BUY, SELL = Side.BUY, Side.SELL
APPROVED = Outcome.SUBMITTED


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

    def market_order(self, symbol: str, side: str, *, qty: Decimal, client_order_id: str) -> str | None:
        """Place a market order for the day; return why not."""

    def fill_at_open(self, minute: int) -> Sequence[Execution]:
        """Let the orders meet the open of the bar [minute, minute + 60)."""

    def expire(self) -> Sequence[str]:
        """End what works; return our ids."""


class Wanted(NamedTuple):
    """An approved decision on its way. Most are filled in the minute they are sent, and never become a row."""

    client_order_id: str
    signal: TradingSignal
    side: Side
    qty: Decimal


class BacktestDesk:
    """Carry decisions out. number: our order id of algorithm, minute and leg."""

    def __init__(
        self, broker: Broker, books: BacktestBooks, log: DecisionLog, *, number: Callable[[int, int, int], str]
    ) -> None:
        self._broker = broker
        self._books = books
        self._log = log
        self._number = number
        self._waiting: list[Wanted] = []
        self._sent: dict[str, Wanted] = {}

    @property
    def is_idle(self) -> bool:
        """Tell whether no order works or waits: then a minute without wishes changes nothing here."""
        return not self._waiting and not self._sent

    def carry_out(self, decisions: Iterable[Decision], _minute: int) -> None:
        """Take orders of what was approved, and note what was not; nothing is sent before `settle`."""
        for decision in decisions:
            if decision.outcome is APPROVED:
                wanted = self._wanted(decision)
                self._waiting.append(wanted)
                self._log.judged(decision, client_order_id=wanted.client_order_id)
            else:
                self._log.judged(decision)

    def begin(self) -> None:
        """End what waited for its moment and did not get it in the minute before."""
        self._waiting.clear()

    def settle(self, minute: int) -> None:
        """Send what may be sent and book what it fills, until nothing new comes of it."""
        unfilled: list[Wanted] = []
        is_news = True
        while is_news:
            unfilled += self._send()
            executions = self._broker.fill_at_open(minute)
            for execution in executions:
                self._book(execution)
            is_news = bool(executions and self._waiting)
        for wanted in unfilled:
            id_ = wanted.client_order_id
            if id_ in self._sent and self._books.order(id_) is None:
                self._books.put(_order_of(wanted))

    def close(self) -> None:
        """End the session's orders."""
        for client_order_id in self._broker.expire():
            del self._sent[client_order_id]
            self._books.drop(client_order_id)

    def _send(self) -> Sequence[Wanted]:
        """Send what waits and return it; opposite orders of one symbol wait for each other, as live (S2-61)."""
        waiting, self._waiting = self._waiting, []
        sent = []
        for wanted in waiting:
            if any(_opposes(other, wanted) for other in self._sent.values()):
                self._waiting.append(wanted)
                continue
            refusal = self._broker.market_order(
                wanted.signal.symbol, wanted.side, qty=wanted.qty, client_order_id=wanted.client_order_id
            )
            if refusal is None:
                self._sent[wanted.client_order_id] = wanted
                sent.append(wanted)
            else:
                self._log.rejected(wanted.client_order_id, refusal)
        return sent

    def _book(self, execution: Execution) -> None:
        client_order_id = execution.client_order_id
        wanted = self._sent[client_order_id]
        fill = Fill(
            client_order_id,
            wanted.signal.algorithm_id,
            wanted.signal.symbol,
            wanted.side,
            execution.execution_id,
            execution.qty,
            execution.price,
            execution.cumulative_qty,
            SOURCE,
            datetime.fromtimestamp(execution.at, UTC),
            execution.fee,
        )
        self._books.book(fill)
        if fill.cumulative_qty == wanted.qty:
            del self._sent[client_order_id]
            self._books.drop(client_order_id)
        else:
            self._books.put(_order_of(wanted, fill, earlier=self._books.order(client_order_id)))

    def _wanted(self, decision: Decision) -> Wanted:
        signal = decision.signal
        if decision.qty is None:
            raise ValueError(f"an approved decision of algorithm {signal.algorithm_id} carries no quantity")
        number = self._number(signal.algorithm_id, signal.minute - MINUTE, 0)
        return Wanted(number, signal, BUY if signal.action is Action.BUY else SELL, decision.qty)


def _order_of(wanted: Wanted, fill: Fill | None = None, *, earlier: Order | None = None) -> Order:
    """Return an order that may still trade, as the gate and the screens know it. fill: its newest."""
    signal, is_buy = wanted.signal, wanted.side is BUY
    order = earlier or Order(
        client_order_id=wanted.client_order_id,
        algorithm_id=signal.algorithm_id,
        minute=signal.minute - MINUTE,
        leg=0,
        symbol=signal.symbol,
        side=wanted.side,
        qty=wanted.qty,
        purpose=Purpose.ENTRY if is_buy else Purpose.EXIT,
        created_at=datetime.fromtimestamp(signal.minute, UTC),
        valid_until=datetime.fromtimestamp(signal.minute + MINUTE, UTC),
        status=OrderStatus.ACCEPTED,
    )
    if fill is None:
        return order
    return replace(
        order,
        status=OrderStatus.PARTIALLY_FILLED,
        filled_qty=fill.cumulative_qty,
        filled_notional=order.filled_notional + fill.qty * fill.price,
    )


def _opposes(other: Wanted, wanted: Wanted) -> bool:
    return other.signal.symbol == wanted.signal.symbol and other.side is not wanted.side
