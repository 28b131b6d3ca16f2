"""The difference counter: the owner says what a difference between account and books is; only then it is booked.

In: SettleDifference. Out: adjustments in one transaction, an answer; to flatten, a stop with a sale through the one
path of orders. Thread: engine. Nothing here repairs numbers by trading.
"""

from collections.abc import Callable
from decimal import Decimal

from database.sqlite_store import SqliteStore
from database.timestamps import iso_milliseconds
from orchestra.execution.books import Books
from orchestra.execution.reconciler import Reconciler
from orchestra.execution.truth.settlement import Numbers, Settlement
from orchestra.messages.commands import (
    Answer,
    DifferenceChoice,
    Refusal,
    SettleDifference,
    StopAlgorithm,
    refused,
)
from orchestra.office.stop_counter import Pending
from orchestra.runtime.clock import Clock
from system_databse.rows import external_fills
from system_databse.truth.adjustment import AdjustmentKind

KINDS = {DifferenceChoice.ADOPT: AdjustmentKind.ADOPTED, DifferenceChoice.IGNORE: AdjustmentKind.IGNORED}


class DifferenceCounter:
    """Settle differences. last_price: dollars a share; stop: ends an algorithm and sells its shares."""

    def __init__(
        self,
        books: Books,
        reconciler: Reconciler,
        *,
        store: SqliteStore,
        clock: Clock,
        last_price: Callable[[str], float | None],
        stop: Callable[[StopAlgorithm], Answer | Pending],
    ) -> None:
        self._books = books
        self._reconciler = reconciler
        self._store = store
        self._clock = clock
        self._last_price = last_price
        self._stop = stop

    def settle(self, command: SettleDifference) -> Answer | Pending:
        """Read the account anew, book what the owner says of it, and compare again; raises BrokerError."""
        owner = self._owner_of(command)
        if isinstance(owner, Answer):
            return owner
        self._reconciler.run("settle")
        if any(order.symbol == command.symbol for order in self._books.open_orders()):
            return refused(Refusal.CONFLICT, f"An order in {command.symbol} still works: settle it when that is over.")
        numbers = self._reconciler.numbers(command.symbol)
        refusal = self._obstacle(command, numbers, owner)
        if refusal:
            return refused(Refusal.CONFLICT, refusal)
        self._book(command, numbers, owner)
        if owner is not None and command.choice is DifferenceChoice.FLATTEN:
            return self._stop(StopAlgorithm(owner, is_selling=True))
        return Answer(self._told(command.symbol))

    def _obstacle(self, command: SettleDifference, numbers: Numbers, owner: int | None) -> str | None:
        """Return why the choice does not fit the numbers."""
        if numbers.is_settled:
            is_flat = command.choice is DifferenceChoice.FLATTEN
            return None if is_flat else f"Account and books agree on {command.symbol}: there is nothing to settle."
        if owner is None:
            is_sold = not numbers.unexplained
            return "Orders that are not ours sold our algorithms' shares: assign or flatten." if is_sold else None
        held = self._books.ledger.position(owner, command.symbol).qty
        if held + numbers.algorithms_change < 0:
            return f"Algorithm {owner} holds only {held:f} of the {-numbers.algorithms_change:f} that are missing."
        return None

    def _owner_of(self, command: SettleDifference) -> int | Answer | None:
        """Return the algorithm that the choice is about, None for one that is about none; or why it cannot be."""
        if command.choice in KINDS:
            return None
        record = self._books.records.get(command.algorithm_id or 0)
        if record is None:
            return refused(Refusal.NOT_FOUND, f"To {command.choice}, name an algorithm that there is.")
        if record.ticker != command.symbol:
            return refused(Refusal.INVALID, f"Algorithm {record.id} trades {record.ticker}, not {command.symbol}.")
        return record.id

    def _book(self, command: SettleDifference, numbers: Numbers, owner: int | None) -> None:
        if numbers.is_settled:
            return
        now = self._clock.now()
        settlement = Settlement(numbers, f"owner:{command.symbol}:{iso_milliseconds(now)}", now)
        if owner is None:
            rows = settlement.leave(KINDS[command.choice])
        else:
            rows = settlement.assign(owner, command.price or self._price(command.symbol, owner))
        self._books.adjust(rows)
        self._reconciler.compare_positions()

    def _price(self, symbol: str, owner: int) -> Decimal:
        """Return what the shares went for: what the stranger's order shows, else the last price, else their cost."""
        with self._store.reader() as connection:
            found = external_fills.latest(connection, symbol)
        if found and found[2]:
            return found[2]
        price = self._last_price(symbol)
        return Decimal(repr(price)) if price is not None else self._books.ledger.position(owner, symbol).entry_price

    def _told(self, symbol: str) -> dict[str, object]:
        numbers = self._reconciler.numbers(symbol)
        return {
            "symbol": symbol,
            "account": f"{numbers.account:f}",
            "algorithms": f"{numbers.held:f}",
            "not_ours": f"{numbers.not_ours:f}",
            "is_settled": symbol not in self._reconciler.frozen_symbols,
        }
