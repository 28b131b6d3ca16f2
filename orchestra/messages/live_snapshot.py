"""The live snapshot: everything a screen shows, frozen, replaced as a whole by the engine.

In: the books, prices, the account as the broker told it. Out: read by any thread, changed by none.
Money is Decimal, prices of the market are float, moments are UTC-aware market time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from system_databse.alerts.alert import Alert
from system_databse.algorithm_record import AlgorithmRecord
from system_databse.control.preferences import Preferences
from system_databse.order import Order
from system_databse.performance.card_calculations import Card
from system_databse.signals.proposal import Proposal


class MarketPhase(StrEnum):
    """What the exchange is doing, New York time: 04:00, 09:30, 16:00 (or 13:00), 20:00."""

    PRE_MARKET = "pre_market"
    OPEN = "open"
    AFTER_HOURS = "after_hours"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class MarketClock:
    """Market time and the sessions around it.

    last_close: of the newest session that is over, None while one is open. speed: market seconds a second where an
    exchange owns the clock.
    """

    now: datetime
    phase: MarketPhase
    closes_at: datetime | None
    next_open: datetime | None
    is_half_day: bool = False
    speed: float | None = None
    last_close: datetime | None = None

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
    """How the process is. lag_s: monotonic seconds since the engine last finished a minute or an idle pass.

    down_since: market time since when something outside does not answer, by name: "data", "orders", "broker".
    """

    lag_s: float
    streams: StreamHealth
    is_database_ok: bool = True
    closed_gates: tuple[str, ...] = ()
    down_since: Mapping[str, datetime] = field(default_factory=dict)
    workers: Mapping[str, WorkerHealth] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A symbol of which account and books tell different stories, in shares.

    unexplained: what the account has more than the books; change: by how much the algorithms' shares would change if
    the difference were theirs. is_confirmed: seen twice; causes: what may explain it, in words.
    """

    symbol: str
    account: Decimal
    algorithms: Decimal
    not_ours: Decimal
    unexplained: Decimal
    change: Decimal
    is_confirmed: bool
    causes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DayTradeStatus:
    """Day trades of the rolling five sessions (domain.md 4). week_start: ISO date of the window's first session.

    limit_applies: whether the self-imposed limit would bind this account; policy: off, advisory or enforce.
    """

    trades_used: int
    trades_remaining: int
    week_start: str
    limit_applies: bool
    policy: str


@dataclass(frozen=True, slots=True)
class LiveSnapshot:
    """State after the engine's last commit. sequence rises by one with each snapshot of a process.

    taken_at: the machine's steady seconds then. The engine takes one at least each second, so that the age of the
    newest one is how far the engine lags. alerts: the open ones, what matters most first. proposals: what waits for
    the owner's word, oldest first.
    """

    sequence: int
    mode: str
    market: MarketClock
    account: AccountFigures | None
    algorithms: tuple[AlgorithmCard, ...]
    health: Health
    is_halted: bool = False
    has_pin: bool = False
    preferences: Preferences = field(default_factory=Preferences)
    taken_at: float = 0.0
    alerts: tuple[Alert, ...] = ()
    discrepancies: tuple[Discrepancy, ...] = ()
    day_trades: DayTradeStatus | None = None
    proposals: tuple[Proposal, ...] = ()
