"""The live desk: everything a screen shows, put together after each commit and once a second for prices.

In: books, bars, calendar, account. Out: LiveSnapshots on the board. Thread: engine. Nothing here changes a trade.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from database.calendar_manager import MarketCalendar, Session
from orchestra.execution.books import Books
from orchestra.messages.live_snapshot import AlgorithmCard, DayTradeStatus, Discrepancy, Health, LiveSnapshot
from orchestra.office.account_watch import AccountWatch
from orchestra.office.allocation import Allocation, LastBar
from orchestra.office.market_clock import market_clock
from orchestra.office.sparklines import Sparklines
from orchestra.office.worth.equity_log import EquityLog
from orchestra.runtime.clock import Clock
from orchestra.runtime.owner.live_board import LiveBoard
from system_databse.alerts.alert import Alert
from system_databse.algorithm_record import AlgorithmRecord, AlgorithmStatus
from system_databse.control.preferences import Preferences
from system_databse.performance.card_calculations import Card, card_of
from system_databse.signals.proposal import Proposal
from system_databse.snapshot import AlgorithmView

EVERY_SECONDS = 1.0
# A replay at full speed commits a thousand times a second; nobody can look at that.
LEAST_SECONDS = 0.05
WARMING_UP = "warming up"


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the figures come from. speed: market seconds a second where an exchange owns the clock.

    market_holds: by gate, the symbols that are not bought for what the market says, in words.
    """

    mode: str
    books: Books
    calendar: MarketCalendar
    clock: Clock
    last_bar: LastBar
    sparklines: Sparklines
    account: AccountWatch
    allocation: Allocation
    equity_log: EquityLog
    health: Callable[[], Health]
    is_halted: Callable[[], bool]
    has_pin: Callable[[], bool]
    alerts: Callable[[], tuple[Alert, ...]]
    discrepancies: Callable[[], tuple[Discrepancy, ...]]
    preferences: Callable[[], Preferences]
    day_trades: Callable[[], DayTradeStatus | None] = lambda: None
    speed: float | None = None
    market_holds: Callable[[], Mapping[str, Mapping[str, str]]] = dict
    proposals: Callable[[], tuple[Proposal, ...]] = tuple


class LiveDesk:
    """Write on a board what the books say now."""

    def __init__(self, board: LiveBoard, sources: Sources) -> None:
        self._board = board
        self._from = sources
        self._sequence = 0
        self._shown_at: float | None = None
        self._has_news = True

    def on_event(self, _event: object) -> None:
        """Take note that something has changed."""
        self._has_news = True

    def show_if_due(self) -> None:
        """Show news at once, and otherwise what a second has changed."""
        now = self._from.clock.monotonic()
        least = LEAST_SECONDS if self._from.clock.is_simulated else 0.0
        pause = least if self._has_news else EVERY_SECONDS
        if self._shown_at is None or now >= self._shown_at + pause:
            self.show()

    def show(self) -> None:
        """Replace the board's snapshot."""
        self._sequence += 1
        self._has_news = False
        self._shown_at = self._from.clock.monotonic()
        self._board.replace(self._snapshot())

    def _snapshot(self) -> LiveSnapshot:
        sources = self._from
        now = sources.clock.now()
        session = sources.calendar.last_session(int(now.timestamp()) + 1)
        views = [view for view in map(sources.books.view, sources.books.records) if _is_shown(view)]
        sources.sparklines.forget_others({view.record.ticker for view in views})
        account = sources.account.latest
        return LiveSnapshot(
            sequence=self._sequence,
            mode=sources.mode,
            market=market_clock(sources.calendar, now, speed=sources.speed),
            account=sources.allocation.figures(account) if account else None,
            algorithms=tuple(self._card(view, session) for view in views),
            health=sources.health(),
            is_halted=sources.is_halted(),
            has_pin=sources.has_pin(),
            preferences=sources.preferences(),
            taken_at=self._shown_at or 0.0,
            alerts=sources.alerts(),
            discrepancies=sources.discrepancies(),
            proposals=sources.proposals(),
            day_trades=sources.day_trades(),
        )

    def _card(self, view: AlgorithmView, session: Session | None) -> AlgorithmCard:
        sources, record = self._from, view.record
        bar = sources.last_bar(record.ticker)
        return AlgorithmCard(
            record=record,
            figures=self._figures(record, bar[1] if bar else None, session),
            price_at=bar[0] if bar else None,
            sparkline=sources.sparklines.line(record.ticker, session, bar) if bar and session else (),
            decision=sources.books.decided.last(record.id),
            working=view.working,
            note=self._note(view),
        )

    def _figures(self, record: AlgorithmRecord, price: float | None, session: Session | None) -> Card:
        sources, decided = self._from, self._from.books.decided
        ran_at = decided.last_run(record.id)
        return card_of(
            sources.allocation.holding(record.id),
            price,
            equity_at_close=sources.equity_log.equity_at_close(record.id, session) if session else None,
            last_action=decided.last_action(record.id),
            last_run_at=None if ran_at is None else datetime.fromtimestamp(ran_at, UTC),
        )

    def _note(self, view: AlgorithmView) -> str:
        """Return the one thing the owner should know beside the figures."""
        if view.record.is_sell_wanted:
            return "sells its shares" if view.working or self._is_open() else "sells its shares at the next open"
        if view.working:
            order = view.working[0]
            return f"waits for its order to {order.side} {order.qty - order.filled_qty:f} {order.symbol}"
        if view.record.status is AlgorithmStatus.STOPPED:
            return f"stopped, keeps {view.position.qty:f} shares"
        if view.record.status is not AlgorithmStatus.RUNNING:
            return ""
        return self._held_up(view.record.ticker) or self._waiting_for(view.record)

    def _held_up(self, symbol: str) -> str:
        """Return why the market itself keeps a symbol from being bought: it is halted, or its price has jumped."""
        found = (symbols[symbol] for symbols in self._from.market_holds().values() if symbol in symbols)
        return next((f"not bought: {words}" for words in found), "")

    def _waiting_for(self, record: AlgorithmRecord) -> str:
        decision = self._from.books.decided.last(record.id)
        if decision is None:
            return "waits for its first minute" if self._is_open() else "waits for the market to open"
        return decision.reason if decision.reason.startswith(WARMING_UP) else ""

    def _is_open(self) -> bool:
        return self._from.calendar.is_open(int(self._from.clock.now().timestamp()))


def _is_shown(view: AlgorithmView) -> bool:
    """Leave out what is over: stopped, without shares and without orders."""
    is_over = view.record.status is AlgorithmStatus.STOPPED and not view.position.is_open
    return not is_over or bool(view.working)
