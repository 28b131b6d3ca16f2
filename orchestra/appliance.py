"""The appliance: one engine and, where somebody may look, the page in front of it.

In: the files and the world of a run. Out: an engine ready to run, its page. Thread: main; the page has its own.
"""

import logging
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

from database.timeframes.chart_bars import ChartBars
from database.timestamps import iso_milliseconds
from orchestra.api.api_parts import ApiParts, ProcessParts
from orchestra.api.auth.pin_keeper import PinKeeper, reset_pin
from orchestra.api.auth.readers.reader_wishes import ReaderWishes
from orchestra.api.stored_halt import halt_for_lost_door, halt_keeper, stored_halt
from orchestra.api_server import LOOPBACK, ApiServer
from orchestra.backtest.jobs.jobs import BacktestJobs
from orchestra.backtest.jobs.shelf import Shelf
from orchestra.backtest.screen.backtests import Backtests, Bars
from orchestra.engine import Engine, Stores
from orchestra.messages.events import StopRequested
from orchestra.news.event_desk import EventDesk, TalkingEngine
from orchestra.notifications.dispatcher import Dispatcher
from orchestra.notifications.heartbeat import Heartbeat
from orchestra.notifications.messenger import Messenger
from orchestra.notifications.notification_desk import NotificationDesk, Sender
from orchestra.notifications.notifier import Notifier
from orchestra.notifications.wishes import FileWishes, WishBook
from orchestra.parts.control_side import ControlSide
from orchestra.parts.evening_parity import CheckedFiles, EveningParity
from orchestra.parts.health.health_desk import HealthDesk, LookedAfter
from orchestra.parts.notification_side import NotificationSide, Telling
from orchestra.parts.process_side import ProcessSide, ProcessTools
from orchestra.parts.storage.keeping_side import KeepingSide, KeepingWishes, Kept
from orchestra.risk.halt_switch import HaltSwitch
from orchestra.run import run_identity
from orchestra.run.run_files import RunFiles
from orchestra.run.run_identity import RunIdentity
from orchestra.run.run_process import RunProcess
from orchestra.run.switching.mode_switch import InUse, ModeSwitch
from orchestra.runtime.clock import SystemClock
from orchestra.runtime.gauges import sizes_of
from orchestra.runtime.network.own_addresses import own_names
from orchestra.runtime.owner.command_desk import CommandDesk
from orchestra.runtime.owner.live_board import LiveBoard
from orchestra.runtime.process.process_figures import bytes_of
from orchestra.runtime.settings import Mode
from orchestra.signals.strategy_catalog import StrategyCatalog
from orchestra.signals.strategy_loader import StrategyLoader
from orchestra.signals.turns.turn_timer import TurnTimer
from orchestra.worlds import World
from system_databse.door.door_store import DoorStore
from system_databse.rows import decision_history

log = logging.getLogger(__name__)

EVERYWHERE = "0.0.0.0"  # noqa: S104 - only where the owner opens the page to the network
ROOT = Path(__file__).resolve().parents[1]
# How a message says at once whether it is about real money.
SENDERS = {Mode.DEMO: "AutoTrader demo", Mode.PAPER: "AutoTrader paper"}


@dataclass(frozen=True, slots=True)
class StrategyTools:
    """What finds, builds and times strangers' code."""

    timer: TurnTimer
    loader: StrategyLoader


@dataclass(frozen=True, slots=True)
class PageWish:
    """How the page is wanted. port: 0 takes any free one. forget_pin: the owner chooses a new PIN.

    is_lan: the network may see it, once there is a PIN. switch: what may be set up from it, None for nothing.
    told: whom the settings say to tell when nobody looks at it. readers: what they say of other programs.
    """

    port: int
    forget_pin: bool = False
    is_lan: bool = False
    switch: ModeSwitch | None = None
    told: FileWishes = field(default_factory=FileWishes)
    readers: ReaderWishes = field(default_factory=ReaderWishes)


class Appliance:
    """Build the engine of a run; closing it takes down what was started, in reverse order.

    page: None where nobody looks: no port is opened and no snapshot made. speed: of a market whose clock an exchange
    owns, market seconds a second. wishes: the owner's, of backups and of bars on a disk that is nearly full.
    process: where the process itself is watched, as that of a service is.
    """

    def __init__(
        self,
        files: RunFiles,
        world: World,
        tools: StrategyTools,
        *,
        replay: str = "",
        page: PageWish | None = None,
        speed: float | None = None,
        wishes: KeepingWishes | None = None,
        process: RunProcess | None = None,
    ) -> None:
        self._files, self._world, self._wish = files, world, page
        self._board = LiveBoard() if page else None
        self._door = DoorStore.open(files.directory.door) if page else None
        self._commands: CommandDesk | None = None
        self._server: ApiServer | None = None
        self._backtests: Backtests | None = None
        self._told: NotificationSide | None = None
        stores = files.open_stores()
        identity = RunIdentity(world.account_number, world.mode, replay)
        install = run_identity.claim(stores.system, identity, iso_milliseconds(world.clock.now()))
        self._halt = self._kept_halt(stores)
        self.engine = Engine(
            world,
            stores,
            install=install,
            timer=tools.timer,
            loader=tools.loader,
            after_turn=files.log_setup.restore,
            board=self._board,
            halt=self._halt,
            speed=speed,
        )
        self._keep_events(self.engine, stores)
        if self._door:
            ControlSide(self.engine, self._door, self._halt)
        self._process_side = self._watch(process, stores) if process else None
        self._keeping = None if replay else self._look_after(stores, wishes or KeepingWishes())
        self._health = HealthDesk(self.engine, self._looked_after(process)) if page else None

    def run(self) -> StopRequested:
        """Run the engine until something ends it; raise what another thread failed on."""
        if self._process_side:
            self._process_side.begin()
        try:
            ended = self.engine.run()
        except BaseException as error:
            if self._told:
                self._told.on_end("an error", error)
            raise
        if self._told:
            self._told.on_end(ended.reason)
        return ended

    def open_page(self) -> int | None:
        """Serve the page and return its port, None when none is wanted; raises ConfigError for a taken port."""
        if self._wish is None or self._board is None or self._door is None:
            return None
        self._commands = CommandDesk(self.engine.inbox, SystemClock())
        self._backtests = self._play_backtests()
        parts = self._parts(self._board, self._door, self._commands, wish=self._wish)
        host = EVERYWHERE if parts.is_lan else LOOPBACK
        self._server = ApiServer(parts, ROOT / "frontend", host=host, port=self._wish.port, on_broken=self._end_on)
        self._server.start()
        return self._server.port

    def _start_anew(self, reason: str) -> None:
        self.engine.inbox.put(StopRequested(reason, is_restart=True))

    def _end_on(self, error: Exception) -> None:
        """End a run whose page is broken: its owner could neither see nor halt it any more."""
        self.engine.inbox.put(StopRequested("an error of the page", error=error))

    def close(self) -> None:
        """Stop the engine, which answers what it was asked, then the page, then close what the page wrote."""
        with ExitStack() as stack:
            if self._door:
                stack.callback(self._door.close)
            if self._backtests:
                stack.callback(self._backtests.close)
            if self._server:
                stack.callback(self._server.stop)
            if self._commands:
                stack.callback(self._commands.close)
            stack.callback(self.engine.stop)

    def _keep_events(self, engine: Engine, stores: Stores) -> None:
        """Have everything that is told outside kept, for programs that look later."""
        world = self._world
        desk = EventDesk(
            TalkingEngine(
                store=stores.system,
                clock=world.clock,
                calendar=world.calendar,
                publish=engine.publish,
                name_of=lambda id_: record.name if (record := engine.books.records.get(id_)) else "",
                last_ok=lambda: engine.agenda.last_ok,
            )
        )
        engine.listen(desk.log.on_event)
        engine.each_pass(desk.run_due, at_stop=desk.log.flush)
        desk.begin()

    def _watch(self, process: RunProcess, stores: Stores) -> ProcessSide:
        tools = ProcessTools(
            process.notifier, process.marker, process.stacks, resident=process.resident, limit=process.memory_limit
        )
        side = ProcessSide(self.engine, stores, tools, is_crash_loop=process.is_crash_loop)
        if self._board:
            side.gauges.register("board", partial(sizes_of, self._board))
        side.gauges.register("wal_bytes_door", partial(bytes_of, Path(f"{self._files.directory.door}-wal")))
        return side

    def _look_after(self, stores: Stores, wishes: KeepingWishes) -> KeepingSide:
        """Add what a run of its owner's needs; a replay is begun anew instead."""
        self._tell_owner(self.engine, stores)
        return self._keep_safe(self.engine, wishes)

    def _check_evenings(self, engine: Engine) -> None:
        """Have each day's decisions decided again after its close, in a process of its own."""
        where, world, system = self._files.directory, self._world, self._files.stores.system

        def newest_decision(until: int) -> int | None:
            with system.reader() as connection:
                return decision_history.newest_minute(connection, before=until)

        evening = EveningParity(
            CheckedFiles(where.market, where.system, where.logs),
            world.calendar,
            world.clock,
            newest_decision=newest_decision,
            publish=engine.publish,
        )
        engine.each_pass(evening.run_due, at_stop=evening.close)

    def _keep_safe(self, engine: Engine, wishes: KeepingWishes) -> KeepingSide:
        """Have each evening checked, backups made, databases checked and the disk watched."""
        self._check_evenings(engine)
        kept = Kept(
            directory=self._files.directory,
            shelf=self._files.shelf,
            told=self._files.told,
            system=self._files.stores.system,
            bars=engine.data.bar_store,
            calendar=self._world.calendar,
            clock=self._world.clock,
            fetcher=engine.fetcher,
            guard=engine.storage,
            decided_until=lambda: engine.books.minute,
            halt=self._halt.set,
            distrust=self._files.distrust,
            publish=engine.publish,
        )
        side = KeepingSide(kept, wishes)
        engine.close_gates_by(side.closed_gates)
        engine.each_pass(side.run_due, at_stop=lambda: None)
        return side

    def _looked_after(self, process: RunProcess | None) -> LookedAfter:
        return LookedAfter(
            root=ROOT,
            directory=self._files.directory,
            shelf=self._files.shelf,
            resident=process.resident if process else None,
            limit=process.memory_limit if process else None,
            keeping=self._keeping,
            # Counting every object would hold up the engine for a monitor's sake.
            gauges=partial(self._process_side.gauges.read_all, but={"gc_objects"}) if self._process_side else dict,
        )

    def _tell_owner(self, engine: Engine, stores: Stores) -> None:
        """Have the owner told what happens when nobody looks at the page."""
        wish, door, board = self._wish, self._door, self._board
        if wish is None or door is None or board is None:
            return
        files = wish.told
        clock, messenger = SystemClock(), Messenger()
        sender = Sender(SENDERS.get(self._world.mode, "AutoTrader"), messenger, files.minutes)
        dispatcher = Dispatcher(
            messenger.send, clock, sender=sender.name, local=lambda moment: _owners_time(board, moment)
        )
        notifier, heartbeat = Notifier(dispatcher), Heartbeat(clock, minutes=files.minutes)
        desk = NotificationDesk(WishBook(door, files), notifier, heartbeat, sender=sender)
        telling = Telling(desk, notifier, heartbeat, clock, closed_gates=lambda: _closed_gates(board))
        self._told = NotificationSide(engine, stores.system, telling)

    def _parts(self, board: LiveBoard, door: DoorStore, commands: CommandDesk, *, wish: PageWish) -> ApiParts:
        system = self._files.stores.system
        if wish.switch:
            wish.switch.attach(InUse(system, door, SystemClock(), self._start_anew))
        is_lan = wish.is_lan and PinKeeper(system, door).get_pin() is not None
        if wish.is_lan and not is_lan:
            log.warning("There is no PIN yet, so the page stays on this machine: choose one, then start again.")
        return ApiParts(
            board=board,
            commands=commands,
            halt=self._halt,
            clock=SystemClock(),
            system=system,
            bars=ChartBars(self._files.stores.market, self._world.calendar),
            door=door,
            lookups=self._world.alpaca,
            strategies=StrategyCatalog(ROOT / "algorithm").listings,
            mode=self._world.mode,
            boot=uuid4().hex,
            backtests=self._backtests,
            notifications=self._told.desk if self._told else None,
            process=self._health.parts if self._health else ProcessParts(),
            hostnames=own_names() if is_lan else frozenset(),
            is_lan=is_lan,
            setup=wish.switch,
            readers=_readers(wish.readers, is_lan=is_lan),
        )

    def _play_backtests(self) -> Backtests:
        """Take over the queue of the directory's shelf; what waits in it is begun in a child process."""
        where, world, shelf = self._files.directory, self._world, Shelf(self._files.directory.backtests)
        bars = Bars(self.engine.data.bar_store, where.market, world.calendar, world.clock, pull=self.engine.pull.pull)
        return Backtests(shelf, BacktestJobs(shelf, SystemClock()), bars)

    def _kept_halt(self, stores: Stores) -> HaltSwitch:
        """Return the switch as an earlier run left it; a door that was lost, or a PIN to be forgotten, comes first."""
        if self._door is None:
            return HaltSwitch(keep=lambda _halt: None)
        halt_for_lost_door(stores.system, self._door, iso_milliseconds(self._world.clock.now()))
        if self._wish and self._wish.forget_pin:
            reset_pin(stores.system, self._door, SystemClock())
        return HaltSwitch(halt_keeper(self._door), set_by_disk=stored_halt(self._door))


def _readers(wishes: ReaderWishes, *, is_lan: bool) -> ReaderWishes:
    """Return the wishes about other programs; whoever is in the network never reads without a key."""
    if not wishes.is_open:
        return wishes
    if is_lan:
        log.warning("AUTOTRADER_DEV_NOAUTH=1 is not taken up while the network may see the page: programs need a key.")
        return replace(wishes, is_open=False)
    log.warning("AUTOTRADER_DEV_NOAUTH=1: every program on this machine may read without a key.")
    return wishes


def _owners_time(board: LiveBoard, moment: datetime) -> datetime:
    """Return a moment by the owner's clock."""
    snapshot = board.snapshot
    return moment.astimezone(ZoneInfo(snapshot.preferences.timezone) if snapshot else None)


def _closed_gates(board: LiveBoard) -> tuple[str, ...]:
    """Return why nothing can be bought, as the screens are told."""
    snapshot = board.snapshot
    return snapshot.health.closed_gates if snapshot else ()
