"""Whose money is whose: what the algorithms may use of the account, and what is left for a new one.

In: the books, last prices, the account. Out: money. Thread: engine.
"""

from collections.abc import Callable
from decimal import Decimal

from orchestra.execution.books import Books
from orchestra.messages.events import AccountReceived
from orchestra.messages.live_snapshot import AccountFigures
from system_databse.algorithm_record import AlgorithmStatus
from system_databse.order import ZERO
from system_databse.performance.card_calculations import Holding, available_allocation, notional_of_buys

# Start and close of a symbol's newest visible bar.
LastBar = Callable[[str], tuple[int, float] | None]


class Allocation:
    """Divide the account among the algorithms (domain.md 2, "Available allocation")."""

    def __init__(self, books: Books, last_bar: LastBar) -> None:
        self._books = books
        self._last_bar = last_bar

    def holding(self, algorithm_id: int) -> Holding:
        """Return one algorithm's book."""
        record, ledger = self._books.records[algorithm_id], self._books.ledger
        position = ledger.position(algorithm_id, record.ticker)
        return Holding(record.initial_capital, ledger.cash_flow(algorithm_id), position.qty, position.entry_price)

    def price(self, symbol: str) -> float | None:
        """Return the symbol's last final close."""
        bar = self._last_bar(symbol)
        return bar[1] if bar else None

    def allocated(self) -> Decimal:
        """Return the equity of every algorithm that is not stopped, and the value of the shares stopped ones kept."""
        return sum((self._claim(id_) for id_ in self._books.records), ZERO)

    def available(self, account: AccountReceived) -> Decimal:
        """Return what a new algorithm may be given."""
        orders = self._books.open_orders()
        known = {order.symbol: self.price(order.symbol) for order in orders}
        prices = {symbol: price for symbol, price in known.items() if price is not None}
        return available_allocation(
            account.cash,
            account.equity,
            allocated=self.allocated(),
            pending_buys=notional_of_buys(orders, prices),
        )

    def figures(self, account: AccountReceived) -> AccountFigures:
        """Return the account as a screen shows it."""
        return AccountFigures(
            equity=account.equity,
            cash=account.cash,
            buying_power=account.buying_power,
            last_equity=account.last_equity,
            allocated=self.allocated(),
            available=self.available(account),
            at=account.at,
        )

    def _claim(self, algorithm_id: int) -> Decimal:
        """Return what an algorithm takes of the account; shares without a price count what they cost."""
        record, holding = self._books.records[algorithm_id], self.holding(algorithm_id)
        value = holding.value(self.price(record.ticker)) if holding.shares else ZERO
        worth = holding.shares * holding.avg_cost if value is None else value
        return worth if record.status is AlgorithmStatus.STOPPED else holding.cash + worth
