"""The rows of a session as this checker reads them: exact numbers, epoch seconds, no word of the engine's.

In: connections. Out: frozen rows. Thread: any.
Raises StorageError for a value that cannot be read, since whatever rests on it cannot be judged.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from database.errors import StorageError

ZERO = Decimal(0)
MICROSECONDS = 1_000_000

# Our order ids: at-<install>-<algorithm>-<minute, base 36>-<leg>.
FAMILY = "at"
NOTHING_MORE_COMES = frozenset({"FILLED", "CANCELED", "EXPIRED", "REJECTED", "DENIED"})
# Said by the broker, so the broker must know the order.
BROKER_SAID = frozenset({"ACCEPTED", "PARTIALLY_FILLED", "FILLED", "CANCELED", "EXPIRED"})
# What the exchange calls the end of an order, in the words of our books.
ENDS = {
    "filled": "FILLED",
    "canceled": "CANCELED",
    "replaced": "CANCELED",
    "expired": "EXPIRED",
    "done_for_day": "EXPIRED",
    "rejected": "REJECTED",
}


@dataclass(frozen=True, slots=True)
class Intent:
    """One row of our `orders`."""

    id: int
    client_order_id: str
    broker_order_id: str | None
    algo_id: int | None
    bar_ts: int
    leg: int
    purpose: str
    symbol: str
    side: str
    qty: Decimal
    filled_qty: Decimal
    filled_notional: Decimal
    status: str
    attempts: int
    valid_until: float | None
    created_at: float
    first_sent_at: float | None
    reject_reason: str | None
    signal_id: int | None

    @property
    def is_over(self) -> bool:
        """Say whether nothing more can come of it."""
        return self.status in NOTHING_MORE_COMES

    def __str__(self) -> str:
        return (
            f"order {self.client_order_id}: {self.purpose} {self.side} {self.qty} {self.symbol}, "
            f"{self.status}, filled {self.filled_qty}"
        )


@dataclass(frozen=True, slots=True)
class Execution:
    """One row of our `fills`."""

    id: int
    order_id: int
    exec_id: str
    qty: Decimal
    price: Decimal
    fee: Decimal
    cum_qty: Decimal | None
    at: float

    def __str__(self) -> str:
        return f"fill {self.id}: {self.qty} at {self.price}, execution {self.exec_id}"


@dataclass(frozen=True, slots=True)
class Holding:
    """One row of our `positions`: one stay in a symbol, from flat to flat."""

    id: int
    algo_id: int | None
    symbol: str
    side: str
    qty: Decimal
    entry_price: Decimal
    realized: Decimal
    status: str

    def __str__(self) -> str:
        return (
            f"position {self.id}: algorithm {self.algo_id} {self.side} {self.qty} {self.symbol} at {self.entry_price}, "
            f"realized {self.realized}, {self.status}"
        )


@dataclass(frozen=True, slots=True)
class Span:
    """One row of our `decisions`: a minute, or equal holds in a row."""

    algo_id: int
    minute: int
    until_minute: int
    action: str
    outcome: str
    gate: str | None
    client_order_id: str | None

    def __str__(self) -> str:
        minutes = f"{self.minute}" if self.minute == self.until_minute else f"{self.minute} to {self.until_minute}"
        return (
            f"decision of algorithm {self.algo_id}, minute {minutes}: {self.action}, {self.outcome} {self.gate or ''}"
        )


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """One row of our `recon_runs`."""

    id: int
    at: float
    kind: str
    result: str

    @property
    def frozen(self) -> frozenset[str]:
        """Return the symbols it found to differ."""
        head, _, symbols = self.result.partition(":")
        return frozenset(symbol.strip() for symbol in symbols.split(",")) if head == "mismatch" else frozenset()

    def __str__(self) -> str:
        return f"reconciliation {self.id} ({self.kind}): {self.result}"


@dataclass(frozen=True, slots=True)
class Difference:
    """Shares that came beside our fills: baseline, a stranger's fill, an adjustment, such as a split.

    fills_before: how many fills were booked before an adjustment. price: dollars a share, where money moved.
    other_symbol: of a company that was renamed, the name on the other side.
    """

    symbol: str
    qty: Decimal
    algo_id: int | None = None
    kind: str = ""
    fills_before: int = 0
    price: Decimal | None = None
    other_symbol: str | None = None


@dataclass(frozen=True, slots=True)
class Books:
    """What system.db says. differences: baseline, external fills and adjustments alike.

    owners_signals: ids of signals that no algorithm gave. proposals: of those that were proposed, whether their owner
    approved them. adopted: texts about orders of ours that older books, out of a backup, did not know and the broker
    told of.
    """

    settings: dict[str, str]
    intents: tuple[Intent, ...]
    executions: tuple[Execution, ...]
    holdings: tuple[Holding, ...]
    spans: tuple[Span, ...]
    reconciliations: tuple[Reconciliation, ...]
    differences: tuple[Difference, ...]
    owners_signals: frozenset[int]
    proposals: dict[int, bool]
    adopted: tuple[str, ...]

    @property
    def install(self) -> str:
        """Return what our order ids carry; where no setting says so, what the first of them carries."""
        first = self.intents[0].client_order_id.split("-") if self.intents else []
        return self.settings.get("install") or (first[1] if len(first) > 1 else "")

    def is_adopted(self, intent: Intent) -> bool:
        """Say whether the broker told of an order and nothing but its number says who decided it."""
        return any(intent.client_order_id in text for text in self.adopted)

    @property
    def newest(self) -> float:
        """Return the latest moment that the books speak of."""
        moments = [intent.created_at for intent in self.intents] + [run.at for run in self.reconciliations]
        return max([*moments, float(self.settings.get("engine_minute") or 0)])


@dataclass(frozen=True, slots=True)
class VenueOrder:
    """One row of the exchange's `orders`."""

    id: str
    client_order_id: str
    symbol: str
    side: str
    qty: Decimal
    filled_qty: Decimal
    status: str
    updated_at: float

    @property
    def end(self) -> str | None:
        """Return how it ended, in the words of our books."""
        return ENDS.get(self.status)

    def __str__(self) -> str:
        return (
            f"exchange order {self.client_order_id}: {self.side} {self.qty} {self.symbol}, {self.status}, "
            f"filled {self.filled_qty}"
        )


@dataclass(frozen=True, slots=True)
class VenueFill:
    """One row of the exchange's `fills`."""

    execution_id: str
    order_id: str
    client_order_id: str
    symbol: str
    side: str
    qty: Decimal
    price: Decimal
    position_qty: Decimal
    at: float

    def __str__(self) -> str:
        return f"execution {self.execution_id} of {self.client_order_id}: {self.side} {self.qty} at {self.price}"


@dataclass(frozen=True, slots=True)
class Venue:
    """What exchange.db says. minute: where its clock stands."""

    account_number: str
    minute: int
    orders: tuple[VenueOrder, ...]
    fills: tuple[VenueFill, ...]
    positions: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Session:
    """Everything that is judged. venue: None, and no_venue the reason, where the exchange cannot be read.

    halted_at: since when a halt is in force, in market time.
    now: epoch seconds of market time. grace_seconds: how long what the exchange did may be on its way into our books.
    """

    books: Books
    venue: Venue | None
    no_venue: str
    halted_at: float | None
    now: float
    grace_seconds: float

    def is_settled(self, moment: float) -> bool:
        """Say whether what happened then must have arrived by now."""
        return not self.grace_seconds or moment + self.grace_seconds <= self.now


def number(value: object, what: str) -> Decimal:
    """Return a stored quantity or price exactly."""
    try:
        read = Decimal(str(value))
    except InvalidOperation:
        read = Decimal("NaN")
    if not read.is_finite():
        raise StorageError(f"{what} holds {str(value)[:40]!r}, which is no number: restore the newest backup.")
    return read


def moment(value: object, what: str) -> float:
    """Return an ISO time as epoch seconds."""
    try:
        read = datetime.fromisoformat(str(value))
    except ValueError:
        read = None
    if read is None or read.tzinfo is None:
        raise StorageError(f"{what} holds {str(value)[:40]!r}, which is no time: restore the newest backup.")
    return read.timestamp()


def total(quantities: Iterable[Decimal]) -> Decimal:
    """Return an exact sum."""
    return sum(quantities, ZERO)
