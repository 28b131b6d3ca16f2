"""The verb `download`: history of an Alpaca account's feed into the store, as much of it as is not there yet.

In: arguments, the account's keys. Out: stored bars, and a note of what was asked for. Thread: main.
What was fetched is noted range by range, so that the same command goes on after a stop, a kill or a lost network.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from database.bar_store import BarStore
from database.bars.coverage import Range
from database.calendar_manager import MarketCalendar
from database.errors import ConfigError, MarketDataError
from database.historical_pull import HistoricalPull
from orchestra.backtest.progress import Progress
from orchestra.run.data_directory import DataDirectory
from orchestra.run.market_file import bars_to_write
from orchestra.run.terminal import Terminal
from orchestra.runtime.clock import SystemClock
from orchestra.runtime.process.stop_switch import StoppedWhileStarting
from orchestra.runtime.settings import Mode, Settings, load_settings
from orchestra.verbs.bars.bar_arguments import bar_parser, directory_of, range_of, tickers_of
from orchestra.verbs.person.arguments import add_days
from orchestra.verbs.person.progress_line import ProgressLine
from orchestra.worlds import World, open_alpaca

HELP = "fetch minute bars from Alpaca into the store; the same command again goes on where it stopped"
GOES_ON = "What was fetched is kept: the same command goes on from here."
# About a month: five requests, and what a kill makes fetch again at most.
SESSIONS_A_STEP = 20


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be in the store. start and end: epoch seconds, end excluded."""

    tickers: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Step:
    """What is asked for at once; sessions: how many it spans."""

    ticker: str
    part: Range
    sessions: int


def run(arguments: Sequence[str], screen: Terminal) -> int:
    """Fetch what is missing; raises ConfigError or MarketDataError when that cannot be."""
    given = _parser().parse_args(arguments)
    directory, wish = directory_of(given.data_dir), _wish(given, SystemClock().now())
    settings = load_settings(is_insecure_env_allowed=given.insecure_env)
    if not settings.has_keys:
        raise ConfigError(
            "Downloading needs an Alpaca account: put its ALPACA_API_KEY and ALPACA_SECRET_KEY into .env."
        )
    world = _open(settings)
    try:
        return download(wish, world, directory, screen=screen)
    finally:
        world.close()


def _wish(given: argparse.Namespace, now: datetime) -> Wish:
    start, end = range_of(given, MarketCalendar(), today=now.date())
    if start >= now.timestamp():
        raise ConfigError("These days have no history yet: choose an earlier --from.")
    return Wish(tuple(tickers_of(given.ticker)), start, end)


def _parser() -> argparse.ArgumentParser:
    parser = bar_parser("download", HELP)
    parser.add_argument("--ticker", nargs="+", action="extend", required=True, help="symbols to fetch")
    add_days(parser)
    parser.add_argument("--insecure-env", action="store_true", help="accept a .env that others can read")
    return parser


def download(wish: Wish, world: World, directory: DataDirectory, *, screen: Terminal) -> int:
    """Fetch what the wish lacks in the directory and say what came; stopped on the way, it says so."""
    for ticker in wish.tickers:
        if world.alpaca.asset(ticker) is None:
            raise ConfigError(f"Alpaca does not know {ticker}: check the ticker.")
    with bars_to_write(directory, world.calendar) as store:
        steps = _steps(wish, store, world)
        try:
            changed = _fetch(steps, world, store, screen=screen)
        except (KeyboardInterrupt, StoppedWhileStarting):
            screen.say(f"Stopped. {GOES_ON}")
            return 0
        except MarketDataError as error:
            raise MarketDataError(f"{error} {GOES_ON}") from error
    for ticker in wish.tickers:
        screen.say(f"{ticker}: {_account(changed.get(ticker))}.")
    return 0


def _open(settings: Settings) -> World:
    mode = settings.mode()
    # Keys beside APP_MODE=DEMO are those of a paper account, or Alpaca says otherwise.
    return open_alpaca(settings, Mode.PAPER if mode is Mode.DEMO else mode)


def _steps(wish: Wish, store: BarStore, world: World) -> list[_Step]:
    """Return what was never asked for, a month at a time."""
    until = min(wish.end, _seconds_now(world))
    steps = []
    for ticker in wish.tickers:
        for part in store.coverage.uncovered(ticker, wish.start, until):
            sessions = world.calendar.sessions_between(*part)
            for index in range(0, len(sessions), SESSIONS_A_STEP):
                group = sessions[index : index + SESSIONS_A_STEP]
                bounds = (max(part[0], group[0].open), min(part[1], group[-1].close))
                steps.append(_Step(ticker, bounds, len(group)))
    return steps


def _fetch(steps: Sequence[_Step], world: World, store: BarStore, *, screen: Terminal) -> dict[str, int]:
    """Return how many bars of each ticker were new."""
    pull = HistoricalPull(store, world.calendar, world.alpaca.bars, now=lambda: _seconds_now(world))
    line = ProgressLine(screen.errors, world.clock, what="sessions")
    total = sum(step.sessions for step in steps)
    changed = {step.ticker: 0 for step in steps}
    done = 0
    try:
        for step in steps:
            changed[step.ticker] += pull.pull(step.ticker, *step.part)
            done += step.sessions
            line.show(Progress(done, total, f"{step.ticker}: {changed[step.ticker]:,} new bars"))
    finally:
        line.finish()
    return changed


def _account(changed: int | None) -> str:
    if changed is None:
        return "nothing to fetch, all of it was asked for before"
    return f"{changed:,} new bars" if changed else "the feed has no new bars of these days"


def _seconds_now(world: World) -> int:
    return int(world.clock.now().timestamp())
