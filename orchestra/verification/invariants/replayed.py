"""The ledger played again: every fill and every adjustment in their order, with an arithmetic of its own.

In: books. Out: the stays of each algorithm in each symbol. Thread: any.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from orchestra.verification.session_rows import ZERO, Books, Difference, Execution, Intent

Pair = tuple[int | None, str]
Stays = defaultdict[Pair, list["Stay"]]
# Adjustments that are like a purchase or a sale; a split leaves what was paid as it was.
MOVES_MONEY = frozenset({"assigned", "cash_in_lieu"})
RENAME = "rename"


@dataclass(slots=True)
class Stay:
    """One stay in a symbol, from flat to flat: shares, what they cost on average, what was realized."""

    qty: Decimal = ZERO
    entry_price: Decimal = ZERO
    realized: Decimal = ZERO

    def trade(self, signed_qty: Decimal, price: Decimal, fee: Decimal = ZERO) -> None:
        """Buy, or with a negative quantity sell."""
        self.realized -= fee
        if signed_qty < ZERO:
            self.realized += (self.entry_price - price) * signed_qty
            self.qty += signed_qty
            return
        cost = self.qty * self.entry_price + signed_qty * price
        self.qty += signed_qty
        self.entry_price = cost / self.qty if self.qty else ZERO

    def restate(self, signed_qty: Decimal) -> None:
        """Change the number of shares; what was paid for all of them stays."""
        cost = self.qty * self.entry_price
        self.qty += signed_qty
        self.entry_price = cost / self.qty if self.qty else ZERO


def replayed(books: Books) -> Stays:
    """Return every stay of each algorithm and symbol, oldest first."""
    stays: Stays = defaultdict(list)
    for entry in _in_order(books):
        if isinstance(entry, Difference):
            _adjust(stays, entry)
            continue
        intent, execution = entry
        signed = execution.qty if intent.side == "buy" else -execution.qty
        _open_stay(stays, (intent.algo_id, intent.symbol)).trade(signed, execution.price, execution.fee)
    return stays


def _in_order(books: Books) -> Iterator[tuple[Intent, Execution] | Difference]:
    """Yield fills, and each adjustment after as many fills of algorithms as were booked before it."""
    intents = {intent.id: intent for intent in books.intents}
    waiting = sorted((row for row in books.differences if row.algo_id is not None), key=lambda row: row.fills_before)
    booked = 0
    for execution in books.executions:
        intent = intents.get(execution.order_id)
        if intent is None:
            # A fill without its order is told by V7.
            continue
        while waiting and waiting[0].fills_before <= booked:
            yield waiting.pop(0)
        yield intent, execution
        booked += intent.algo_id is not None
    yield from waiting


def _adjust(stays: Stays, row: Difference) -> None:
    pair = (row.algo_id, row.symbol)
    if row.kind in MOVES_MONEY:
        _open_stay(stays, pair).trade(row.qty, row.price or ZERO)
    elif row.kind != RENAME:
        _open_stay(stays, pair).restate(row.qty)
    elif row.qty > ZERO and row.other_symbol:
        # The row of the old name is evidence only: the shares move once.
        old = stays[(row.algo_id, row.other_symbol)]
        if old and old[-1].qty:
            stays[pair].append(old.pop())


def _open_stay(stays: Stays, pair: Pair) -> Stay:
    own = stays[pair]
    if not own or own[-1].qty == ZERO:
        own.append(Stay())
    return own[-1]
