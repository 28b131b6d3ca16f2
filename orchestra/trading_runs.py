"""The runs that trade: a replay, the demo, an account. Parts are built, started, waited for, stopped in reverse order.

In: arguments, settings. Out: an exit code. Thread: main. No trading decision here.
"""

import json
import logging
import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path

from database import db_manager
from database.errors import ConfigError, StorageError
from database.timestamps import iso_milliseconds
from orchestra.api.auth.readers.reader_wishes import ReaderWishes
from orchestra.api.wire.http_server import require_free
from orchestra.appliance import ROOT, Appliance, PageWish, StrategyTools
from orchestra.engine import Engine
from orchestra.messages.events import StopRequested
from orchestra.notifications.addresses import split_addresses
from orchestra.notifications.wishes import FileWishes
from orchestra.parts.storage.keeping_side import KeepingWishes
from orchestra.run import run_identity
from orchestra.run.broker_wait import wait_for_broker
from orchestra.run.command_line import FASTEST, RunArguments
from orchestra.run.data_directory import DataDirectory, in_folder
from orchestra.run.first_algorithms import FIRST_ALGORITHMS
from orchestra.run.progress import Progress
from orchestra.run.run_files import RunFiles
from orchestra.run.run_identity import RunIdentity, replay_text
from orchestra.run.run_process import RunProcess
from orchestra.run.run_summary import RunSummary, minutes_until, summarise
from orchestra.run.switching.home_of_mode import folder_of, home_of
from orchestra.run.switching.mode_switch import ModeSwitch, Running
from orchestra.run.terminal import Terminal
from orchestra.runtime.clock import SystemClock
from orchestra.runtime.plain_text import plain_line
from orchestra.runtime.process.service_notifier import ServiceNotifier
from orchestra.runtime.process.stop_switch import StopSwitch
from orchestra.runtime.settings import Mode, Settings, service_manager
from orchestra.signals.strategy_loader import StrategyLoader
from orchestra.signals.tried_strategies import tried_strategies
from orchestra.signals.turns.turn_timer import TurnTimer
from orchestra.worlds import (
    World,
    look_into_account,
    open_alpaca,
    open_demo,
    open_replay,
    read_market,
    require_demo_ticker,
    seed_kept,
)
from system_databse import system_db_manager

log = logging.getLogger(__name__)

END_OF_TIME = 1 << 40
RESTART_WANTED = 4
LOOPBACK = "127.0.0.1"
LONGEST_STATUS = 500


@dataclass(frozen=True, slots=True)
class Person:
    """The person at the machine: what they read and how they stop a run."""

    terminal: Terminal
    switch: StopSwitch


def run(given: RunArguments, settings: Settings, person: Person) -> int:
    """Run what the arguments ask for: a replay, the demo, an account. Return the exit code."""
    _require_writable(given.summary)
    return _run_of(given, settings)(given, settings, person)


def _run_of(given: RunArguments, settings: Settings) -> Callable[[RunArguments, Settings, Person], int]:
    if given.replay:
        return _replay
    mode = settings.mode()
    if mode is Mode.DEMO:
        return _demo
    if given.seed is not None or given.speed is not None:
        raise ConfigError(f"--seed and --speed belong to the demo market, and this is {mode}: set APP_MODE=DEMO.")
    return _trade


def _replay(given: RunArguments, settings: Settings, person: Person) -> int:
    """Play recorded days; the same command resumes an unfinished run and repeats a finished one's summary."""
    market, calendar = read_market(given.replay)
    for request in given.algorithms:
        if request.ticker not in market.symbols:
            raise ConfigError(
                f"{request.ticker} is not in the recorded files: choose one of {', '.join(market.symbols)}."
            )
    page = None if given.port is None else _page(given, settings)
    tools = _strategy_tools(settings)
    strategies = tried_strategies(tools.loader, given.algorithms)
    replay = replay_text(market.sha256, given.algorithms, strategies)
    cash = sum((request.capital for request in given.algorithms), Decimal(0))
    with ExitStack() as stack:
        files = stack.enter_context(
            RunFiles(in_folder(_data_dir(given)), screen=person.terminal.errors, screen_level=logging.WARNING)
        )
        files.require(RunIdentity("", Mode.DEMO, replay))
        files.require_whole_pair()
        world = open_replay(files.directory.exchange, market, calendar, cash=cash)
        stack.callback(world.close)
        appliance = Appliance(files, world, tools, replay=replay, page=page)
        stack.callback(appliance.close)
        appliance.engine.add_algorithms(strategies, given.algorithms)
        if (port := appliance.open_page()) is not None:
            # On this screen a replay shows warnings only, and --port 0 takes any port.
            person.terminal.say(f"The page is at http://localhost:{port}")
        return _play(appliance.engine, files, person, summary=given.summary)


def _play(engine: Engine, files: RunFiles, person: Person, *, summary: Path | None) -> int:
    if not run_identity.has_finished(files.stores.system):
        calendar = engine.world.calendar
        progress = Progress(
            engine.world.clock,
            total_minutes=minutes_until(calendar, END_OF_TIME),
            done_minutes=minutes_until(calendar, engine.books.minute),
            done_fills=sum(len(engine.books.transactions(id_)) for id_ in engine.books.records),
            stream=person.terminal.errors,
        )
        # A terminal that is held still takes nothing more; the run goes on.
        shown = engine.listen_apart(progress.on_event, name="progress")
        person.switch.hand_over(engine.inbox)
        ended = engine.run()
        shown.close()
        progress.finish()
        if not ended.is_market_end:
            person.terminal.say(f"Stopped by {ended.reason}; the same command goes on from here.")
            return 0
        run_identity.finish(files.stores.system, iso_milliseconds(engine.world.clock.now()))
    _report(_summary(engine, files), person.terminal, summary)
    return 0


def _demo(given: RunArguments, settings: Settings, person: Person) -> int:
    """Trade the demo market until told to stop; a later start goes on from the same minute."""
    for request in given.algorithms:
        require_demo_ticker(request.ticker)
    page, tools = _page(given, settings), _strategy_tools(settings)
    requests, strategies = given.algorithms, tried_strategies(tools.loader, given.algorithms)
    with ExitStack() as stack:
        folder = in_folder(given.data_dir) if given.data_dir else home_of(ROOT, Mode.DEMO)
        files = stack.enter_context(
            RunFiles(folder, screen=person.terminal.errors, screen_level=logging.INFO, clock=SystemClock())
        )
        files.require(RunIdentity("", Mode.DEMO))
        files.require_whole_pair()
        seed = seed_kept(files.kept_for(), given.seed)
        if not requests and not files.has_demo_started():
            requests, strategies = FIRST_ALGORITHMS, tried_strategies(tools.loader, FIRST_ALGORITHMS)
        speed = FASTEST if given.speed is None else given.speed
        process = _noted(stack, folder, person, settings=settings)
        world = open_demo(folder.exchange, seed=seed, speed=speed, clock=SystemClock())
        stack.callback(world.close)
        appliance = Appliance(
            files, world, tools, page=page, speed=speed or None, wishes=_wishes(settings), process=process
        )
        stack.callback(appliance.close)
        engine = appliance.engine
        engine.add_algorithms(strategies, requests)
        engine.renew_algorithms(strategies, requests)
        run_identity.start_demo(files.stores.system, iso_milliseconds(world.clock.now()))
        files.point_here(_where(given, Mode.DEMO))
        appliance.open_page()
        person.switch.hand_over(engine.inbox)
        log.info("Trading the demo market of seed %d with simulated money.", seed)
        ended = appliance.run()
        person.terminal.say(f"Stopped by {ended.reason}; the next start goes on from here.")
    return _code_of(ended)


def _trade(given: RunArguments, settings: Settings, person: Person) -> int:
    """Trade an Alpaca account in real time until told to stop."""
    mode = settings.mode()
    page, tools = _page(given, settings), _strategy_tools(settings)
    strategies = tried_strategies(tools.loader, given.algorithms)
    with ExitStack() as stack:
        notifier = ServiceNotifier(service_manager().socket)
        stack.callback(notifier.close)
        world = wait_for_broker(lambda: open_alpaca(settings, mode), notifier, SystemClock().sleep)
        for request in given.algorithms:
            _require_tradable(world, request.ticker)
        folder, where = in_folder(given.data_dir) if given.data_dir else home_of(ROOT, mode), _where(given, mode)
        files = stack.enter_context(
            RunFiles(folder, screen=person.terminal.errors, screen_level=logging.INFO, clock=SystemClock())
        )
        files.require(RunIdentity(world.account_number, mode))
        process = _noted(stack, folder, person, settings=settings)
        appliance = Appliance(files, world, tools, page=page, wishes=_wishes(settings), process=process)
        stack.callback(appliance.close)
        engine = appliance.engine
        engine.add_algorithms(strategies, given.algorithms)
        engine.renew_algorithms(strategies, given.algorithms)
        files.point_here(where)
        appliance.open_page()
        person.switch.hand_over(engine.inbox)
        log.info("Trading account %s in mode %s.", world.account_number, mode)
        ended = appliance.run()
        person.terminal.say(f"Stopped by {ended.reason}.")
    return _code_of(ended)


def _noted(stack: ExitStack, folder: DataDirectory, person: Person, *, settings: Settings) -> RunProcess:
    """Enter what notes this start, and its end, also one that has to be hard."""
    if settings.service_status:
        log.info("The manager of services says: %s", plain_line(settings.service_status, longest=LONGEST_STATUS))
    if settings.solar_test_mode:
        log.warning("SOLAR_TEST_MODE is set: algorithms see a storm that does not exist.")
    process = stack.enter_context(RunProcess(folder, service_manager(), SystemClock()))
    person.switch.at_hard_end = process.note_stop
    return process


def _code_of(ended: StopRequested) -> int:
    return RESTART_WANTED if ended.is_restart else 0


def _require_tradable(world: World, ticker: str) -> None:
    asset = world.alpaca.asset(ticker)
    if asset is None:
        raise ConfigError(f"Alpaca does not know {ticker}: check the ticker.")
    if asset.get("class") != "us_equity" or not asset.get("tradable"):
        raise ConfigError(f"{ticker} is no stock that can be traded at Alpaca now: choose another ticker.")


def _page(given: RunArguments, settings: Settings) -> PageWish:
    """Return the wish for the page; raises ConfigError for a port in use, before anything is written."""
    port = settings.port if given.port is None else given.port
    require_free(LOOPBACK, port)
    is_lan = given.is_lan or settings.lan
    running = Running(ROOT, settings.mode(), port, given.ties, is_lan)
    switch = None if given.replay else ModeSwitch(running, partial(look_into_account, settings))
    return PageWish(
        port,
        forget_pin=given.is_pin_forgotten,
        is_lan=is_lan and not given.replay,
        switch=switch,
        told=_told(settings),
        readers=_readers(settings),
    )


def _where(given: RunArguments, mode: Mode) -> str:
    """Return what the pointer file says of this run's directory."""
    return str(given.data_dir) if given.data_dir else folder_of(ROOT, mode)


def _wishes(settings: Settings) -> KeepingWishes:
    return KeepingWishes(settings.backup_dir, settings.kept_bar_days)


def _told(settings: Settings) -> FileWishes:
    """Return whom the settings say to tell."""
    addresses, heartbeat = settings.notify_urls, settings.heartbeat_url
    return FileWishes(
        split_addresses(addresses.get_secret_value()) if addresses else (),
        heartbeat.get_secret_value().strip() if heartbeat else "",
        settings.heartbeat_minutes,
    )


def _readers(settings: Settings) -> ReaderWishes:
    """Return what the settings say of other programs."""
    keys = settings.api_keys.get_secret_value() if settings.api_keys else ""
    return ReaderWishes.of(keys, settings.cors_origins, is_open=settings.dev_noauth)


def _strategy_tools(settings: Settings) -> StrategyTools:
    """Return what runs strangers' code; from here on that code sees only what this process binds."""
    db_manager.enter_program()
    db_manager.force_k_index(settings.forced_k_index)
    system_db_manager.bind(lambda _algorithm_id: [])
    timer = TurnTimer(SystemClock(), limit_seconds=settings.algorithm_limit_seconds)
    return StrategyTools(timer, StrategyLoader(ROOT / "algorithm", guard=timer.guard))


def _summary(engine: Engine, files: RunFiles) -> RunSummary:
    until = engine.books.minute
    return summarise(
        files.stores.system,
        engine.world.calendar,
        mode=engine.world.mode,
        until=until,
        prices=files.last_prices(engine.books.ledger.qty_by_symbol(), before=until),
    )


def _report(summary: RunSummary, terminal: Terminal, path: Path | None) -> None:
    terminal.say(summary.as_text())
    if path is None:
        return
    try:
        path.write_text(json.dumps(summary.values) + "\n", encoding="utf-8")
    except OSError as error:
        raise StorageError(
            f"{path} could not be written ({error.strerror}): repeat the command to try again."
        ) from error


def _data_dir(given: RunArguments) -> Path:
    if given.data_dir is None:
        raise ConfigError("A replay needs --data-dir DIR, the folder for its own databases.")
    return given.data_dir


def _require_writable(path: Path | None) -> None:
    """Refuse now rather than after hours of replay."""
    if path is None:
        return
    folder = path.absolute().parent
    is_writable = os.access(path if path.exists() else folder, os.W_OK)
    if not folder.is_dir() or path.is_dir() or not is_writable:
        raise ConfigError(f"{path} cannot be written: give --summary a file in a folder that exists and is yours.")
