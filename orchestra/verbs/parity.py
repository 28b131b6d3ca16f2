"""The verb `parity`: today's live or demo decisions, decided again on the stored bars.

In: arguments, the databases of a directory, which AutoTrader may be using. Out: the comparison. Thread: main.
"""

import argparse
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path

from database import db_manager
from database.bars import market_schema
from database.calendar_manager import MarketCalendar, Session
from database.errors import ConfigError
from database.schema_check import open_database
from database.sqlite_store import SqliteStore
from orchestra.backtest.checks.parity.check import ParityCheck
from orchestra.backtest.checks.parity.findings import Parity
from orchestra.backtest.checks.parity.kept_checks import write_check
from orchestra.backtest.checks.parity.repetition import Instruments
from orchestra.backtest.checks.parity.watched_world import MarketThen
from orchestra.backtest.checks.parity.wording import headline, text_report
from orchestra.risk.risk_gate import RiskGate
from orchestra.run.data_directory import DataDirectory, in_folder, in_house, in_use
from orchestra.run.terminal import Terminal
from orchestra.runtime.clock import SystemClock
from orchestra.runtime.settings import Mode, load_settings
from orchestra.signals.strategy_loader import StrategyLoader
from orchestra.signals.strategy_runner import StrategyRunner
from orchestra.signals.turns.turn_timer import TurnTimer
from orchestra.verbs.person.arguments import ROOT, day, parser_for, require_apart, writable
from system_databse import system_schema
from system_databse.algorithm_record import AlgorithmRecord
from system_databse.errors import StrategyError
from system_databse.order import ZERO
from system_databse.rows import decision_history, settings

HELP = "decide a day's live or demo decisions again on the stored bars, and say why any differ"
UNEXPLAINED = 1
LIMIT_SECONDS = 3_600.0
END_OF_TIME = 1 << 40


class _PastClock(SystemClock):
    """No minute of the past can be late."""

    is_simulated = True


def run(arguments: Sequence[str], screen: Terminal) -> int:
    """Print the comparison and return 0 when all is equal or explained, 1 when something is not or was not reached.

    Raises ConfigError for a directory or a day without anything to compare.
    """
    given = _parser().parse_args(arguments)
    out = writable(given.json)
    where = _directory(given.data_dir, is_demo=given.demo)
    require_apart([out], read=[where.market, where.system])
    parity = check_databases(where.market, where.system, day(given.day, "--day"), limit_seconds=LIMIT_SECONDS)
    screen.say(text_report(parity))
    if out is not None:
        write_check(out, values_of(parity))
    return UNEXPLAINED if parity.unexplained or not parity.is_whole else 0


def values_of(parity: Parity) -> dict[str, object]:
    """Return a check as it is kept: its JSON values and the headline."""
    return {"headline": headline(parity), **parity.to_values()}


def check_databases(
    market_db: Path,
    system_db: Path,
    wanted: date | None,
    *,
    limit_seconds: float,
    algorithms: Path = ROOT / "algorithm",
) -> Parity:
    """Return the comparison of a day, None for the last session that is over; the databases are only looked at.

    algorithms: the folder of the strategies. Raises ConfigError when there is nothing to compare.
    """
    calendar = MarketCalendar()
    with ExitStack() as stack:
        market = _open_market(market_db)
        stack.callback(market.close)
        system = _open_system(system_db)
        stack.callback(system.close)
        session = _last_session(system, calendar) if wanted is None else _session_of(calendar, wanted)
        return ParityCheck(market, system, calendar).check(session, _instruments(calendar, algorithms, limit_seconds))


def _existing(path: Path) -> Path:
    if not path.exists():
        raise ConfigError(f"There is no {path}: start AutoTrader first, or name its folder with --data-dir.")
    return path


def _open_market(path: Path) -> SqliteStore:
    return open_database(
        _existing(path),
        market_schema.migrations,
        market_schema.APPLICATION_ID,
        synchronous="NORMAL",
        is_read_only=True,
    )


def _open_system(path: Path) -> SqliteStore:
    return open_database(
        _existing(path),
        system_schema.migrations,
        system_schema.APPLICATION_ID,
        synchronous="FULL",
        is_read_only=True,
    )


def _instruments(calendar: MarketCalendar, algorithms: Path, limit_seconds: float) -> Instruments:
    clock = _PastClock()
    ends_at = clock.monotonic() + limit_seconds
    settings = load_settings(is_insecure_env_allowed=True)
    db_manager.force_k_index(settings.forced_k_index)
    limit = settings.algorithm_limit_seconds
    timer = TurnTimer(clock, limit_seconds=limit)

    def new_runner(market: MarketThen) -> StrategyRunner:
        loader = StrategyLoader(algorithms, guard=timer.guard)
        return StrategyRunner(loader, timer, clock, market=market, after_turn=lambda: None)

    return Instruments(
        runner=new_runner,
        risk=RiskGate(calendar, closed_gates=tuple, frozen=frozenset, missing=lambda _symbol: ZERO),
        why_changed=_why_changed(StrategyLoader(algorithms, guard=timer.guard)),
        may_go_on=lambda: clock.monotonic() < ends_at,
    )


def _why_changed(loader: StrategyLoader) -> Callable[[AlgorithmRecord], str | None]:
    def why(record: AlgorithmRecord) -> str | None:
        try:
            is_same = loader.find(record.file).sha256 == record.file_sha256
        except StrategyError as error:
            return str(error)
        return None if is_same else f"{record.file} has changed since the algorithm was started"

    return why


def _last_session(system: SqliteStore, calendar: MarketCalendar) -> Session:
    """Return the last session with a decision that is over: for the engine, and in real time by the clock."""
    with system.reader() as connection:
        is_demo = settings.get(connection, "mode") == Mode.DEMO
        newest = decision_history.newest_minute(connection, before=END_OF_TIME)
        session = calendar.session_for_decision(newest) if newest is not None else None
        decided_until = int(settings.get(connection, "engine_minute") or 0)
        now = decided_until if is_demo else max(decided_until, int(SystemClock().now().timestamp()))
        if session is not None and session.close > now:
            newest = decision_history.newest_minute(connection, before=session.open)
            session = calendar.session_for_decision(newest) if newest is not None else None
    if session is None:
        raise ConfigError(f"{system.path} holds no decision of a session that is over: name a day with --day.")
    return session


def _session_of(calendar: MarketCalendar, wanted: date) -> Session:
    session = calendar.session_on(wanted)
    if session is None:
        raise ConfigError(f"{wanted.isoformat()} is no trading day: name one with --day, such as 2026-11-20.")
    return session


def _directory(data_dir: str | None, *, is_demo: bool) -> DataDirectory:
    if data_dir == "":
        raise ConfigError("--data-dir is empty: name the folder of the databases.")
    if data_dir is not None:
        return in_folder(Path(data_dir).absolute())
    return in_house(ROOT, is_demo=True) if is_demo else in_use(ROOT)


def _parser() -> argparse.ArgumentParser:
    parser = parser_for(
        "parity", f"Parity: {HELP}. Ends with 0 when every difference has a cause, with {UNEXPLAINED} otherwise."
    )
    parser.add_argument(
        "--day", metavar="DAY", help="New York day, such as 2026-11-20; default: the last one that is over"
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--data-dir", metavar="DIR", help="folder of the databases; default: the one in use")
    where.add_argument("--demo", action="store_true", help="the demo's databases")
    parser.add_argument("--json", metavar="OUT.json", help="write the comparison there as well")
    return parser
