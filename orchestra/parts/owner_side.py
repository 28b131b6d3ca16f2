"""The owner's side of an engine: commands, sales, the account's figures, and what the screens show.

In: the other sides, wired. Out: handlers for the inbox, and what is to be done on each pass. Thread: main.
"""

import logging
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from database.sqlite_store import SqliteStore
from orchestra.execution.reconciler import BASELINE
from orchestra.messages.commands import (
    AcknowledgeAlert,
    ApproveSignal,
    CancelOpenOrders,
    CancelOrder,
    ChangePin,
    CommandGiven,
    ConfirmBaseline,
    FlattenAll,
    PauseAlgorithm,
    Propose,
    RejectSignal,
    ResolveAlert,
    ResumeAlgorithm,
    SetLimit,
    SetPin,
    SetPreferences,
    SettleDifference,
    StartAlgorithm,
    StopAlgorithm,
)
from orchestra.messages.event_bus import EventBus
from orchestra.messages.events import (
    AccountReceived,
    AccountUnavailable,
    OrderFilled,
    RiskHalted,
    RiskResumed,
    StreamName,
)
from orchestra.messages.live_snapshot import Health, StreamHealth, WorkerHealth
from orchestra.office.account_watch import AccountWatch
from orchestra.office.alerting.alert_book import AlertBook
from orchestra.office.alerting.alert_counter import AlertCounter
from orchestra.office.allocation import Allocation
from orchestra.office.control.cancel_counter import CancelCounter
from orchestra.office.control.day_trade_desk import DayTradeDesk
from orchestra.office.control.flatten_counter import FlattenCounter
from orchestra.office.control.limit_counter import LimitCounter
from orchestra.office.control.preference_counter import PreferenceCounter
from orchestra.office.control.wish_book import WishBook
from orchestra.office.front_office import FrontOffice, Handlers
from orchestra.office.live_desk import LiveDesk, Sources
from orchestra.office.owner_pin import OwnerPin
from orchestra.office.owner_sales import OwnerSales
from orchestra.office.proposals.proposal_book import ProposalBook
from orchestra.office.proposals.proposal_counter import ProposalCounter
from orchestra.office.rest_counter import RestCounter
from orchestra.office.settling.baseline_counter import BaselineCounter
from orchestra.office.settling.difference_counter import DifferenceCounter
from orchestra.office.sparklines import Sparklines
from orchestra.office.start_counter import StartCounter
from orchestra.office.stop_counter import StopCounter
from orchestra.office.worth.equity_log import EquityLog
from orchestra.office.worth.metrics_log import MetricsLog
from orchestra.parts.market_side import MarketSide
from orchestra.parts.order_side import OrderSide
from orchestra.pipeline import Pipeline
from orchestra.risk.halt_switch import HaltSwitch
from orchestra.risk.scarce.scarcity import Funds
from orchestra.runtime.agenda import Agenda
from orchestra.runtime.inbox import Inbox
from orchestra.runtime.owner.live_board import LiveBoard
from orchestra.runtime.owner.machine_zone import machine_zone
from orchestra.signals.roster import Roster
from orchestra.signals.strategy_runner import StrategyRunner
from orchestra.worlds import World
from system_databse.control.preferences import Preferences

log = logging.getLogger(__name__)

# Older figures of the account say nothing of what it can pay.
FIGURES_HOLD = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the owner's side acts on. closed_gates: why nothing may be bought; prepare: gets a symbol's history."""

    world: World
    store: SqliteStore
    inbox: Inbox
    bus: EventBus
    market: MarketSide
    orders: OrderSide
    roster: Roster
    runner: StrategyRunner
    pipeline: Pipeline
    agenda: Agenda
    halt: HaltSwitch
    pin: OwnerPin
    closed_gates: Callable[[], tuple[str, ...]]
    prepare: Callable[[str], None]


class OwnerSide:
    """Everything the owner does and sees. board: None when nobody looks, then nothing is put together for it.

    speed: market seconds a second where an exchange owns the clock.
    """

    def __init__(self, around: Surroundings, board: LiveBoard | None, *, speed: float | None = None) -> None:
        self._around = around
        self._is_watched = board is not None
        self._told_halt: RiskHalted | None = None
        self._passed_at = around.world.clock.monotonic()
        self._heard_at: float | None = None
        self._heard = 0
        self._down_since: dict[str, datetime] = {}
        self.alerts = AlertBook(around.store, around.world.clock, records=lambda: around.orders.books.records)
        around.bus.listen(self.alerts.on_event)
        self._build_figures()
        self._build_counters()
        self.live = LiveDesk(board, self._sources(speed)) if board else None
        if self.live and board:
            around.bus.listen(board.on_event)
            around.bus.listen(self.live.on_event)
        around.bus.listen(self._on_event)

    @property
    def handlers(self) -> Mapping[type, Callable[[Any], None]]:
        """Return who takes which message of the inbox."""
        return {
            CommandGiven: self.front.on_command,
            AccountReceived: self._on_account,
            AccountUnavailable: self.account.on_unavailable,
        }

    def run_due(self) -> None:
        """Do what is due on each pass of the loop, in every world."""
        self._tell_halt()
        self.alerts.run_due()
        self.proposals.run_due()
        self.sales.run_due()
        self.front.run_due()
        self._metrics_log.run_due()
        self._passed_at = self._around.world.clock.monotonic()
        if self.live:
            self.account.run_due()
            self.live.show_if_due()

    def show(self) -> None:
        """Keep the screen alive while nothing can be stored; the engine's lag goes on growing."""
        if self.live:
            self.live.show_if_due()

    def after_minute(self) -> None:
        """Do what belongs to a minute that was just decided, before it is settled."""
        self.sales.run_due()
        if self._around.world.clock.is_simulated:
            self.account.want()

    def close(self) -> None:
        """Answer every command that still waits."""
        self.front.close(self._around.inbox)

    def _build_figures(self) -> None:
        around = self._around
        clock, books, last_bar = around.world.clock, around.orders.books, around.market.last_bar
        self.account = AccountWatch(around.orders.broker.account, around.market.fetcher, around.inbox, clock=clock)
        self.allocation = Allocation(books, last_bar)
        self.equity_log = EquityLog(
            around.store,
            books,
            self.allocation,
            calendar=around.world.calendar,
            account=lambda: self.account.latest,
        )
        self._metrics_log = MetricsLog(
            around.store, books, calendar=around.world.calendar, clock=clock, mode=str(around.world.mode)
        )
        self.day_trades = DayTradeDesk(
            books.day_trades,
            clock,
            preferences=lambda: self._preferences.current,
            account=lambda: self.account.latest,
            is_watched=self._is_watched,
            publish=around.bus.publish,
        )
        around.bus.listen(self.day_trades.on_event)
        books.also_write = self._also_write
        around.orders.scarcity.terms = self.day_trades.terms
        around.orders.scarcity.funds = self._funds
        if not clock.is_simulated:
            around.bus.listen(around.orders.scarcity.bought.on_event)
        around.orders.scarcity.is_intraday = around.runner.is_intraday

    def _also_write(self, connection: sqlite3.Connection, minute: int) -> None:
        self.equity_log.write(connection, minute)
        self.day_trades.write(connection, minute)

    def _build_counters(self) -> None:
        around = self._around
        books, desk, publish = around.orders.books, around.orders.desk, around.bus.publish
        self.sales = OwnerSales(
            books,
            desk,
            around.pipeline,
            clock=around.world.clock,
            calendar=around.world.calendar,
            last_bar=around.market.last_bar,
            on_done=around.roster.refresh,
        )
        self._starts = StartCounter(
            books,
            around.roster,
            around.runner,
            available=self._available,
            prepare=around.prepare,
            publish=publish,
        )
        self._stops = StopCounter(books, desk, around.roster, sales=self.sales, publish=publish)
        self._differences = DifferenceCounter(
            books,
            around.orders.reconciler,
            store=around.store,
            clock=around.world.clock,
            last_price=self.allocation.price,
            stop=self._stops.stop,
        )
        self._rests = RestCounter(books, around.roster, around.runner, publish=publish)
        self.wishes = WishBook(around.store, around.world.clock)
        self._flattens = FlattenCounter(books, self.sales, self.wishes, publish=publish)
        self._limits = LimitCounter(books, around.orders.limits, self.wishes)
        self._preferences = PreferenceCounter(around.store, around.world.clock, usual=Preferences(machine_zone()))
        self._build_proposals()
        self.front = FrontOffice(self._counters(), around.world.clock, after_command=self._after_command)

    def _build_proposals(self) -> None:
        around = self._around
        self.proposals = ProposalBook(around.store, around.world.clock, publish=around.bus.publish)
        self._proposing = ProposalCounter(
            self.proposals,
            around.orders.books,
            around.pipeline,
            clock=around.world.clock,
            sales=self.sales,
            wishes=self.wishes,
            last_bar=around.market.last_bar,
            usual_profit=around.market.view.usual_profit,
        )

    def _baseline_counter(self) -> BaselineCounter:
        reconciler = self._around.orders.reconciler
        return BaselineCounter(reconciler.truth, on_all_confirmed=lambda: reconciler.alarms.over(BASELINE, ""))

    def _counters(self) -> Handlers:
        alert_counter = AlertCounter(self.alerts)
        return {
            StartAlgorithm: self._starts.start,
            StopAlgorithm: self._stops.stop,
            CancelOpenOrders: self._stops.cancel_all,
            CancelOrder: CancelCounter(self._around.orders.books, self._around.orders.desk).cancel,
            FlattenAll: self._flattens.flatten,
            SetLimit: self._limits.set,
            SetPreferences: self._preferences.set,
            PauseAlgorithm: self._rests.pause,
            ResumeAlgorithm: self._rests.resume,
            SetPin: self._around.pin.create,
            ConfirmBaseline: self._baseline_counter().confirm,
            AcknowledgeAlert: alert_counter.acknowledge,
            ResolveAlert: alert_counter.resolve,
            ChangePin: self._around.pin.change,
            SettleDifference: self._differences.settle,
            Propose: self._proposing.propose,
            ApproveSignal: self._proposing.approve,
            RejectSignal: self._proposing.reject,
        }

    def _sources(self, speed: float | None) -> Sources:
        around = self._around
        return Sources(
            mode=str(around.world.mode),
            books=around.orders.books,
            calendar=around.world.calendar,
            clock=around.world.clock,
            last_bar=around.market.last_bar,
            sparklines=Sparklines(around.market.data.bar_store),
            account=self.account,
            allocation=self.allocation,
            equity_log=self.equity_log,
            health=self._health,
            is_halted=lambda: around.halt.is_set,
            has_pin=lambda: around.pin.exists,
            alerts=lambda: self.alerts.shown,
            discrepancies=around.orders.reconciler.discrepancies,
            preferences=lambda: self._preferences.current,
            day_trades=self.day_trades.status,
            speed=speed,
            market_holds=lambda: around.market.view.holds,
            proposals=lambda: self.proposals.waiting,
        )

    def _funds(self) -> Funds | None:
        """Return what the account may buy for, as told of late; on simulated time the algorithms' own cash is all."""
        account, clock = self.account.latest, self._around.world.clock
        if account is None or clock.is_simulated or clock.now() - account.at > FIGURES_HOLD:
            return None
        return Funds(account.buying_power, account.at)

    def _available(self) -> Decimal:
        return self.allocation.available(self.account.require())

    def _after_command(self) -> None:
        if self.live:
            self.live.show()

    def _on_event(self, event: object) -> None:
        if isinstance(event, OrderFilled):
            self.account.want()

    def _on_account(self, message: AccountReceived) -> None:
        self.account.on_received(message)
        if self.live:
            self.live.on_event(message)

    def _tell_halt(self) -> None:
        """Publish on the engine's thread what the switch says; any thread may have set it."""
        halt = self._around.halt.halt
        news = RiskHalted(halt.at, halt.by, halt.reason, halt.kind, halt.is_automatic) if halt else None
        if news != self._told_halt:
            self._told_halt = news
            self._around.bus.publish(news or RiskResumed())

    def _health(self) -> Health:
        around, now = self._around, self._around.world.clock.monotonic()
        lag_s = now - self._passed_at
        return Health(
            lag_s=lag_s,
            streams=StreamHealth(
                is_data_connected=around.market.streams.is_connected(StreamName.DATA),
                is_orders_connected=around.market.streams.is_connected(StreamName.ORDERS),
                last_message_age_s=self._last_message_age(now),
            ),
            closed_gates=around.closed_gates(),
            down_since=self._note_down(),
            workers=self._workers(now, lag_s),
        )

    def _note_down(self) -> dict[str, datetime]:
        """Return since when what is outside is down, as far as it was looked at."""
        around = self._around
        downs = {
            "data": not around.market.streams.is_connected(StreamName.DATA),
            "orders": not around.market.streams.is_connected(StreamName.ORDERS),
            "broker": around.orders.desk.is_broker_silent,
        }
        now = around.world.clock.now()
        self._down_since = {name: self._down_since.get(name, now) for name, is_down in downs.items() if is_down}
        return self._down_since

    def _last_message_age(self, now: float) -> float | None:
        """Return how long ago market data last came, as far as the engine's passes can tell."""
        received = self._around.market.stream.received
        if received != self._heard:
            self._heard, self._heard_at = received, now
        return None if self._heard_at is None else now - self._heard_at

    def _workers(self, now: float, lag_s: float) -> dict[str, WorkerHealth]:
        minute = self._around.orders.books.minute
        workers = {"minute_loop": WorkerHealth(datetime.fromtimestamp(minute, UTC) if minute else None, lag_s)}
        for name, end in self._around.agenda.last_ok.items():
            workers[name] = WorkerHealth(end.at, now - end.monotonic, end.every_seconds)
        return workers
