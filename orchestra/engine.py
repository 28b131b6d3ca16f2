"""The engine: every part of a run, built in one place and taken down in reverse order.

In: a world, the databases. Out: a run. Thread: main; starts the stream, clock and fetcher threads.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

from database import db_manager
from database.sqlite_store import SqliteStore
from orchestra.execution.order_numbers import OrderNumbers
from orchestra.execution.settler import Settler
from orchestra.messages.commands import StartAlgorithm
from orchestra.messages.event_bus import EventBus, Listener, ListenerApart
from orchestra.messages.events import (
    BarsClosed,
    OrderUpdateReceived,
    StopRequested,
    StreamConnected,
    StreamDisconnected,
    StreamName,
)
from orchestra.messages.lockstep import Tick
from orchestra.office.owner_pin import OwnerPin
from orchestra.parts.account_side import AccountSide, Around
from orchestra.parts.asked_algorithms import AskedAlgorithms
from orchestra.parts.live_watch import LiveWatch, Watched
from orchestra.parts.market_side import MarketSide
from orchestra.parts.order_side import OrderSide
from orchestra.parts.owner_side import OwnerSide, Surroundings
from orchestra.parts.storage.storage_guard import Steps, StorageGuard
from orchestra.pipeline import Pipeline
from orchestra.risk.halt_switch import HaltSwitch
from orchestra.risk.risk_gate import RiskGate
from orchestra.runtime.agenda import Agenda
from orchestra.runtime.inbox import Inbox
from orchestra.runtime.minute_loop import MinuteLoop
from orchestra.runtime.news_log import log_news
from orchestra.runtime.owner.live_board import LiveBoard
from orchestra.runtime.tick_thread import TickThread
from orchestra.signals.backfill import Backfill, here_and_now
from orchestra.signals.roster import Roster
from orchestra.signals.strategy_loader import StrategyFile, StrategyLoader
from orchestra.signals.strategy_runner import StrategyRunner
from orchestra.signals.turns.turn_timer import TurnTimer
from orchestra.worlds import World
from system_databse import position_sizing, system_db_manager
from system_databse.algorithm_record import AlgorithmStatus
from system_databse.decision import missed

log = logging.getLogger(__name__)

STREAMS_READY_SECONDS = 10.0
RECONCILE_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Stores:
    """The two databases the engine writes."""

    market: SqliteStore
    system: SqliteStore


class Engine:
    """One run. The world and the databases are the caller's to close, after stop.

    board: where snapshots for the screens go, None when nobody looks. halt: the owner's switch; without one, its own,
    which no restart remembers. speed: market seconds a second, where an exchange owns the clock.
    """

    def __init__(
        self,
        world: World,
        stores: Stores,
        *,
        install: str,
        timer: TurnTimer,
        loader: StrategyLoader,
        after_turn: Callable[[], None],
        board: LiveBoard | None = None,
        halt: HaltSwitch | None = None,
        speed: float | None = None,
    ) -> None:
        self.world = world
        self.timer = timer
        self.inbox = Inbox()
        self._bus = EventBus()
        self._bus.listen(log_news)
        self.halt = halt or HaltSwitch(keep=lambda _halt: None)
        self._pin = OwnerPin(stores.system, world.clock)
        self._stack = ExitStack()
        self._seen_streams: set[StreamName] = set()
        self._gatekeepers: list[Callable[[], Iterable[str]]] = []
        self._build_market(stores)
        self._build_orders(stores, OrderNumbers(install))
        self._build_signals(loader, after_turn)
        sides = self.market_side, self.order_side
        self.account = AccountSide(Around(world, *sides, self.roster, stores.market, stores.system, self._backfill))
        self.close_gates_by(self.account.closed_gates)
        self.owner = self._owner_side(stores, board, speed)
        self._build_guard(stores.system)
        self._build_loop()
        self.live = None if world.clock.is_simulated else self._build_live_watch(stores)

    def listen(self, listener: Listener) -> None:
        """Tell an onlooker every event from now on."""
        self._bus.listen(listener)

    def listen_apart(self, listener: Listener, *, name: str) -> ListenerApart:
        """Tell one that may take its time, on a thread of its own; the caller closes what is returned."""
        return self._bus.listen_apart(listener, name=name)

    def each_pass(self, do: Callable[[], None], *, at_stop: Callable[[], None]) -> None:
        """Have it done on each pass of the loop, in every world; at_stop: what is to be undone before the engine ends.

        It is done on the engine's thread, so it never waits for anything.
        """
        self._on_pass.append(do)
        self._stack.callback(at_stop)

    def close_gates_by(self, reasons: Callable[[], Iterable[str]]) -> None:
        """Open nothing while there are reasons, in the owner's words; exits and cancels go on. Asked every minute."""
        self._gatekeepers.append(reasons)

    def publish(self, event: object) -> None:
        """Tell every onlooker; for parts that do something on each pass."""
        self._bus.publish(event)

    def add_algorithms(self, strategies: Sequence[StrategyFile], commands: Sequence[StartAlgorithm]) -> None:
        """Store algorithms that the books do not know yet, in order; repeating the call adds none."""
        AskedAlgorithms(self.books).add(strategies, commands)

    def renew_algorithms(self, strategies: Sequence[StrategyFile], commands: Sequence[StartAlgorithm]) -> None:
        """Let known algorithms run again that failed too often or whose file was changed: the owner asks for them."""
        AskedAlgorithms(self.books).renew(strategies, commands)

    def run(self) -> StopRequested:
        """Connect, then run minutes until something ends the run; raise what another thread failed on."""
        self.connect()
        self._settle(self.books.minute)
        self._start_clock()
        ended = self.loop.run()
        if ended.error:
            raise ended.error
        return ended

    def connect(self) -> None:
        """Reconcile, backfill, build the algorithms, open the streams: in this order, before any minute."""
        self._bind_data_functions()
        if self.books.minute:
            self.market.resume(self.books.minute)
        self.reconciler.run("start")
        self.books.day_trades.count_anew(self.world.clock.now())
        self.account.start()
        self._backfill.want()
        self.roster.restore()
        if self.live:
            self.live.start()
        self._start_streams()
        self.owner.run_due()

    def stop(self) -> None:
        """Stop threads and unbind, in reverse order of starting; commands that still wait are answered."""
        self._stack.close()
        self.owner.close()

    def record_missed(self, minutes: Sequence[int]) -> None:
        """Write down what real time passed over, for algorithms that had begun; it is never decided afterwards."""
        for minute in minutes:
            views = self.books.snapshot({}).algorithms.values()
            begun = [v.record for v in views if v.record.status is AlgorithmStatus.RUNNING and v.decided_until]
            if minute > self.books.minute:
                self.books.commit_minute(minute, [missed(record, minute) for record in begun], [], is_missed=True)

    def _build_market(self, stores: Stores) -> None:
        side = MarketSide(self.world, stores.market, self.inbox, timer=self.timer)
        self._stack.callback(side.fetcher.stop)
        self.market_side = side
        self.fetcher, self.pull, self.data = side.fetcher, side.pull, side.data
        self.streams, self.market = side.streams, side.view
        self.market.on_bars = lambda bars: self._bus.publish(BarsClosed(tuple(bars)))
        self._backfill = Backfill(
            self.pull.catch_up,
            self.world.clock,
            symbols=lambda: frozenset(symbol for symbol, _ in self.roster.claims()),
            start=here_and_now if self.world.clock.is_simulated else partial(self.fetcher.run, "gaps"),
            on_filled=self.market.forget_prices,
        )

    def _build_orders(self, stores: Stores, numbers: OrderNumbers) -> None:
        side = OrderSide(self.world, stores.system, numbers, publish=self._bus.publish, halt=self.halt)
        self.order_side = side
        self._bus.listen(side.positions.on_event)
        self.broker, self.books, self.desk = side.broker, side.books, side.desk
        self.reconciler, self.recovery = side.reconciler, side.recovery
        self.agenda = Agenda(self.world.clock)
        self.agenda.every(RECONCILE_SECONDS, lambda: self.recovery.want("periodic"), name="reconcile")

    def _build_signals(self, loader: StrategyLoader, after_turn: Callable[[], None]) -> None:
        def end_turn() -> None:
            self.market_side.renew_budget()
            after_turn()

        clock = self.world.clock
        market = self.market
        self.runner = StrategyRunner(
            loader, self.timer, clock, market=market, after_turn=end_turn, usual_profit=market.usual_profit
        )
        self.roster = Roster(self.books, self.runner, self.streams)
        self.risk = RiskGate(
            self.world.calendar,
            closed_gates=self.closed_gates,
            frozen=lambda: self.reconciler.frozen_symbols,
            missing=self.reconciler.missing_shares,
            holds=lambda: {**self.market.holds, **self.account.holds()},
            limits=self.order_side.limits,
            scarcity=self.order_side.scarcity,
        )
        self.pipeline = Pipeline(
            market=self.market,
            books=self.books,
            signals=self.runner,
            risk=self.risk,
            desk=self.desk,
            publish=self._bus.publish,
            is_decision_minute=lambda minute: self.world.calendar.session_for_decision(minute) is not None,
        )

    def _owner_side(self, stores: Stores, board: LiveBoard | None, speed: float | None) -> OwnerSide:
        around = Surroundings(
            world=self.world,
            store=stores.system,
            inbox=self.inbox,
            bus=self._bus,
            market=self.market_side,
            orders=self.order_side,
            roster=self.roster,
            runner=self.runner,
            pipeline=self.pipeline,
            agenda=self.agenda,
            halt=self.halt,
            pin=self._pin,
            closed_gates=self.closed_gates,
            prepare=self.account.prepare,
        )
        return OwnerSide(around, board, speed=speed)

    def _build_guard(self, system: SqliteStore) -> None:
        steps = Steps(self.books.reload, self.record_missed, self._settle, self.recovery.want, self._bus.publish)
        self.storage = StorageGuard(system, self.world.clock, steps)
        self.close_gates_by(self.storage.closed_gates)

    def _build_loop(self) -> None:
        self._on_pass: list[Callable[[], None]] = []
        handlers: dict[type, Callable[[Any], None]] = {
            OrderUpdateReceived: self.order_side.on_update,
            StreamConnected: self._on_stream_connected,
            StreamDisconnected: self._on_stream_disconnected,
            **self.owner.handlers,
        }
        guard = self.storage
        self.loop = MinuteLoop(
            self.inbox,
            self.world.clock,
            run_minute=guard.minute(self._run_minute),
            settle=guard.settling(self._settle),
            handlers=guard.handlers(handlers),
            is_trading_minute=lambda minute: self.world.calendar.session_for_decision(minute) is not None,
            on_missed=guard.missed(self.record_missed),
            decided_until=lambda: self.books.minute,
            between_minutes=guard.shield(self._between_minutes),
            on_pass=guard.shield(self._pass, instead=self.owner.show),
        )
        lock_step = self.world.lock_step
        self._settler = (
            Settler(lock_step, self.desk, pump=self.loop.pump, is_stopping=lambda: self.loop.is_stopping)
            if lock_step
            else None
        )

    def _build_live_watch(self, stores: Stores) -> LiveWatch:
        watched = Watched(
            world=self.world,
            fetcher=self.fetcher,
            streams=self.streams,
            pull=self.pull,
            view=self.market,
            data=self.data,
            backfill=self._backfill,
            desk=self.desk,
            roster=self.roster,
            system=stores.system,
            publish=self._bus.publish,
            agenda=self.agenda,
        )
        live = LiveWatch(watched)
        self.close_gates_by(live.closed_gates)
        self.loop.is_time_known = live.is_time_known
        return live

    def _bind_data_functions(self) -> None:
        db_manager.bind(self.data)
        self._stack.callback(db_manager.unbind)
        system_db_manager.bind(self.books.transactions)
        self._stack.callback(system_db_manager.bind, None)
        position_sizing.bind_portfolio(self.owner.account.portfolio)
        self._stack.callback(position_sizing.bind_portfolio, None)

    def _start_streams(self) -> None:
        self._stack.callback(self.streams.stop)
        self.streams.start()
        if not self.streams.wait_ready(STREAMS_READY_SECONDS):
            log.warning("A stream is not connected yet; what it would bring is asked for instead.")

    def _start_clock(self) -> None:
        if self.world.lock_step:
            ticks = TickThread(self.world.lock_step, self.inbox, after=self.books.minute)
            self._stack.callback(ticks.stop)
            ticks.start()

    def _run_minute(self, tick: Tick) -> None:
        if self.world.lock_step:
            self.world.lock_step.reach(tick.minute)
        self.roster.refresh_all()
        self.recovery.run_due()
        self.account.before_minute()
        if self.live:
            self.live.before_minute()
        else:
            self._backfill.run_due()
        # Ends intents whose minute is over, so that they no longer count as working in this one.
        self.desk.send_waiting()
        self.pipeline.run_minute(tick)
        self.owner.after_minute()

    def _settle(self, minute: int) -> None:
        if self._settler:
            self._settler.settle(minute)
        else:
            self.desk.run_due()

    def closed_gates(self) -> tuple[str, ...]:
        """Return why no opening order may be sent now."""
        gates = []
        if self.desk.is_blocked:
            gates.append("the broker refuses our keys")
        if self.reconciler.has_rival:
            gates.append("another installation trades this account")
        if self.recovery.is_pending:
            gates.append("our books have not been compared with the broker yet")
        if not self.world.clock.is_simulated:
            if not self._pin.exists:
                gates.append("no PIN has been created yet")
            if not self.streams.is_connected(StreamName.ORDERS):
                gates.append("the order stream is down")
            if self.desk.is_broker_silent:
                gates.append("the broker does not answer")
        return (*gates, *chain.from_iterable(reasons() for reasons in self._gatekeepers))

    def _on_stream_connected(self, message: StreamConnected) -> None:
        """Ask for what was sent while the stream was away; the start's own pass has just read the orders."""
        log.info("The %s stream is connected.", message.stream)
        self._bus.publish(message)
        if self.live:
            self.live.on_connected(message)
        is_first = message.stream not in self._seen_streams
        self._seen_streams.add(message.stream)
        if message.stream is StreamName.DATA:
            self.roster.restore_claims()
            self._backfill.want()
        elif not is_first:
            self.recovery.want("reconnect")

    def _on_stream_disconnected(self, message: StreamDisconnected) -> None:
        log.warning("The %s stream is down (%s); reconnecting.", message.stream, message.reason)
        self._bus.publish(message)

    def _pass(self) -> None:
        self.owner.run_due()
        for do in self._on_pass:
            do()

    def _between_minutes(self) -> None:
        """Do what is due while real time waits for its next minute."""
        if self.live:
            self.live.run_due()
        self.recovery.run_due()
        self.account.run_due()
        self._backfill.run_due()
        self.agenda.run_due()
        if not self.world.calendar.is_open(int(self.world.clock.now().timestamp())):
            self.market.take_late_frames()
