"""F13: bad strategies, each beside an honest one that has to miss nothing."""

import logging
import os
import resource
import time
from datetime import UTC, datetime
from decimal import Decimal
from multiprocessing.connection import Connection
from pathlib import Path

from database.schema_check import open_database
from orchestra.parts.quarantine import STRIKES, Quarantine
from orchestra.runtime.clock import SystemClock
from orchestra.runtime.process.turn_marker import TurnMarker
from orchestra.signals.strategy_loader import StrategyLoader
from orchestra.signals.strategy_runner import StrategyRunner
from orchestra.signals.turns.turn_timer import TurnTimer
from system_databse import system_schema
from system_databse.algorithm_record import AlgorithmRecord
from system_databse.position import no_position
from system_databse.snapshot import AlgorithmView, Snapshot
from system_databse.trading_signal import Action, Outcome
from tests.faults.children import processes
from tests.faults.program.bad_strategies import CONTAINED, FOR_THE_WATCHDOG, HONEST, source
from tests.faults.tally import Plan, Tally

LIMIT_SECONDS, LATE_SECONDS = 0.25, 2.0
# So long nobody waits for a finished minute: the service's 90 seconds, on the scale of the limit above.
WATCHDOG_SECONDS, CONTAINED_SECONDS = 1.5, 8.0
MINUTES = 3
MEMORY_BYTES = 400_000_000
FIRST = int(datetime(2026, 11, 20, 15, tzinfo=UTC).timestamp())
NOT_ANSWERED = (Outcome.INTERRUPTED, Outcome.FAILED)


class StillMarket:
    """One price for all, nothing late."""

    late_symbols: frozenset[str] = frozenset()

    def await_late(self, minute: int) -> None:
        return

    def last_bar(self, _symbol: str) -> tuple[int, float]:
        return FIRST - 60, 12.5


def algorithms(plan: Plan) -> Tally:
    """Run bad strategies beside an honest one: contained in their minute, or quarantined by the watchdog (F13)."""
    tally = Tally("F13 bad algorithms", "algorithms", runs_again=plan.runs)
    everyone = [*CONTAINED, *FOR_THE_WATCHDOG]
    step = max(1, len(everyone) // plan.runs)
    for number, name in enumerate(everyone[::step]):
        room = plan.folder / f"algorithm-{number}"
        room.mkdir()
        if name in CONTAINED:
            found = _contained(_watched(name, room, seconds=CONTAINED_SECONDS))
            tally.note("contained")
        else:
            found = _quarantined([_watched(name, room, seconds=WATCHDOG_SECONDS) for _ in range(STRIKES + 1)])
            tally.note("quarantined after two ends of the process")
        tally.add(plan.seed, (f"V6 {name}: {text}" for text in found))
    return tally


Finished = tuple[float, Action, Outcome | None, Action]


def _watched(name: str, room: Path, *, seconds: float) -> list[Finished]:
    """Let it have its minutes in a process of its own, killed when one does not end; return those that did."""
    ours, theirs = processes.Pipe()
    child = processes.Process(target=run_minutes, args=(theirs, name, room), daemon=True)
    child.start()
    theirs.close()
    finished: list[Finished] = []
    try:
        assert ours.recv() == "ready"
        while len(finished) < MINUTES and ours.poll(seconds):
            finished.append(ours.recv())
    except EOFError:
        pass
    child.kill()
    child.join()
    return finished


def _quarantined(lives: list[list[Finished]]) -> list[str]:
    """Two lives end in its turn; from the third on it is switched off and the honest one has its minutes."""
    *hung, last = lives
    found = [f"it was expected to keep minute {MINUTES} from ending" for life in hung if len(life) == MINUTES]
    if [honest for _, _, _, honest in last] != [Action.HOLD] * MINUTES:
        found.append("the honest one has no minutes of its own after the second restart")
    return found


def _contained(finished: list[Finished]) -> list[str]:
    found = []
    if len(finished) < MINUTES:
        found.append(f"only {len(finished)} of {MINUTES} minutes came to an end")
    for seconds, _, failure, honest in finished:
        if failure not in NOT_ANSWERED:
            found.append(f"its turn ended as {failure}")
        if honest is not Action.HOLD:
            found.append("the honest one beside it did not get its answer through")
        if seconds > LIMIT_SECONDS + LATE_SECONDS:
            found.append(f"the minute was {seconds:.1f} s late")
    return found


def run_minutes(connection: Connection, name: str, room: Path) -> None:
    """Give both their turns, minute after minute, and tell how each went. In a process of its own."""
    logging.disable(logging.CRITICAL)
    (room / "bad.py").write_text(source((CONTAINED | FOR_THE_WATCHDOG)[name]), encoding="utf-8")
    (room / "honest.py").write_text(source(HONEST), encoding="utf-8")
    marker, quarantined = TurnMarker(room / "turn"), _quarantine(room)
    if marker.left_behind is not None:
        quarantined.strike(marker.left_behind)
    _limit_memory()
    timer = TurnTimer(SystemClock(), limit_seconds=LIMIT_SECONDS)
    loader = StrategyLoader(room, guard=timer.guard)
    runner = StrategyRunner(loader, timer, SimulatedSeconds(), market=StillMarket(), after_turn=lambda: None)
    runner.turn_watch = MarkedTurns(marker)
    views = {}
    for number, stem in enumerate(("bad", "honest"), start=1):
        if number in quarantined.reasons:
            continue
        strategy = loader.find(stem)
        record = AlgorithmRecord(number, stem, "SPY", Decimal(1_000), strategy.file, strategy.sha256)
        runner.build(record)
        views[number] = AlgorithmView(record, Decimal(1_000), no_position(number, "SPY"), ())
    connection.send("ready")
    for minute in range(FIRST, FIRST + MINUTES * 60, 60):
        began = time.monotonic()
        *bad, honest = runner.collect(minute, Snapshot(minute - 60, views, {"SPY": 12.5}))
        action, failure = (bad[0].action, bad[0].failure) if bad else (Action.NONE, None)
        connection.send((time.monotonic() - began, action, failure, honest.action))


def _quarantine(room: Path) -> Quarantine:
    migrations, kind = system_schema.migrations, system_schema.APPLICATION_ID
    return Quarantine(open_database(room / "system.db", migrations, kind, synchronous="FULL"), SystemClock().now)


def _limit_memory() -> None:
    used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY_BYTES, used + MEMORY_BYTES))


class MarkedTurns:
    """Write down whose code runs, as the engine's process side does."""

    def __init__(self, marker: TurnMarker) -> None:
        self._marker = marker

    def begin(self, algorithm_id: int) -> None:
        self._marker.begin(algorithm_id)

    def end(self, algorithm_id: int, *, is_build: bool = False) -> None:
        self._marker.end()


class SimulatedSeconds(SystemClock):
    """The machine's clock for how long a turn takes; no minute of the market is ever late."""

    is_simulated = True
