"""The appliance: one engine and, where somebody may look, the page in front of it.

In: the files and the world of a run. Out: an engine ready to run, its page. Thread: main; the page has its own.
"""

from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import uuid4

from database.timestamps import iso_milliseconds
from orchestra.api.api_parts import ApiParts
from orchestra.api.auth.pin_keeper import reset_pin
from orchestra.api.stored_halt import halt_for_lost_door, halt_keeper, stored_halt
from orchestra.api_server import ApiServer
from orchestra.engine import Engine, Stores
from orchestra.messages.events import StopRequested
from orchestra.parts.control_side import ControlSide
from orchestra.parts.evening_parity import CheckedFiles, EveningParity
from orchestra.parts.process_side import ProcessSide, ProcessTools
from orchestra.parts.storage.keeping_side import KeepingSide, KeepingWishes, Kept
from orchestra.risk.halt_switch import HaltSwitch
from orchestra.run import run_identity
from orchestra.run.run_files import RunFiles
from orchestra.run.run_identity import RunIdentity
from orchestra.run.run_process import RunProcess
from orchestra.runtime.clock import SystemClock
from orchestra.runtime.gauges import sizes_of
from orchestra.runtime.owner.command_desk import CommandDesk
from orchestra.runtime.owner.live_board import LiveBoard
from orchestra.runtime.process.process_figures import bytes_of
from orchestra.signals.strategy_catalog import StrategyCatalog
from orchestra.signals.strategy_loader import StrategyLoader
from orchestra.signals.turns.turn_timer import TurnTimer
from orchestra.worlds import World
from system_databse.door.door_store import DoorStore

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class StrategyTools:
    """What finds, builds and times strangers' code."""

    timer: TurnTimer
    loader: StrategyLoader


@dataclass(frozen=True, slots=True)
class PageWish:
    """How the page is wanted. port: 0 takes any free one. forget_pin: the owner chooses a new PIN."""

    port: int
    forget_pin: bool = False


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
        self._files = files
        self._world = world
        self._wish = page
        self._board = LiveBoard() if page else None
        self._door = DoorStore.open(files.directory.door) if page else None
        self._commands: CommandDesk | None = None
        self._server: ApiServer | None = None
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
        if self._door:
            ControlSide(self.engine, self._door, self._halt)
        self._process_side = self._watch(process, stores) if process else None
        if not replay:
            self._check_evenings(self.engine)
            self._keep_safe(self.engine, wishes or KeepingWishes())

    def run(self) -> StopRequested:
        """Run the engine until something ends it; raise what another thread failed on."""
        if self._process_side:
            self._process_side.begin()
        return self.engine.run()

    def open_page(self) -> int | None:
        """Serve the page and return its port, None when none is wanted; raises ConfigError for a taken port."""
        if self._wish is None or self._board is None or self._door is None:
            return None
        self._commands = CommandDesk(self.engine.inbox, SystemClock())
        parts = self._parts(self._board, self._door, self._commands)
        self._server = ApiServer(parts, ROOT / "frontend", port=self._wish.port, on_broken=self._end_on)
        self._server.start()
        return self._server.port

    def _end_on(self, error: Exception) -> None:
        """End a run whose page is broken: its owner could neither see nor halt it any more."""
        self.engine.inbox.put(StopRequested("an error of the page", error=error))

    def close(self) -> None:
        """Stop the engine, which answers what it was asked, then the page, then close what the page wrote."""
        with ExitStack() as stack:
            if self._door:
                stack.callback(self._door.close)
            if self._server:
                stack.callback(self._server.stop)
            if self._commands:
                stack.callback(self._commands.close)
            stack.callback(self.engine.stop)

    def _watch(self, process: RunProcess, stores: Stores) -> ProcessSide:
        tools = ProcessTools(
            process.notifier, process.marker, process.stacks, resident=process.resident, limit=process.memory_limit
        )
        side = ProcessSide(self.engine, stores, tools, is_crash_loop=process.is_crash_loop)
        if self._board:
            side.gauges.register("board", partial(sizes_of, self._board))
        side.gauges.register("wal_bytes_door", partial(bytes_of, Path(f"{self._files.directory.door}-wal")))
        return side

    def _check_evenings(self, engine: Engine) -> None:
        """Have each day's decisions decided again after its close, in a process of its own."""
        where, world = self._files.directory, self._world
        evening = EveningParity(
            CheckedFiles(where.market, where.system, where.logs),
            world.calendar,
            world.clock,
            decided_until=lambda: engine.books.minute,
            publish=engine.publish,
        )
        engine.each_pass(evening.run_due, at_stop=evening.close)

    def _keep_safe(self, engine: Engine, wishes: KeepingWishes) -> None:
        """Have backups made, databases checked and the disk watched; a replay is begun anew instead."""
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

    def _parts(self, board: LiveBoard, door: DoorStore, commands: CommandDesk) -> ApiParts:
        return ApiParts(
            board=board,
            commands=commands,
            halt=self._halt,
            clock=SystemClock(),
            system=self._files.stores.system,
            door=door,
            lookups=self._world.alpaca,
            strategies=StrategyCatalog(ROOT / "algorithm").listings,
            mode=self._world.mode,
            boot=uuid4().hex,
        )

    def _kept_halt(self, stores: Stores) -> HaltSwitch:
        """Return the switch as an earlier run left it; a door that was lost, or a PIN to be forgotten, comes first."""
        if self._door is None:
            return HaltSwitch(keep=lambda _halt: None)
        halt_for_lost_door(stores.system, self._door, iso_milliseconds(self._world.clock.now()))
        if self._wish and self._wish.forget_pin:
            reset_pin(stores.system, self._door, SystemClock())
        return HaltSwitch(halt_keeper(self._door), set_by_disk=stored_halt(self._door))
