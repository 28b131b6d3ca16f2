"""What happened, as frozen messages: news for the inbox of the engine and for onlookers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from database.bar import Bar
from orchestra.messages.alert_kinds import rule_of
from orchestra.messages.halt import HaltKind
from system_databse.alerts.alert import Priority
from system_databse.decision import Decision
from system_databse.fill import Fill
from system_databse.order import Order
from system_databse.position import Position


class StreamName(StrEnum):
    """The two WebSockets of Alpaca."""

    DATA = "data"
    ORDERS = "orders"


@dataclass(frozen=True, slots=True)
class OrderUpdateReceived:
    """A trade_updates message as it came; the broker adapter reads it on the engine thread."""

    message: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StreamConnected:
    """A stream is authenticated (again). What was sent in between is lost and must be asked for."""

    stream: StreamName


@dataclass(frozen=True, slots=True)
class StreamDisconnected:
    """A stream broke off; it is being reconnected."""

    stream: StreamName
    reason: str


@dataclass(frozen=True, slots=True)
class StopRequested:
    """Somebody wants the process to end, or a recorded market has. error: why it cannot go on, to be raised.

    is_restart: the process ends itself, to be started anew by whoever looks after it.
    """

    reason: str
    is_market_end: bool = False
    is_restart: bool = False
    error: BaseException | None = None


@dataclass(frozen=True, slots=True)
class AccountReceived:
    """The broker's account as a look-up brought it. at: market time of the asking; money is dollars."""

    cash: Decimal
    equity: Decimal
    buying_power: Decimal
    last_equity: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class AccountUnavailable:
    """The broker did not tell its account; it is asked again."""

    reason: str


@dataclass(frozen=True, slots=True)
class MinuteFinished:
    """News: every algorithm's decision of that minute is on disk. minute: epoch seconds."""

    minute: int


@dataclass(frozen=True, slots=True)
class DecisionMade:
    """News: a decision that is more than a hold is on disk."""

    decision: Decision


@dataclass(frozen=True, slots=True)
class OrderChanged:
    """News: an order of ours is in a new state on disk."""

    order: Order


@dataclass(frozen=True, slots=True)
class OrderFilled:
    """News: a fill of ours is on disk."""

    fill: Fill


@dataclass(frozen=True, slots=True)
class PositionChanged:
    """News: a fill changed what an algorithm holds. position: as it is now; change: signed; price: of the fill."""

    position: Position
    change: Decimal
    price: Decimal

    @property
    def is_opened(self) -> bool:
        """Say whether nothing was held before."""
        return self.position.qty == self.change

    @property
    def is_closed(self) -> bool:
        """Say whether nothing is held any more."""
        return not self.position.qty


@dataclass(frozen=True, slots=True)
class BarsClosed:
    """News: these minutes of these symbols are over and stored; a bar that came later may be told again."""

    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class MarketOpened:
    """News: the regular session has begun."""


@dataclass(frozen=True, slots=True)
class MarketClosed:
    """News: the regular session is over."""


@dataclass(frozen=True, slots=True)
class WorkerFailed:
    """News: a job that comes back has not ended well for more than three of its intervals."""

    name: str
    lag_s: float


@dataclass(frozen=True, slots=True)
class SchemaWarned:
    """News: a database lacks something, and what needs it is left out."""

    text: str


@dataclass(frozen=True, slots=True)
class AlgorithmStarted:
    """News: the owner started an algorithm."""

    algorithm_id: int
    name: str
    ticker: str


@dataclass(frozen=True, slots=True)
class AlgorithmStopped:
    """News: the owner ended an algorithm for good. shares: what it holds; is_selling: they are being sold."""

    algorithm_id: int
    shares: str
    is_selling: bool


@dataclass(frozen=True, slots=True)
class AlgorithmPaused:
    """News: the owner lets an algorithm rest."""

    algorithm_id: int


@dataclass(frozen=True, slots=True)
class AlgorithmResumed:
    """News: a resting or failed algorithm runs again."""

    algorithm_id: int


@dataclass(frozen=True, slots=True)
class RiskHalted:
    """News: nothing is bought any more. at: ISO-Z; by: who said so; kind: whether working entries go as well.

    is_automatic: AutoTrader halted itself.
    """

    at: str
    by: str
    reason: str = ""
    kind: HaltKind = HaltKind.STOP_ALL
    is_automatic: bool = False


@dataclass(frozen=True, slots=True)
class RiskResumed:
    """News: buying is allowed again."""


@dataclass(frozen=True, slots=True)
class AlgorithmFailed:
    """News: an algorithm's turn failed. has_stopped: it was switched off for it."""

    algorithm_id: int
    error: str
    has_stopped: bool


@dataclass(frozen=True, slots=True)
class ReconcileMismatch:
    """News: the account and our ledger disagree on a symbol."""

    symbol: str
    account_qty: str
    ledger_qty: str


@dataclass(frozen=True, slots=True)
class AlertRaised:
    """News: something the owner has to be told, kept in `alerts`. kind: its dotted name; symbol: "" for none."""

    kind: str
    text: str
    symbol: str = ""
    algorithm_id: int | None = None

    @property
    def priority(self) -> Priority:
        """Return how much it matters."""
        return rule_of(self.kind).priority


@dataclass(frozen=True, slots=True)
class AlertEnded:
    """News: what an alert was raised for is over. symbol, algorithm_id: None for whatever it was raised about."""

    kind: str
    symbol: str | None = None
    algorithm_id: int | None = None


@dataclass(frozen=True, slots=True)
class ParityChecked:
    """News: a day's decisions were decided again. day: ISO date; unexplained: how many differ without a cause."""

    day: str
    headline: str
    unexplained: int


@dataclass(frozen=True, slots=True)
class SignalGenerated:
    """News: a wish to trade is on disk, an algorithm's, or one from outside that waits for the owner ("proposed")."""

    signal_id: int
    strategy: str
    symbol: str
    action: str
    confidence: float | None
    status: str


@dataclass(frozen=True, slots=True)
class SignalApproved:
    """News: a signal becomes the order of that id. by: "owner", or the stage that let it pass."""

    signal_id: int
    strategy: str
    symbol: str
    action: str
    by: str
    client_order_id: str | None


@dataclass(frozen=True, slots=True)
class SignalRejected:
    """News: a signal becomes no order, for these reasons."""

    signal_id: int
    strategy: str
    symbol: str
    action: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DayTradeUsed:
    """News: a day trade was completed. remaining: how many are left in the window of five sessions."""

    strategy: str
    symbol: str
    remaining: int


@dataclass(frozen=True, slots=True)
class DayTradeLimitExceeded:
    """News: a protective exit was let through although no day trade was left."""

    strategy: str
    symbol: str
    used: int
