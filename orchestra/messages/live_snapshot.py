"""The live snapshot: everything a screen shows, frozen, replaced as a whole by the engine.

In: the books, prices, the account as the broker told it. Out: read by any thread, changed by none.
Money is Decimal, prices of the market are float, moments are UTC-aware market time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from system_databse.algorithm_record import AlgorithmRecord
from system_databse.card_calculations import Card
from system_databse.order import Order


class MarketPhase(StrEnum):
    """What the exchange is doing, New York time: 04:00, 09:30, 16:00 (or 13:00), 20:00."""

    PRE_MARKET = "pre_market"
    OPEN = "open"
    AFTER_HOURS = "after_hours"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class MarketClock:
    """Market time and the sessions around it. speed: market seconds a second where an exchange owns the clock."""

    now: datetime
    phase: MarketPhase
    closes_at: datetime | None
    next_open: datetime | None
    is_half_day: bool = False
    speed: float | None = None

    @property
    def is_open(self) -> bool:
        """Say whether the regular session is under way."""
        return self.phase is MarketPhase.OPEN


@dataclass(frozen=True, slots=True)
class AccountFigures:
    """The broker's account. at: market time of the figures. available: what a new algorithm may be given."""

    equity: Decimal
    cash: Decimal
    buying_power: Decimal
    last_equity: Decimal
    allocated: Decimal
    available: Decimal
    at: datetime

    @property
    def day_pl(self) -> Decimal:
        """Return the change since the last session's close."""
        return self.equity - self.last_equity


@dataclass(frozen=True, slots=True)
class LastDecision:
    """The newest decision of an algorithm. minute: epoch seconds; gate: the rule that denied it."""

    minute: int
    action: str
    shares: str
    outcome: str
    reason: str
    gate: str | None = None


@dataclass(frozen=True, slots=True)
class AlgorithmCard:
    """One algorithm as its card shows it.

    price_at: start of the bar the last price comes from, epoch seconds. sparkline: closes of the session, at most 60.
    note: what the owner should know ("warming up 12/51", "sells its shares at the next open").
    """

    record: AlgorithmRecord
    figures: Card
    price_at: int | None = None
    sparkline: tuple[float, ...] = ()
    decision: LastDecision | None = None
    working: tuple[Order, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class StreamHealth:
    """The streams as the engine sees them. last_message_age_s: of market data, None before the first."""

    is_data_connected: bool
    is_orders_connected: bool
    last_message_age_s: float | None = None


@dataclass(frozen=True, slots=True)
class WorkerHealth:
    """A job that comes back. last_ok: market time; lag_s: monotonic seconds since then; interval_s: how often."""

    last_ok: datetime | None
    lag_s: float | None
    interval_s: float | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """How the process is. lag_s: monotonic seconds since the engine last finished a minute or an idle pass."""

    lag_s: float
    streams: StreamHealth
    is_database_ok: bool = True
    closed_gates: tuple[str, ...] = ()
    workers: Mapping[str, WorkerHealth] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LiveSnapshot:
    """State after the engine's last commit. sequence rises by one with each snapshot of a process.

    taken_at: the machine's steady seconds then. The engine takes one at least each second, so that the age of the
    newest one is how far the engine lags.
    """

    sequence: int
    mode: str
    market: MarketClock
    account: AccountFigures | None
    algorithms: tuple[AlgorithmCard, ...]
    health: Health
    is_halted: bool = False
    has_pin: bool = False
    taken_at: float = 0.0
